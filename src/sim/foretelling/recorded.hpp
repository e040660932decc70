// A device's last days, as its agent has told them (fleet/document/days.hpp), as a scenario that is lived over and
// over.
#pragma once
#include <string_view>

#include "contract/model/device_fields.hpp"
#include "fleet/document/days.hpp"
#include "sim/scenario/scenario.hpp"
#include "stint/units.hpp"

namespace stint::foretelling {

// A device's words, for whatever days it has.

/// At its charger it lies still, elsewhere it moves.
DeviceWords chargerWords(bool isCharging);
DeviceWords screenWords(bool isOn);
DeviceWords lineWords(fleet::Quarter::Line line);

/// `start`: the fleet's, before which the days begin.
sim::Scenario recordedDays(std::string_view told, WallTime start);

} // namespace stint::foretelling
