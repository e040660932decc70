// The device's state as far as reports alone do not tell it: charging, by level and time; battery low and storage low,
// each with its hysteresis (limits.md §10.3, §10.4); idle and interactive, each with its delay (jobs.md §3.2, §3.6).
// Doze is a machine of its own (contract/rules/doze). And the device's history (jobs.md §9.5): which facts are kept,
// and how a stretch of it is read back. Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/day.hpp"
#include "contract/model/device.hpp"

namespace stint {

/// The state at `now` that follows from `device` and the state `before`; Doze's part of it stays.
DeviceState nextDeviceState(const Device& device, const DeviceState& before, Instant now, const Constants& constants);

/// True if a report changes what jobs wait for in the battery (jobs.md §8, get-battery-seq), or, while the battery is
/// `monitored`, its level.
bool batteryNews(const Device& before, const Device& after, const DeviceState& was, const DeviceState& is,
                 bool monitored);

/// A fact of the device that has a history.
struct DeviceLane {
    std::string_view key;
    std::string (*text)(const Device&, const DeviceState&);
};
std::span<const DeviceLane> deviceLanes();

/// The lane of stintd itself, "up" or "down": while it is down nothing is known of the others.
inline constexpr std::string_view presenceLane = "stintd", isUp = "up", isDown = "down";
/// A lane's value while nobody knows it.
inline constexpr std::string_view unknownValue = "unknown";

/// The history from `from` to `to`, made of the changes that were kept (in any order; from the time before `from` at
/// least the last of each lane): first each lane's value at `from`, then its changes, in the order of time. Each lane
/// turns unknown where stintd went down.
std::vector<DeviceChange> deviceDay(std::vector<DeviceChange> kept, WallTime from, WallTime to);

} // namespace stint
