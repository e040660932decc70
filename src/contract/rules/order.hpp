// The order of jobs where not all can run (jobs.md §3.4), and the jobs that need no free slot (§3.6).
#pragma once
#include <compare>
#include <cstdint>

#include "contract/model/app.hpp"
#include "contract/model/gate_key.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// A ready job's place among those with the same GateKey; the smaller goes first.
struct Place {
    Instant enqueued;
    std::uint64_t sequence = 0; ///< equal enqueue times: in the order of the calls

    auto operator<=>(const Place&) const = default;
};

/// A ready job as the order compares it (jobs.md §3.4).
struct Queued {
    const GateKey& gateKey;
    Place place;
};

/// True if `a` goes before `b`, both of one app: by override, requested class, priority (inside one namespace alone),
/// age.
bool goesBefore(const Queued& a, const Queued& b);

/// The number of jobs of the front app that are taken in a row if this many apps have jobs ready (jobs.md §3.4).
int inARow(std::size_t apps);

/// True if the job starts at once, slots or not (jobs.md §3.6, immediacy): an expedited or user-initiated job of the
/// app the user looks at, a user-initiated one of an app with the seconds after a tap, one that was scheduled in sight,
/// and a guard.
bool startsAtOnce(const GateKey& gateKey, const App& app, Instant now);

} // namespace stint
