// A time of the boot, as the tables of these tests write it.
#pragma once
#include "stint/units.hpp"

namespace stint {

constexpr Instant at(Duration time) { return Instant{time}; }

} // namespace stint
