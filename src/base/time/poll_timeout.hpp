// What poll(2) takes for how long it waits.
#pragma once
#include <algorithm>
#include <climits>
#include <optional>

#include "stint/units.hpp"

namespace stint {

/// In its milliseconds; nullopt: without limit. A time that is over is 0.
inline int pollTimeout(std::optional<Duration> longest) {
    return longest ? static_cast<int>(std::clamp<Duration::rep>(longest->count(), 0, INT_MAX)) : -1;
}

} // namespace stint
