// The way into a JobInfo past its getters, for what lies between an app's Builder and the core: the wire carries what
// was asked, and the core raises it by its own policy (decision 6).
#pragma once
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// What a device's policy may have other limits for (jobs.md §0).
struct JobInfo::Adjustable {
    Duration initialBackoff = DEFAULT_INITIAL_BACKOFF;
    std::optional<Period> period;
    std::optional<Duration> triggerUpdateDelay;
    std::optional<Duration> triggerMaxDelay;
    auto operator<=>(const Adjustable&) const = default;
};

struct JobInfoAccess {
    // The job as the setters were called. No rule of §1.2 is checked; the one error is a setter's own complaint.

    /// Its getters raise what is less than the documentation's least.
    static Result<JobInfo> documented(const JobInfo::Builder& builder);
    /// Nothing raised: its getters say what was asked.
    static Result<JobInfo> requested(const JobInfo::Builder& builder);

    /// Names a job that is read from a dictionary, where its id and its service stand anywhere.
    static void name(JobInfo::Builder& builder, JobId id, ComponentName service);

    /// What was asked, whatever the getters make of it.
    static const JobInfo::Adjustable& asked(const JobInfo& info);

    /// `asked`, and what is less than the least allowed raised to it (jobs.md §1.1).
    static JobInfo::Adjustable raised(JobInfo::Adjustable asked, const Constants& constants);

    /// The same job, its getters saying what `constants` make of what was asked; `info` itself where they say so
    /// already.
    static JobInfo adjusted(JobInfo info, const Constants& constants);

private:
    static JobInfo of(JobInfo::Parts parts);
};

} // namespace stint
