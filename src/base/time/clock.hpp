// The clocks that edges and programs read; beyond them time is data. The core reads none.
#pragma once
#include <chrono>
#include <ctime>

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

} // namespace stint
