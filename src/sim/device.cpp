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
    return {
        .plugged = false, .charging = false, .batteryPercent = 80, .network = defaultNetwork(), .storageForced = false};
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
    // scenario.md, charging: it plugs in and counts at once; `false` also unplugs, unless `plugged` stands beside it.
    if (change.charging) device.charging = device.plugged = *change.charging;
    if (change.plugged) {
        device.plugged = *change.plugged;
        if (!device.plugged) device.charging = false;
    }
}

} // namespace stint::sim
