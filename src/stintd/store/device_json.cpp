#include "stintd/store/device_json.hpp"

#include "base/result/errors.hpp"
#include "contract/json/values.hpp"

namespace stint {

namespace {

using nlohmann::json;
using Time = std::optional<Instant>;

void put(json& object, const char* key, const Time& time) {
    if (time) object[key] = time->time_since_epoch().count();
}

Result<Time> timeOf(const json& value, std::string_view name) {
    const Instant time = STINT_TRY(instantFrom(value, name));
    return Time{time};
}

Result<DeepState> deepFrom(const json& value, std::string_view name) {
    const auto word = STINT_TRY(wordFrom(value, name));
    const auto state = deepStateNamed(word);
    if (!state) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown state \"{}\"", name, word);
    return *state;
}

Result<LightState> lightFrom(const json& value, std::string_view name) {
    const auto word = STINT_TRY(wordFrom(value, name));
    const auto state = lightStateNamed(word);
    if (!state) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown state \"{}\"", name, word);
    return *state;
}

json dozeJson(const Doze& doze) {
    json object{{"deep", nameOf(doze.deep)},
                {"light", nameOf(doze.light)},
                {"idleFor", doze.idleFor.count()},
                {"maintenanceFor", doze.maintenanceFor.count()},
                {"lightIdleFor", doze.lightIdleFor.count()},
                {"lightBudget", doze.lightBudget.count()},
                {"batterySaver", doze.batterySaver},
                {"quickWhileIdle", doze.quickWhileIdle}};
    put(object, "deepTimer", doze.deepTimer);
    put(object, "lightTimer", doze.lightTimer);
    put(object, "windowSince", doze.windowSince);
    put(object, "settledAt", doze.settledAt);
    return object;
}

Result<Doze> dozeFrom(const json& object, std::string_view name) {
    STINT_TRY(checkKeys(object, name,
                        {"deep", "light", "idleFor", "maintenanceFor", "lightIdleFor", "lightBudget", "batterySaver",
                         "quickWhileIdle", "deepTimer", "lightTimer", "windowSince", "settledAt"}));
    Doze doze;
    STINT_TRY(readPart(object, "deep", doze.deep, deepFrom));
    STINT_TRY(readPart(object, "light", doze.light, lightFrom));
    STINT_TRY(readPart(object, "idleFor", doze.idleFor, lengthFrom));
    STINT_TRY(readPart(object, "maintenanceFor", doze.maintenanceFor, lengthFrom));
    STINT_TRY(readPart(object, "lightIdleFor", doze.lightIdleFor, lengthFrom));
    STINT_TRY(readPart(object, "lightBudget", doze.lightBudget, lengthFrom));
    STINT_TRY(readPart(object, "batterySaver", doze.batterySaver, flagFrom));
    STINT_TRY(readPart(object, "quickWhileIdle", doze.quickWhileIdle, flagFrom));
    STINT_TRY(readPart(object, "deepTimer", doze.deepTimer, timeOf));
    STINT_TRY(readPart(object, "lightTimer", doze.lightTimer, timeOf));
    STINT_TRY(readPart(object, "windowSince", doze.windowSince, timeOf));
    STINT_TRY(readPart(object, "settledAt", doze.settledAt, timeOf));
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
                {"docked", state.docked},
                {"interactive", state.interactive},
                {"screenBlocks", state.screenBlocks},
                {"doze", dozeJson(state.doze)}};
    put(object, "pluggedAt", state.pluggedAt);
    put(object, "chargingAt", state.chargingAt);
    put(object, "idleAt", state.idleAt);
    put(object, "quietAt", state.quietAt);
    return object.dump();
}

Result<DeviceState> deviceStateFrom(std::string_view text) {
    const json object = STINT_TRY(objectFrom(text));
    STINT_TRY(checkKeys(object, "device state",
                        {"charging", "chargingByLevel", "batteryPercent", "batteryLow", "storageLow", "idle", "docked",
                         "interactive", "screenBlocks", "doze", "pluggedAt", "chargingAt", "idleAt", "quietAt"}));
    const auto percent = [](const json& value, std::string_view name) { return numberFrom(value, name, {0, 100}); };
    DeviceState state;
    STINT_TRY(readPart(object, "charging", state.charging, flagFrom));
    STINT_TRY(readPart(object, "chargingByLevel", state.chargingByLevel, flagFrom));
    STINT_TRY(readPart(object, "batteryPercent", state.batteryPercent, percent));
    STINT_TRY(readPart(object, "batteryLow", state.batteryLow, flagFrom));
    STINT_TRY(readPart(object, "storageLow", state.storageLow, flagFrom));
    STINT_TRY(readPart(object, "idle", state.idle, flagFrom));
    STINT_TRY(readPart(object, "docked", state.docked, flagFrom));
    STINT_TRY(readPart(object, "interactive", state.interactive, flagFrom));
    STINT_TRY(readPart(object, "screenBlocks", state.screenBlocks, flagFrom));
    STINT_TRY(readPart(object, "doze", state.doze, dozeFrom));
    STINT_TRY(readPart(object, "pluggedAt", state.pluggedAt, timeOf));
    STINT_TRY(readPart(object, "chargingAt", state.chargingAt, timeOf));
    STINT_TRY(readPart(object, "idleAt", state.idleAt, timeOf));
    STINT_TRY(readPart(object, "quietAt", state.quietAt, timeOf));
    return state;
}

} // namespace stint
