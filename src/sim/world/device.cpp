#include "sim/world/device.hpp"

namespace stint::sim {

Network defaultNetwork() { return openNetwork(TRANSPORT_WIFI, 50'000, 10'000); }

Device defaultDevice() {
    return {.motion = Motion::Moving,
            .plugged = false,
            .charging = std::nullopt,
            .batteryPercent = 80,
            .network = defaultNetwork(),
            .storageForced = false};
}

} // namespace stint::sim
