// The simulated device as a Device: scenario.md's defaults, and changes to them.
#pragma once
#include "contract/model/device.hpp"
#include "sim/scenario/scenario.hpp"

namespace stint::sim {

/// scenario.md, device, the column of defaults.
Device defaultDevice();

/// Wi-Fi without a limit, 50 Mbit/s down and 10 up.
Network defaultNetwork();

} // namespace stint::sim
