#include "rules/device_state.hpp"

#include <algorithm>

namespace stint {
namespace {

// limits.md §10.3: unplugged and at most battery.low; ends at battery.okay or when plugged.
bool batteryLow(const Device& device, bool wasLow, const Constants& constants) {
    if (device.plugged) return false;
    if (device.batteryPercent <= constants.batteryLow) return true;
    return wasLow && device.batteryPercent < constants.batteryOkay;
}

// limits.md §10.4: less free than the smaller of a share of the volume and a fixed amount; ends at 1.5 times that.
bool storageLow(const Device& device, bool wasLow, const Constants& constants) {
    if (device.storageForced) return *device.storageForced;
    if (device.storageTotal <= 0) return false;
    const Bytes threshold =
        std::min(device.storageTotal / 100 * constants.storageLowPercent, constants.storageLowBytes);
    if (device.storageFree < threshold) return true;
    return wasLow && device.storageFree < threshold + threshold / 2;
}

} // namespace

DeviceState nextDeviceState(const Device& device, DeviceState before, const Constants& constants) {
    return {.batteryLow = batteryLow(device, before.batteryLow, constants),
            .storageLow = storageLow(device, before.storageLow, constants)};
}

} // namespace stint
