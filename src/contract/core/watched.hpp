// What all jobs watch together (jobs.md §3.2): counted as jobs come and go, so that the edge that does the watching
// need not ask every job.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "contract/model/content_changes.hpp"

namespace stint {

class Watched {
public:
    void add(const AppId& app, const JobInfo& info);
    void remove(const AppId& app, const JobInfo& info);
    /// Each once.
    std::vector<WatchedContent> all() const;
    /// Another number whenever all() is.
    std::uint64_t version() const { return version_; }

    /// Why not all that an app's jobs watch is watched; empty: all is.
    void setShortage(const AppId& app, const std::string& why);
    /// nullptr: there is none.
    const std::string* shortageOf(const AppId& app) const;

private:
    std::map<WatchedContent, std::size_t> jobs_; ///< how many watch each
    std::uint64_t version_ = 0;
    std::map<AppId, std::string> shortages_;
};

} // namespace stint
