#include "sim/device.hpp"

namespace stint::sim {

Network defaultNetwork() {
    using enum NetworkCapability;
    return {.capabilities = {Internet, Validated, NotMetered, NotRoaming, NotRestricted, NotVpn, Trusted, NotCongested,
                             NotSuspended},
            .transports = {NetworkTransport::Wifi},
            .downstream = 50'000,
            .upstream = 10'000};
}

Device defaultDevice() {
    return {.motion = Motion::Moving,
            .plugged = false,
            .charging = std::nullopt,
            .batteryPercent = 80,
            .network = defaultNetwork(),
            .storageForced = false};
}

void apply(const DeviceChange& change, Device& device) {
    const auto set = [](auto& field, const auto& value) {
        if (value) field = *value;
    };
    set(device.screenOn, change.screenOn);
    set(device.batteryPercent, change.battery);
    set(device.network, change.network);
    if (change.storageLow) device.storageForced = change.storageLow;
    set(device.memory, change.memory);
    set(device.locked, change.locked);
    if (change.moving) device.motion = *change.moving ? Motion::Moving : Motion::Still;
    if (change.thermal) device.thermal = thermalNamed(*change.thermal).value_or(Thermal::None);
    set(device.dataSaver, change.dataSaver);
    set(device.batterySaver, change.batterySaver);
    if (change.doze) device.dozeForce = dozeForceNamed(*change.doze); // auto: none
    // scenario.md, charging: it plugs in and counts at once; `false` also unplugs, unless `plugged` stands beside it.
    // `plugged` alone: whether it counts as charging follows from level and time.
    if (change.charging) device.charging = device.plugged = *change.charging;
    if (change.plugged) device.plugged = *change.plugged;
    if (change.plugged && !change.charging) device.charging.reset();
}

} // namespace stint::sim
