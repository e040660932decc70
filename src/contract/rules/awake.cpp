#include "contract/rules/awake.hpp"

#include "contract/rules/forecast.hpp"

namespace stint {

AwakeVerdict keepAwake(const World& world, std::optional<Instant> progressAt, std::optional<Instant> onBatterySince) {
    const Constants& constants = world.constants;
    const Instant now = world.now.elapsed;
    if (!progressAt) return {.because = "idle"};
    if (world.device.sleeping) return {.because = "sleep"};
    const Instant stalls = *progressAt + constants.awakeStall;
    if (now >= stalls) return {.because = "stall"};
    if (world.device.plugged) return {.on = true, .because = "mains", .until = stalls};
    if (world.device.lidClosed) return {.because = "lid"};
    if (world.state.batteryLow || world.device.batteryPercent < constants.awakeBatteryFloor)
        return {.because = "battery_level"};
    const Instant ends = onBatterySince.value_or(now) + constants.awakeOnBattery;
    if (now >= ends) return {.because = "battery_time"};
    return {.on = true, .because = "battery", .until = std::min(ends, stalls)};
}

} // namespace stint
