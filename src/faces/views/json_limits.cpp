// What the limits look like for programs.
#include "faces/views/json.hpp"
#include "faces/views/json_parts.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::cli {

std::string jsonOfQuota(const AppView& app) {
    Json line = header();
    line["package"] = app.manifest.package.name;
    line["bucket"] = stint::nameOf(app.bucket);
    putRow(line["regular"], app.quota);
    putRow(line["expedited"], app.expedited);
    return dumped(line);
}

std::string jsonOf(const AlarmView& view) {
    const Alarm& alarm = view.alarm;
    const AlarmWall when = wallOf(view);
    Json line = header();
    line["package"] = alarm.app.name;
    line["tag"] = alarm.tag;
    line["receiver"] = alarm.receiver;
    line["kind"] = stint::nameOf(alarm.kind);
    line["type"] = alarm.byWall ? "wall" : "elapsed";
    line["wakeup"] = alarm.wakeup;
    line["persisted"] = alarm.persisted;
    line["requested"] = milliseconds(alarm.requestedWall);
    line["window"] = alarm.window.count();
    line["interval"] = alarm.interval.count();
    line["earliest"] = milliseconds(when.earliest);
    line["latest"] = milliseconds(when.latest);
    line["held"] = view.held.empty() ? Json(nullptr) : Json(view.held);
    return dumped(line);
}

std::string jsonOf(const wire::DozeView& doze) {
    Json line = section("doze");
    line["deep"] = doze.deep;
    line["deepUntil"] = milliseconds(doze.deepUntil);
    line["light"] = doze.light;
    line["lightUntil"] = milliseconds(doze.lightUntil);
    line["force"] = doze.force.empty() ? Json(nullptr) : Json(doze.force);
    line["screen"] = doze.screenOn;
    line["locked"] = doze.locked;
    line["plugged"] = doze.plugged;
    line["charging"] = doze.charging;
    line["chargingAt"] = milliseconds(doze.chargingAt);
    line["network"] = doze.network;
    line["nextAlarmClock"] = milliseconds(doze.nextAlarmClock);
    return dumped(line);
}

std::string jsonOf(const DeviceLimitView& limit) {
    const auto word = [&](const std::string& text) { return limit.open ? Json(nullptr) : Json(text); };
    Json line = section("limit");
    line["work"] = limit.work;
    line["open"] = limit.open;
    line["by"] = word(limit.by);
    line["detail"] = word(limit.detail);
    line["clears"] = word(limit.clears);
    line["cell"] = word(limit.cell);
    line["since"] = milliseconds(limit.since);
    line["until"] = milliseconds(limit.until);
    return dumped(line);
}

} // namespace stint::cli
