// One device's days as a scenario, which it lives over and over: a scenario's own, those that a device has told, or
// those of a habit, drawn week by week. Its expectations are nobody's here.
#pragma once
#include <cstddef>

#include "sim/foretelling/chance.hpp"
#include "sim/foretelling/fleet_file.hpp"

namespace stint::foretelling {

struct Days {
    sim::Scenario scenario; ///< its timeline is that of one cycle, and begins with the device as it is at 0s
    Duration cycle{0};      ///< whole days
    Duration offset{0};     ///< where in them the fleet's play begins
};

/// The `life`th life of that kind. One that has a scenario has one life.
Days daysOf(const FleetFile& fleet, std::size_t kind, std::uint64_t life, const Chance& chance);

} // namespace stint::foretelling
