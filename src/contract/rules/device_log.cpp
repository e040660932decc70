#include "contract/rules/device_log.hpp"

#include <algorithm>
#include <map>

#include "contract/model/device_fields.hpp"

namespace stint {
namespace {

std::string yes(bool it) { return it ? "yes" : "no"; }

// The field in the words of `stint device`; without a network "none".
std::string said(std::string_view key, const Device& device) { return deviceField(key)->text(device); }

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
    {"screen", [](const D& d, const S&) { return said("screen", d); }},
    {"network", [](const D& d, const S&) { return said("network.transport", d); }},
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
    std::vector<DeviceChange> told;
    const auto take = [&](const DeviceChange& change) {
        if (change.when > from) return told.push_back(change);
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
    told.insert(told.begin(), first.begin(), first.end());
    return told;
}

} // namespace stint
