// What is derived from the device's reports with a memory, as JSON: whether it counts as charging, idle, and Doze
// (limits.md §6, §10). It is of one boot. A key that is absent says what DeviceState says initially.
#pragma once
#include <string>
#include <string_view>

#include "model/device.hpp"
#include "stint/result.hpp"

namespace stint {

/// One line, the same bytes for the same state.
std::string deviceStateText(const DeviceState& state);

/// Takes nobody's word: an unknown key or state, or a time out of range, is IllegalArgument with its name.
Result<DeviceState> deviceStateFrom(std::string_view text);

} // namespace stint
