// What keeps a job from running, told from the rows of the tables (gates, own_clocks, in_queue), and what follows from
// all of it together: the order it is told in (jobs.md §9.1) and the time of the start (architecture.md, a forecast).
#pragma once
#include <optional>
#include <vector>

#include "contract/model/view.hpp"

namespace stint {

/// What a deadline that has passed does to it (jobs.md §3.1 clause 5).
enum class AtDeadline : std::uint8_t {
    Stays,
    Goes, ///< an explicit constraint of the job's own
    IsIt, ///< it is the deadline
};

struct Obstacle {
    Blocker blocker;
    AtDeadline atDeadline = AtDeadline::Stays;
};

/// Of what has kept a job waiting, so many changes are kept (jobs.md §9.2); one to nothing is told as this reason.
inline constexpr std::size_t mostHistory = 10;
inline constexpr PendingReason toldAsReady = PENDING_JOB_REASON_APP;

/// In the order of jobs.md §9.1.
std::vector<Blocker> inOrder(const std::vector<Obstacle>& obstacles);

/// Those that a person is told of: APP only where nothing else is (jobs.md §9.1).
std::vector<Blocker> named(std::vector<Blocker> blockers);

/// When all of it is out of the way: the latest of the times, where each obstacle names one; the deadline's in place of
/// those that it lifts. nullopt: not known.
std::optional<WallTime> clearsAt(const std::vector<Obstacle>& obstacles);

} // namespace stint
