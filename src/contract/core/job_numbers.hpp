// Numbers for new jobs (jobs.md §2.1).
#pragma once
#include <map>

#include "contract/model/job.hpp"

namespace stint {

struct State;

/// Numbers for jobs that are to have a new one. The built-in apps share one series, so that a person's download, upload
/// and command never have the same; and no number is given again while anything that is kept names it (jobs.md §2.1).
class JobNumbers {
public:
    /// Notes that a job has that key, or had it.
    void note(const JobKey& key);
    /// A number above all that are noted of the app, or of all built-in ones where it is such, and above `other`.
    JobId next(const State& state, const AppId& app, const std::string& space, JobId other) const;

private:
    std::map<AppId, std::int32_t> highest_;
};

} // namespace stint
