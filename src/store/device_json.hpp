// What is derived of the device, as it is stored: JSON that is not believed when it is read (checked_json.hpp).
#pragma once
#include <string>
#include <string_view>

#include "model/device.hpp"
#include "stint/result.hpp"

namespace stint {

std::string deviceStateText(const DeviceState& state);
/// IllegalArgument names the value that cannot be right.
Result<DeviceState> deviceStateFrom(std::string_view text);

} // namespace stint
