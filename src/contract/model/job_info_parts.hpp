// The parts of a JobInfo, and the draft of its Builder: libstint alone knows their shape, so that they may grow
// (decision 17).
#pragma once
#include "contract/model/job_info_access.hpp"
#include "stint/job_info.hpp"

namespace stint {

/// The values that have no minimum.
struct JobInfo::Said {
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
    bool operator==(const Said&) const = default;
};

struct JobInfo::Parts {
    Said said;
    Adjustable adjustable;
    bool asDocumented = true; ///< the getters raise `adjustable` by the documentation; else they return it as it is
    std::optional<ClipData> clip;

    Adjustable adjusted() const; ///< the values that the getters return
};

struct JobInfo::Builder::Draft {
    Parts job;
    std::optional<Error> misuse; ///< a setter's own complaint (a chunk of 0, an unknown network type), for build()

    void misused(Error error) { // the first complaint stands
        if (!misuse) misuse = std::move(error);
    }

    // jobs.md §1.1: turning user-initiated or expedited on raises the priority if it is still DEFAULT (only its value
    // counts, §1.2 note a); turning it off puts it back to DEFAULT if it was MAX.
    void turn(bool Said::*flag, bool on) {
        Said& said = job.said;
        if (on && said.priority == PRIORITY_DEFAULT) said.priority = PRIORITY_MAX;
        if (!on && said.*flag && said.priority == PRIORITY_MAX) said.priority = PRIORITY_DEFAULT;
        said.*flag = on;
    }
};

} // namespace stint
