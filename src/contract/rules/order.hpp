// Who goes first where not all can (jobs.md §3.4), and who needs no free slot (§3.6).
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

struct Queued {
    const GateKey& gateKey;
    Place place;
};

/// Whether `a` goes before `b`, both of one app: override, requested class, priority (inside one namespace alone), age.
bool goesBefore(const Queued& a, const Queued& b);

/// jobs.md §3.4: how many jobs of the front app are taken in a row where this many apps have jobs ready.
int inARow(std::size_t apps);

/// jobs.md §3.6, immediacy: an expedited or user-initiated job of the app the user looks at, and a user-initiated one
/// of an app with the seconds after a tap, start at once, slots or not. So does one that was scheduled in sight.
bool startsAtOnce(const GateKey& gateKey, const App& app, Instant now);

} // namespace stint
