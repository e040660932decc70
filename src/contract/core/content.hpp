// The content that jobs watch (jobs.md §3.2), and its changes.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "contract/model/record.hpp"

namespace stint {

/// The content that all jobs watch together (jobs.md §3.2): counted as jobs come and go, so that the edge that does the
/// watching need not ask every job.
class Watched {
public:
    void add(const AppId& app, const JobInfo& info);
    void remove(const AppId& app, const JobInfo& info);
    /// All that is watched, each once.
    std::vector<WatchedContent> all() const;
    /// A number that changes whenever all() does.
    std::uint64_t version() const { return version_; }

    /// Sets why not all that an app's jobs watch is watched; empty: all is.
    void setShortage(const AppId& app, const std::string& why);
    /// The reason why not all of it is watched; nullptr: all is.
    const std::string* shortageOf(const AppId& app) const;

private:
    std::map<WatchedContent, std::size_t> jobs_; ///< how many jobs watch each
    std::uint64_t version_ = 0;
    std::map<AppId, std::string> shortages_;
};

} // namespace stint
