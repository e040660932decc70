// The device's history (jobs.md §9.5): which of what is known of it is kept, and what a stretch of it tells.
// Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/day.hpp"
#include "contract/model/device.hpp"

namespace stint {

/// Something of the device that has a history.
struct DeviceLane {
    std::string_view key;
    std::string (*text)(const Device&, const DeviceState&);
};
std::span<const DeviceLane> deviceLanes();

/// The lane of stintd itself, "up" or "down": while it is not there nothing is known of the others.
inline constexpr std::string_view presenceLane = "stintd", isUp = "up", isDown = "down";
/// What a lane is where nobody knows it.
inline constexpr std::string_view unknownValue = "unknown";

/// What was so from `from` to `to`, by what was kept of it (in any order; of the time before `from` at least the last
/// of each lane): of each lane first what it was at `from`, then its changes, in the order of time; a lane ends where
/// stintd was not there.
std::vector<DeviceChange> deviceDay(std::vector<DeviceChange> kept, WallTime from, WallTime to);

} // namespace stint
