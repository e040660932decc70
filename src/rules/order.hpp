// Who goes first where not all can (jobs.md §3.4), and who needs no free slot (§3.6).
#pragma once
#include <compare>
#include <cstdint>

#include "model/app.hpp"
#include "model/asks.hpp"
#include "model/job.hpp"

namespace stint {

/// A ready job's place in the queue; the smaller goes first.
struct Place {
    bool regular = false;      ///< requested user-initiated jobs go before regular ones, demoted or not
    std::int32_t priority = 0; ///< negated: the higher goes first
    Instant enqueued;
    std::uint64_t sequence = 0;

    auto operator<=>(const Place&) const = default;
};
Place placeOf(const Asks& asks, Instant enqueued, std::uint64_t sequence);

/// jobs.md §3.6, immediacy: a user-initiated job of the app the user looks at starts at once, slots or not.
/// `scheduledInSight`: the call came from the foreground of a terminal, which counts as top (§12.2).
bool startsAtOnce(const Asks& asks, const App& app, bool scheduledInSight);

} // namespace stint
