#include "contract/rules/device_state.hpp"

#include <algorithm>

namespace stint {
namespace {

// limits.md §10.3: such a device counts as charging as soon as the plug is in.
bool chargedEnough(const Device& device, const Constants& constants) {
    if (device.batteryFull || device.batteryPercent >= constants.chargingEnforceLevel) return true;
    return device.chargeHeld && device.batteryPercent >= constants.chargingAdaptiveLevel;
}

// limits.md §10.3: plugged, and charged enough or without a loss for charging.delay. Ends at the unplug, or when the
// level falls short of charging.enforce_level. A value of Device::charging is used in its place, and leaves it as it
// is.
void followCharge(DeviceState& state, const Device& device, const DeviceState& before, Instant now,
                  const Constants& constants) {
    const bool fell = before.pluggedAt && device.batteryPercent < before.batteryPercent;
    state.batteryPercent = device.batteryPercent;
    state.pluggedAt = std::nullopt;
    state.chargingAt = std::nullopt;
    state.chargingByLevel = false;
    if (device.plugged) {
        state.pluggedAt = fell ? now : before.pluggedAt.value_or(now);
        const Instant due = *state.pluggedAt + constants.chargingDelay;
        const bool goesOn = before.pluggedAt && before.chargingByLevel && !fell;
        state.chargingByLevel = chargedEnough(device, constants) || goesOn || due <= now;
        if (!state.chargingByLevel && !device.charging) state.chargingAt = due;
    }
    state.charging = device.charging.value_or(state.chargingByLevel);
}

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

// The end of a countdown: `begun` if one runs already, else `length` from `now`.
std::optional<Instant> countDown(bool runs, std::optional<Instant> begun, Instant now, Duration length) {
    if (!runs) return std::nullopt;
    return begun.value_or(now + length);
}

} // namespace

DeviceState nextDeviceState(const Device& device, const DeviceState& before, Instant now, const Constants& constants) {
    DeviceState state = before;
    followCharge(state, device, before, now, constants);
    state.batteryLow = batteryLow(device, before.batteryLow, constants);
    state.storageLow = storageLow(device, before.storageLow, constants);
    state.docked = before.docked && device.screenOn; // jobs.md §8: effective while the screen is on
    // jobs.md §3.2, limits.md §10.4, device idle: the screen off, or a dream on it, without a break; ends at once when
    // it comes on.
    const bool unused = !device.screenOn || device.dreaming || state.docked;
    state.idleAt = countDown(unused, before.idleAt, now, constants.idleThreshold + constants.idleSlop);
    state.idle = state.idleAt && *state.idleAt <= now;
    // jobs.md §3.6: off counts after 30 s off.
    state.quietAt = countDown(!device.screenOn, before.quietAt, now, constants.screenOffSettle);
    state.interactive = !state.quietAt || *state.quietAt > now;
    return state;
}

bool batteryNews(const Device& before, const Device& after, const DeviceState& was, const DeviceState& is,
                 bool monitored) {
    const bool decides =
        before.plugged != after.plugged || before.charging != after.charging || was.batteryLow != is.batteryLow;
    return decides || (monitored && before.batteryPercent != after.batteryPercent);
}

} // namespace stint
