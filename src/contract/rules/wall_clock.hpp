// The wall clock, which may be wrong, and may be set (limits.md §7.1; jobs.md §7.3).
#pragma once
#include <algorithm>

#include "base/time/time.hpp"

namespace stint {

/// Whether the clock is to be believed at boot: not behind the last commit under a good one (jobs.md §7.3).
inline bool clockIsGood(WallTime lastCommit, Now now) { return now.wall > lastCommit; }

/// Whether the clock that said `before` was set since; by less than a second it was slewed, which moves nothing
/// (limits.md §7.1).
inline bool clockWasSet(Now before, Now now) {
    constexpr Duration jump{1000};
    const Duration by = wallAt(before.elapsed, now) - before.wall;
    return by < -jump || by > jump;
}

/// From when on something is no older than `age` (jobs.md §9.4): by the clock on the wall, but what that was set ahead
/// since it was `steady`, or is after a time that nobody saw, is no age.
inline WallTime oldestKept(Now steady, Now now, Duration age) {
    return std::min(now.wall, wallAt(now.elapsed, steady)) - age;
}

} // namespace stint
