// A gate's side of the model (architecture.md, the core). Reads: the parts of the world that a gate may read, so that
// a change asks only the gates again that read the changed part. Verdict: a gate's answer: open; shut until an
// instant; or shut until some event. GateKey: the key that gates are asked about in place of a job: everything of a
// job and its app that any gate may read, and nothing else that tells two jobs apart. Jobs with equal GateKeys wait as
// one group, about which each gate is asked once.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "contract/model/job.hpp"
#include "stint/reasons.hpp"
#include "stint/units.hpp"

namespace stint {

/// A part of the world that a gate may read: after a change only the gates that read the changed part are asked again.
enum class Reads : std::uint32_t {
    Power = 1,
    Network = 2,
    Storage = 4,
    App = 8, ///< its state, its bucket, the user's choices for it
    Idle = 16,
    Doze = 32,
    Saver = 64, ///< battery saver, and Data Saver
    Thermal = 128,
    Sleep = 256,
    Scene = 512,   ///< the parts of the device that are no constraint: the screen, its lock, the lid, motion, memory
    Ledger = 1024, ///< an app's use of its quotas
    Pool = 2048,   ///< the runs of an app's pools
};
using ReadSet = std::uint32_t;
constexpr ReadSet operator|(Reads a, Reads b) { return static_cast<ReadSet>(a) | static_cast<ReadSet>(b); }
constexpr ReadSet operator|(ReadSet a, Reads b) { return a | static_cast<ReadSet>(b); }
constexpr ReadSet operator&(ReadSet a, Reads b) { return a & static_cast<ReadSet>(b); }
constexpr ReadSet everything = ~ReadSet{0};
constexpr ReadSet only(Reads r) { return static_cast<ReadSet>(r); }

/// A gate's answer: open; shut until an instant; or shut until some event.
struct Verdict {
    bool open = true;
    PendingReason reason = PENDING_JOB_REASON_UNDEFINED;
    std::optional<Instant> askAgain; ///< always later than the now it was asked at
    bool forecast = true;            ///< it opens at askAgain, if nothing else happens; else it is only asked then
    /// From then on it may be found open before askAgain, if it is asked for another reason; nullopt: it may not.
    std::optional<Instant> sooner;

    static Verdict yes() { return {}; }
    static Verdict until(Instant when, PendingReason why) { return {false, why, when, true, {}}; }
    /// limits.md §3.7: time opens it at `sooner`, but it is not asked for that alone.
    static Verdict untilAtLatest(Instant when, Instant sooner, PendingReason why) {
        return {false, why, when, true, sooner};
    }
    static Verdict untilEvent(PendingReason why) { return {false, why, {}, false, {}}; }
    /// It opens by an event that nobody reports: ask it again at `when`, and whenever anything is asked.
    static Verdict untilUnreported(Instant when, PendingReason why) { return {false, why, when, false, Instant{}}; }
    bool operator==(const Verdict&) const = default;
};

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
    /// Its pool, and the number of the pool's runs from which on it does not start (jobs.md §14.1). Empty: it is in
    /// none.
    SharedText pool;
    std::int32_t poolDepth = 0;

    bool isGuard() const { return !guard.empty(); }
    /// True if it has one of `some`.
    bool has(ConstraintSet some) const { return (constraints & some) != 0; }

    auto operator<=>(const GateKey&) const = default;
};

} // namespace stint
