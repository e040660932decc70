// The wall clock, which may be wrong, and may be set (limits.md §7.1; jobs.md §7.3).
#pragma once
#include "base/time.hpp"

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

} // namespace stint
