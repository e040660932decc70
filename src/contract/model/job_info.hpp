// Inside a JobInfo, past its getters, for the code between an app's Builder and the core: the wire carries the values
// that were asked for, and the core raises them by its own policy (decision 6). And the parts of a JobInfo, with the
// draft of its Builder: libstint alone knows their shape, so that they may grow (decision 17).
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

/// The values that have no minimum.
struct JobInfo::Fields {
    JobId id;
    ComponentName service;
    bool userInitiated = false;
    bool expedited = false;
    std::int32_t priority = PRIORITY_DEFAULT;
    std::optional<NetworkRequest> network;
    Bytes estimatedDown = NETWORK_BYTES_UNKNOWN;
    Bytes estimatedUp = NETWORK_BYTES_UNKNOWN;
    Bytes minimumChunk = NETWORK_BYTES_UNKNOWN;
    std::int32_t backoffPolicy = BACKOFF_POLICY_EXPONENTIAL;
    std::int32_t clipGrantFlags = 0;
    bool explicitBackoff = false;
    bool persisted = false;
    bool batteryNotLow = false;
    bool charging = false;
    bool storageNotLow = false;
    bool deviceIdle = false;
    bool prefetch = false;
    std::optional<Duration> minimumLatency;
    std::optional<Duration> overrideDeadline;
    std::vector<TriggerContentUri> triggers;
    PersistableBundle extras;
    PersistableBundle transientExtras;
    std::set<std::string> debugTags;
    std::optional<std::string> traceTag;
    bool operator==(const Fields&) const = default;
};

struct JobInfo::Values {
    Fields fields;
    Adjustable adjustable;
    bool asDocumented = true; ///< the getters raise `adjustable` by the documentation; else they return it as it is
    std::optional<ClipData> clip;

    Adjustable adjusted() const; ///< the values that the getters return
};

struct JobInfo::Builder::Draft {
    Values job;
    std::optional<Error> misuse; ///< a setter's own complaint (a chunk of 0, an unknown network type), for build()

    void misused(Error error) { // the first complaint stands
        if (!misuse) misuse = std::move(error);
    }

    // jobs.md §1.1: turning user-initiated or expedited on raises the priority if it is still DEFAULT (only its value
    // counts, §1.2 note a); turning it off puts it back to DEFAULT if it was MAX.
    void turn(bool Fields::*flag, bool on) {
        Fields& fields = job.fields;
        if (on && fields.priority == PRIORITY_DEFAULT) fields.priority = PRIORITY_MAX;
        if (!on && fields.*flag && fields.priority == PRIORITY_MAX) fields.priority = PRIORITY_DEFAULT;
        fields.*flag = on;
    }
};

} // namespace stint
