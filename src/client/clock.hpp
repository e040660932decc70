// Where the library asks the time; only its edges do.
#pragma once
#include <ctime>

#include "stint/units.hpp"

namespace stint::client {

inline Instant clockNow() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                        std::chrono::nanoseconds(time.tv_nsec)));
}

} // namespace stint::client
