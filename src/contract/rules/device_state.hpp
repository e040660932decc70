// The device's state as far as reports alone do not tell it: charging, by level and time; battery low and storage low,
// each with its hysteresis (limits.md §10.3, §10.4); idle and interactive, each with its delay (jobs.md §3.2, §3.6).
// Doze is a machine of its own (contract/rules/doze).
#pragma once
#include <optional>

#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"

namespace stint {

/// The state at `now` that follows from `device` and the state `before`; Doze's part of it stays.
DeviceState nextDeviceState(const Device& device, const DeviceState& before, Instant now, const Constants& constants);

/// True if a report changes what jobs wait for in the battery (jobs.md §8, get-battery-seq), or, while the battery is
/// `monitored`, its level.
bool batteryNews(const Device& before, const Device& after, const DeviceState& was, const DeviceState& is,
                 bool monitored);

} // namespace stint
