// A device's last days, as its agent has told them (fleet/document/days.hpp), as a scenario that is lived over and
// over.
#pragma once
#include <string_view>

#include "sim/scenario/scenario.hpp"
#include "stint/units.hpp"

namespace stint::foretelling {

/// `start`: the fleet's, before which the days begin.
sim::Scenario recordedDays(std::string_view told, WallTime start);

} // namespace stint::foretelling
