#include "contract/rules/suspend.hpp"

#include <algorithm>

#include "contract/rules/alarm_policy.hpp"

namespace stint {

Verdict sleepGate(const Context& c) {
    if (!c.world.device.sleeping || (c.run && !c.gateKey.network)) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_DEVICE_STATE);
}

std::string describeSleep(const Context&) { return "the machine goes to sleep"; }

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

bool wakesFor(const Alarm& alarm, const Constants& constants) {
    return alarm.kind == AlarmKind::Clock || (alarm.wakeup && constants.wakeAlarms);
}

std::optional<Instant> windowThatWakes(const World& world) {
    return world.constants.wakeWindows ? alarmDevice(world).windowOpens : std::nullopt;
}

Instant wakeTime(Instant due, bool isClock, std::optional<Instant> last, const Constants& constants) {
    return isClock || !last ? due : std::max(due, *last + constants.wakeGap);
}

bool isWokenBy(Instant when, Instant now, const Constants& constants) {
    return when <= now && now <= when + constants.wakeTakes;
}

} // namespace stint
