#include "stintd/store/device_json.hpp"

#include "stintd/store/row_json.hpp"

namespace stint {

std::string deviceStateText(const DeviceState& state) { return jsonOfRow(state).dump(); }

Result<DeviceState> deviceStateFrom(std::string_view text) {
    const auto object = STINT_TRY(objectFrom(text));
    return strictRowFrom<DeviceState>(object, DeviceState::noun);
}

} // namespace stint
