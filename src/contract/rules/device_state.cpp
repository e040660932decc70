#include "contract/rules/device_state.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "contract/model/device_fields.hpp"

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

namespace {

std::string yes(bool it) { return it ? "yes" : "no"; }

// The field in the words of `stint device`; without a network "none".
std::string textOfField(std::string_view key, const Device& device) { return deviceField(key)->text(device); }

std::string dozeWord(const Device&, const DeviceState& state) {
    const Doze& doze = state.doze;
    if (doze.deepIdle()) return "idle";
    if (doze.deep == DeepState::IdleMaintenance) return "idle_maintenance";
    if (doze.idle()) return "light_idle";
    if (doze.light == LightState::IdleMaintenance) return "light_maintenance";
    return "active";
}

std::string meteredWord(const Device& device, const DeviceState&) {
    if (!device.network) return "none";
    return yes(!device.network->has(NET_CAPABILITY_NOT_METERED));
}

using D = Device;
using S = DeviceState;
// clang-format off
constexpr DeviceLane lanes[] = {
    {"charging", [](const D&, const S& s) { return yes(s.charging); }},
    {"screen", [](const D& d, const S&) { return textOfField("screen", d); }},
    {"network", [](const D& d, const S&) { return textOfField("network.transport", d); }},
    {"metered", meteredWord},
    {"doze", dozeWord},
    {"sleeping", [](const D& d, const S&) { return yes(d.sleeping); }},
    {"battery_saver", [](const D& d, const S&) { return yes(d.batterySaver); }},
    {"data_saver", [](const D& d, const S&) { return yes(d.dataSaver); }},
};
// clang-format on

} // namespace

std::span<const DeviceLane> deviceLanes() { return lanes; }

std::vector<DeviceChange> deviceDay(std::vector<DeviceChange> kept, WallTime from, WallTime to) {
    std::ranges::stable_sort(kept, {}, &DeviceChange::when);
    std::map<std::string, DeviceChange, std::less<>> before{
        {std::string(presenceLane), {from, std::string(presenceLane), std::string(unknownValue)}}};
    for (const DeviceLane& lane : lanes)
        before.insert({std::string(lane.key), {from, std::string(lane.key), std::string(unknownValue)}});
    std::vector<DeviceChange> shown;
    std::map<std::string, std::string> values;
    const auto take = [&](const DeviceChange& change) {
        if (std::exchange(values[change.key], change.value) == change.value && change.leftOut == 0)
            return; // it was noted anew, and is no change
        if (change.when > from) return shown.push_back(change);
        if (const auto lane = before.find(change.key); lane != before.end()) lane->second = change;
    };
    for (const DeviceChange& change : kept) {
        if (change.when > to) break;
        if (change.key == presenceLane && change.value == isDown)
            for (const DeviceLane& lane : lanes)
                take({change.when, std::string(lane.key), std::string(unknownValue)});
        take(change);
    }
    std::vector<DeviceChange> first;
    for (auto& [key, change] : before)
        first.push_back(std::move(change));
    shown.insert(shown.begin(), first.begin(), first.end());
    return shown;
}

} // namespace stint
