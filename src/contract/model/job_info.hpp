// Inside a JobInfo, past its getters, for the code between an app's Builder and the core: the wire carries the values
// that were asked for, and the core raises them by its own policy (decision 6).
#pragma once
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "stint/job_info.hpp"

namespace stint {

/// The values whose limits a device's policy may change (jobs.md §0).
struct JobInfo::Adjustable {
    Duration initialBackoff = DEFAULT_INITIAL_BACKOFF;
    std::optional<Period> period;
    std::optional<Duration> triggerUpdateDelay;
    std::optional<Duration> triggerMaxDelay;
    auto operator<=>(const Adjustable&) const = default;
};

struct JobInfoAccess {
    // The job as the setters were called. No rule of §1.2 is checked; the one error is a setter's own complaint.

    /// Its getters raise values to the documentation's minimum.
    static Result<JobInfo> documented(const JobInfo::Builder& builder);
    /// Nothing is raised: its getters return the values that were asked for.
    static Result<JobInfo> requested(const JobInfo::Builder& builder);

    /// Names a job that is read from a dictionary, where its id and its service stand anywhere.
    static void name(JobInfo::Builder& builder, JobId id, ComponentName service);

    /// The values that were asked for, whatever the getters make of them.
    static const JobInfo::Adjustable& asked(const JobInfo& info);

    /// `asked`, with values below their minimum raised to it (jobs.md §1.1).
    static JobInfo::Adjustable raised(JobInfo::Adjustable asked, const Constants& constants);

    /// The same job, whose getters return the values as raised by `constants`; `info` itself where they do so already.
    static JobInfo adjusted(JobInfo info, const Constants& constants);

private:
    static JobInfo of(JobInfo::Values parts);
};

} // namespace stint
