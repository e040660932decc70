// What follows from the device's reports with a memory: charging, by level and time; battery low and storage low, each
// with its hysteresis (limits.md §10.3, §10.4); idle and interactive, each with its delay (jobs.md §3.2, §3.6). Doze is
// a machine of its own (contract/rules/doze).
#pragma once
#include <optional>

#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"

namespace stint {

/// The state at `now`, as `device` is and `before` was; what of it is Doze's stays.
DeviceState nextDeviceState(const Device& device, const DeviceState& before, Instant now, const Constants& constants);

/// jobs.md §8, get-battery-seq: whether a report says anything of the battery that jobs wait for; of one that is
/// monitored, anything at all.
bool batteryNews(const Device& before, const Device& after, const DeviceState& was, const DeviceState& is,
                 bool monitored);

} // namespace stint
