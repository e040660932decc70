// The table of a job's own clocks (jobs.md §3.1, §3.2, §6.2, §7.2, §12.3): until when each keeps the job from being
// asked about at the gates, what passes it by, and how it is put in words.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {

/// What the clocks of one job read.
struct OwnTimes {
    const Job& job;
    const Constants& constants;
    Instant now;
    WallTime wall; ///< then
    Override override = Override::None;
    OptionalTime<Instant> contentReady{};   ///< what it watches has changed, and has calmed down from then on
    std::string_view contentShort{};        ///< why not all that its app's jobs watch is watched; empty: all is
    std::optional<Instant> crashRestsUntil; ///< its own process has crashed too often
    std::optional<Instant> settledAt;       ///< it was there at the boot, which has settled then
};

struct OwnClock {
    std::string_view name;
    PendingReason reason;
    std::optional<Instant> (*until)(const OwnTimes&); ///< later than now; Instant::max(): an event; nullopt: it is open
    std::string (*describe)(const OwnTimes&);
    std::string_view clears; ///< what would open it, in words
    std::string_view want;   ///< as of a gate
    Override passedBy;       ///< the least override that ignores it (jobs.md §8); None: no override does
    AtDeadline atDeadline;
};

std::span<const OwnClock> ownClocks();

/// Until when this clock, which is not the deadline's, holds the job; nullopt: it does not, or is passed by.
std::optional<Instant> heldUntil(const OwnClock& clock, const OwnTimes& times);

/// The latest of them. nullopt: none holds it.
std::optional<Instant> heldUntil(const OwnTimes& times);

/// jobs.md §3.1 clause 5.
bool isOverdue(const Job& job, Instant now);

} // namespace stint
