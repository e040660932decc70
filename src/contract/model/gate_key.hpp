// What a gate is asked about in place of a job (architecture.md, the core): everything of a job and its app that any
// gate may read, and nothing that tells two jobs apart otherwise. Jobs with equal GateKey wait as one group and are
// asked once.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "contract/model/job.hpp"

namespace stint {

/// What a job has used of the bytes that it may move over metered networks (limits.md §14).
struct MeteredUse {
    Bytes used = 0;
    Bytes most = 0;
    auto operator<=>(const MeteredUse&) const = default;
};

struct GateKey {
    AppId app;
    std::string service;
    JobClass kind = JobClass::Regular; ///< effective (jobs.md §1.4)
    JobClass requested = JobClass::Regular;
    SharedText space; ///< priorities are compared only inside one namespace (jobs.md §3.4)
    Override override = Override::None;
    bool overdue = false; ///< its deadline has passed: explicit constraints do not count (jobs.md §3.1 clause 5)
    bool retry = false;   ///< earlier attempts: never batched (jobs.md §3.7)
    /// It was stopped for its length before: no exemption from Doze and battery saver (jobs.md §6.4).
    bool exemptionLost = false;
    std::int32_t priority = JobInfo::PRIORITY_DEFAULT; ///< effective
    ConstraintSet constraints = 0;
    std::optional<NetworkRequest> network;
    /// What has to pass in one run, or the network is hopeless (jobs.md §3.3 clause 2): the minimum chunk where there
    /// is one, else the estimate; NETWORK_BYTES_UNKNOWN: any network will do.
    Bytes mustDown = NETWORK_BYTES_UNKNOWN;
    Bytes mustUp = NETWORK_BYTES_UNKNOWN;
    /// There is no minimum chunk: the two above are waived on an unmetered network while charging.
    bool mustWaived = false;
    /// Scheduled from the foreground of a terminal, and not begun yet: it needs no slot (jobs.md §3.6, §12.2).
    bool inSight = false;
    std::optional<MeteredUse> meteredSpent; ///< once nothing is left of it
    /// It is a guard (jobs.md §14.5): only gates that hold those are asked. Empty: it is none.
    SharedText guard;
    GuardElse guardElse = GuardElse::Freeze;

    bool isGuard() const { return !guard.empty(); }
    /// Whether it has one of these.
    bool has(ConstraintSet some) const { return (constraints & some) != 0; }

    auto operator<=>(const GateKey&) const = default;
};

} // namespace stint
