#include "store/device_json.hpp"

#include <algorithm>
#include <array>

#include "store/checked_json.hpp"

namespace stint {
namespace {

using nlohmann::json;

constexpr std::array deepStates{DeepState::Active,  DeepState::Inactive,       DeepState::IdlePending,
                                DeepState::Sensing, DeepState::Locating,       DeepState::QuickDozeDelay,
                                DeepState::Idle,    DeepState::IdleMaintenance};
constexpr std::array lightStates{
    LightState::Active,          LightState::Inactive, LightState::Idle, LightState::WaitingForNetwork,
    LightState::IdleMaintenance, LightState::Override};

template <class States> auto stateFrom(const States& states) {
    return [&states](const json& value, std::string_view name) -> Result<typename States::value_type> {
        const auto word = STINT_TRY(wordFrom(value, name));
        const auto found = std::ranges::find_if(states, [&](auto state) { return nameOf(state) == word; });
        if (found == states.end()) return fail(Errc::IllegalArgument, "{}: unknown state \"{}\"", name, word);
        return *found;
    };
}

Result<std::int64_t> percentFrom(const json& value, std::string_view name) { return numberFrom(value, name, {0, 100}); }

void put(json& object, const char* key, std::optional<Instant> when) {
    if (when) object[key] = when->time_since_epoch().count();
}

json jsonOf(const Doze& doze) {
    json object{{"deep", nameOf(doze.deep)},
                {"light", nameOf(doze.light)},
                {"idleFor", doze.idleFor.count()},
                {"maintenanceFor", doze.maintenanceFor.count()},
                {"lightIdleFor", doze.lightIdleFor.count()},
                {"lightBudget", doze.lightBudget.count()},
                {"quickWhileIdle", doze.quickWhileIdle}};
    put(object, "deepTimer", doze.deepTimer);
    put(object, "lightTimer", doze.lightTimer);
    put(object, "windowSince", doze.windowSince);
    put(object, "settledAt", doze.settledAt);
    return object;
}

Result<Doze> dozeFrom(const json& object, std::string_view name) {
    STINT_TRY(checkKeys(object, name,
                        {"deep", "light", "idleFor", "maintenanceFor", "lightIdleFor", "lightBudget", "quickWhileIdle",
                         "deepTimer", "lightTimer", "windowSince", "settledAt"}));
    Doze doze;
    STINT_TRY(readPart(object, "deep", doze.deep, stateFrom(deepStates)));
    STINT_TRY(readPart(object, "light", doze.light, stateFrom(lightStates)));
    STINT_TRY(readPart(object, "idleFor", doze.idleFor, lengthFrom));
    STINT_TRY(readPart(object, "maintenanceFor", doze.maintenanceFor, lengthFrom));
    STINT_TRY(readPart(object, "lightIdleFor", doze.lightIdleFor, lengthFrom));
    STINT_TRY(readPart(object, "lightBudget", doze.lightBudget, lengthFrom));
    STINT_TRY(readPart(object, "quickWhileIdle", doze.quickWhileIdle, flagFrom));
    STINT_TRY(readPart(object, "deepTimer", doze.deepTimer, instantFrom));
    STINT_TRY(readPart(object, "lightTimer", doze.lightTimer, instantFrom));
    STINT_TRY(readPart(object, "windowSince", doze.windowSince, instantFrom));
    STINT_TRY(readPart(object, "settledAt", doze.settledAt, instantFrom));
    return doze;
}

} // namespace

std::string deviceStateText(const DeviceState& state) {
    json object{{"charging", state.charging},
                {"chargingByLevel", state.chargingByLevel},
                {"batteryPercent", state.batteryPercent},
                {"batteryLow", state.batteryLow},
                {"storageLow", state.storageLow},
                {"idle", state.idle},
                {"interactive", state.interactive},
                {"screenBlocks", state.screenBlocks},
                {"doze", jsonOf(state.doze)}};
    put(object, "pluggedAt", state.pluggedAt);
    put(object, "chargingAt", state.chargingAt);
    put(object, "idleAt", state.idleAt);
    put(object, "quietAt", state.quietAt);
    return object.dump();
}

Result<DeviceState> deviceStateFrom(std::string_view text) {
    const auto object = STINT_TRY(objectFrom(text));
    STINT_TRY(checkKeys(object, "device",
                        {"charging", "chargingByLevel", "batteryPercent", "batteryLow", "storageLow", "idle",
                         "interactive", "screenBlocks", "doze", "pluggedAt", "chargingAt", "idleAt", "quietAt"}));
    DeviceState state;
    STINT_TRY(readPart(object, "charging", state.charging, flagFrom));
    STINT_TRY(readPart(object, "chargingByLevel", state.chargingByLevel, flagFrom));
    STINT_TRY(readPart(object, "batteryPercent", state.batteryPercent, percentFrom));
    STINT_TRY(readPart(object, "batteryLow", state.batteryLow, flagFrom));
    STINT_TRY(readPart(object, "storageLow", state.storageLow, flagFrom));
    STINT_TRY(readPart(object, "idle", state.idle, flagFrom));
    STINT_TRY(readPart(object, "interactive", state.interactive, flagFrom));
    STINT_TRY(readPart(object, "screenBlocks", state.screenBlocks, flagFrom));
    STINT_TRY(readPart(object, "doze", state.doze, dozeFrom));
    STINT_TRY(readPart(object, "pluggedAt", state.pluggedAt, instantFrom));
    STINT_TRY(readPart(object, "chargingAt", state.chargingAt, instantFrom));
    STINT_TRY(readPart(object, "idleAt", state.idleAt, instantFrom));
    STINT_TRY(readPart(object, "quietAt", state.quietAt, instantFrom));
    return state;
}

} // namespace stint
