// The table of a job's own clocks (jobs.md §3.1, §3.2, §6.2, §7.2, §12.3): until when each keeps the job from the
// gates, what passes it by, and how it is put in words.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {

/// The inputs of one job's clocks.
struct OwnTimes {
    const Job& job;
    const Constants& constants;
    Instant now;
    WallTime wall; ///< the same moment by the wall clock
    Override override = Override::None;
    OptionalTime<Instant> contentReady{};   ///< when the changes it watches for have calmed down; none: no change yet
    std::string_view contentShort{};        ///< why not all that its app's jobs watch is watched; empty: all is
    std::optional<Instant> crashRestsUntil; ///< until then its job rests: its process has crashed too often
    std::optional<Instant> settledAt;       ///< when the session settles, for a job that was there at the boot
};

/// A row of the table of a job's own clocks: until when it keeps the job from the gates, and how it is put in words.
struct OwnClock {
    std::string_view name;
    PendingReason reason;
    std::optional<Instant> (*until)(const OwnTimes&); ///< later than now; Instant::max(): an event; nullopt: it is open
    std::string (*describe)(const OwnTimes&);
    std::string_view clears; ///< how to open it, in words
    std::string_view want;   ///< the same as Gate::want
    Override passedBy;       ///< the least override that ignores it (jobs.md §8); None: no override does
    AtDeadline atDeadline;
};

std::span<const OwnClock> ownClocks();

/// The time until which this clock holds the job; nullopt: it does not, is passed by, or is the deadline's.
std::optional<Instant> heldUntil(const OwnClock& clock, const OwnTimes& times);

/// The latest of these times; nullopt: no clock holds the job.
std::optional<Instant> heldUntil(const OwnTimes& times);

/// True once the deadline has passed (jobs.md §3.1 clause 5).
bool isOverdue(const Job& job, Instant now);

} // namespace stint
