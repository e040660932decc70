// What follows from the device's reports with a memory: battery low and storage low, each with its hysteresis
// (limits.md §10.3, §10.4).
#pragma once
#include "model/constants.hpp"
#include "model/device.hpp"

namespace stint {

/// The state after `device` was reported while `before` held.
DeviceState nextDeviceState(const Device& device, DeviceState before, const Constants& constants);

} // namespace stint
