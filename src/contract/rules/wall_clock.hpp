// The wall clock, which may be wrong, and may be set (limits.md §7.1; jobs.md §7.3).
#pragma once
#include <algorithm>

#include "base/time/time.hpp"

namespace stint {

/// True if the clock is to be believed at boot: not behind the last commit under a good one (jobs.md §7.3).
inline bool clockIsGood(WallTime lastCommit, Now now) { return now.wall > lastCommit; }

/// True if the wall clock was set since it showed `before`; by less than a second it was slewed, which moves nothing
/// (limits.md §7.1).
inline bool clockWasSet(Now before, Now now) {
    constexpr Duration jump{1000};
    const Duration by = wallAt(before.elapsed, now) - before.wall;
    return by < -jump || by > jump;
}

/// The earliest time of something that is no older than `age` (jobs.md §9.4), by the wall clock; but a jump ahead since
/// the clock was `steady`, or over a time that nobody saw, makes nothing older.
inline WallTime oldestKept(Now steady, Now now, Duration age) {
    return std::min(now.wall, wallAt(now.elapsed, steady)) - age;
}

} // namespace stint
