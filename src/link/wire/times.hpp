// Times on the wire: x in ms of the wall clock, -1 unset.
#pragma once
#include <optional>

#include "stint/units.hpp"

namespace stint::wire {

inline std::int64_t wallNumber(WallTime time) { return time.time_since_epoch().count(); }
inline std::int64_t wallNumber(const std::optional<WallTime>& time) { return time ? wallNumber(*time) : -1; }
inline std::optional<WallTime> wallFrom(std::int64_t number) {
    if (number < 0) return std::nullopt;
    return WallTime(Duration(number));
}

} // namespace stint::wire
