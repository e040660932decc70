// A duration as poll(2)'s timeout.
#pragma once
#include <algorithm>
#include <climits>
#include <optional>

#include "stint/units.hpp"

namespace stint {

/// poll(2)'s milliseconds; nullopt: no limit (-1). A negative time is 0.
inline int pollTimeout(std::optional<Duration> longest) {
    return longest ? static_cast<int>(std::clamp<Duration::rep>(longest->count(), 0, INT_MAX)) : -1;
}

} // namespace stint
