// The clocks that edges and programs read, and a duration as poll(2)'s timeout; beyond them time is data. The core
// reads none.
#pragma once
#include <algorithm>
#include <chrono>
#include <climits>
#include <ctime>
#include <optional>

#include "stint/units.hpp"

namespace stint {

inline WallTime wallNow() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// The time since boot, suspend included.
inline Instant bootNow() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                        std::chrono::nanoseconds(time.tv_nsec)));
}

/// A monotonic time, from an arbitrary zero.
inline Duration steadyNow() {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

/// poll(2)'s milliseconds; nullopt: no limit (-1). A negative time is 0.
inline int pollTimeout(std::optional<Duration> longest) {
    return longest ? static_cast<int>(std::clamp<Duration::rep>(longest->count(), 0, INT_MAX)) : -1;
}

} // namespace stint
