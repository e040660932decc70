// The key that gates are asked about in place of a job (architecture.md, the core).
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "contract/model/job.hpp"

namespace stint {

/// The bytes that a job has moved over metered networks, and the most that it may (limits.md §14).
struct MeteredUse {
    Bytes used = 0;
    Bytes most = 0;
    auto operator<=>(const MeteredUse&) const = default;
};

/// Everything of a job and its app that any gate may read, and nothing else that tells two jobs apart. Jobs with equal
/// GateKeys wait as one group, about which each gate is asked once.
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
    /// Bytes that have to pass in one run, or the network is hopeless (jobs.md §3.3 clause 2): the minimum chunk where
    /// there is one, else the estimate; NETWORK_BYTES_UNKNOWN: any network will do.
    Bytes mustDown = NETWORK_BYTES_UNKNOWN;
    Bytes mustUp = NETWORK_BYTES_UNKNOWN;
    /// There is no minimum chunk: the two above are waived on an unmetered network while charging.
    bool mustWaived = false;
    /// Scheduled from the foreground of a terminal, and not begun yet: it needs no slot (jobs.md §3.6, §12.2).
    bool inSight = false;
    std::optional<MeteredUse> meteredSpent; ///< set once nothing is left
    /// A guard's condition (jobs.md §14.5): only the gates that hold guards are asked. Empty: it is no guard.
    SharedText guard;
    GuardElse guardElse = GuardElse::Freeze;

    bool isGuard() const { return !guard.empty(); }
    /// True if it has one of `some`.
    bool has(ConstraintSet some) const { return (constraints & some) != 0; }

    auto operator<=>(const GateKey&) const = default;
};

} // namespace stint
