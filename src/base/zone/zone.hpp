// The machine's time zone, read from its tables as a value. Nothing is kept between two readings but the tables
// themselves: whoever sets another zone is heard by the next one.
#pragma once
#include "base/time/time_zone.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// Which zone the machine has: a link to its table, which the zone's name is behind.
inline constexpr const char* localTime = "/etc/localtime";

/// The zone from then on, with its changes for so long, and the first one after that. IllegalArgument: there is no
/// table of its name.
Result<TimeZone> zoneOfMachine(WallTime from, Duration length);

} // namespace stint
