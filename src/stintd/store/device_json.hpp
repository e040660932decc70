// The stored state that is derived from the device, as JSON, which is checked when it is read
// (contract/json/values.hpp).
#pragma once
#include <string>
#include <string_view>

#include "contract/model/device.hpp"
#include "stint/result.hpp"

namespace stint {

std::string deviceStateText(const DeviceState& state);
/// Returns IllegalArgument with the name of the wrong value.
Result<DeviceState> deviceStateFrom(std::string_view text);

} // namespace stint
