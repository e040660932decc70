// An obstacle: one thing that keeps a job from running, made from a row of the tables (gates, own_clocks, in_queue).
// All of a job's obstacles together give the order in which they are listed (jobs.md §9.1) and the time of the start
// (architecture.md, a forecast).
#pragma once
#include <optional>
#include <vector>

#include "contract/model/view.hpp"

namespace stint {

/// The effect of a passed deadline on an obstacle (jobs.md §3.1 clause 5).
enum class AtDeadline : std::uint8_t {
    Stays,
    Goes, ///< an explicit constraint of the job's own
    IsIt, ///< it is the deadline
};

/// One thing that keeps a job from running, made from a row of the tables: gates, a job's own clocks, the queue.
struct Obstacle {
    Blocker blocker;
    AtDeadline atDeadline = AtDeadline::Stays;
};

/// The changes of a job's reasons for waiting that are kept at most (jobs.md §9.2), and the reason kept for a change to
/// none.
inline constexpr std::size_t mostHistory = 10;
inline constexpr PendingReason toldAsReady = PENDING_JOB_REASON_APP;

/// The blockers in the order of jobs.md §9.1.
std::vector<Blocker> inOrder(const std::vector<Obstacle>& obstacles);

/// The blockers that a person is shown: APP only if there is nothing else (jobs.md §9.1).
std::vector<Blocker> named(std::vector<Blocker> blockers);

/// The time at which all of it is out of the way: the latest of the times, if each obstacle names one; the deadline's
/// in place of those that it lifts. nullopt: not known.
std::optional<WallTime> clearsAt(const std::vector<Obstacle>& obstacles);

} // namespace stint
