// The way into a JobInfo past its getters, for what lies between an app's Builder and the core: the wire carries what
// was asked, and the core raises it by its own policy (decision 6).
#pragma once
#include "model/constants.hpp"
#include "model/job.hpp"

namespace stint {

struct JobInfoAccess {
    /// The job as the setters were called, nothing raised: its getters say what was asked. No rule of §1.2 is checked;
    /// the one error is a setter's own complaint.
    static Result<JobInfo> requested(const JobInfo::Builder& builder);

    /// Names a job that is read from a dictionary, where its id and its service stand anywhere.
    static void name(JobInfo::Builder& builder, JobId id, ComponentName service) {
        builder.info_.said_.id = id;
        builder.info_.said_.service = std::move(service);
    }

    /// What was asked, whatever the getters make of it.
    static const JobInfo::Adjustable& asked(const JobInfo& info) { return info.adjustable_; }

    /// `asked`, and what is less than the least allowed raised to it (jobs.md §1.1).
    static JobInfo::Adjustable raised(JobInfo::Adjustable asked, const Constants& constants);

    /// The same job, its getters saying what `constants` make of what was asked; `info` itself where they say so
    /// already.
    static JobInfoPtr adjusted(JobInfoPtr info, const Constants& constants);
};

} // namespace stint
