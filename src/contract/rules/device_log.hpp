// The device's history (jobs.md §9.5): which of its facts are kept, and how a stretch of time is read back. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/day.hpp"
#include "contract/model/device.hpp"

namespace stint {

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
