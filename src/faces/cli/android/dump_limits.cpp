#include "faces/cli/android/dump_limits.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/time.hpp"
#include "faces/cli/android/dump.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

Result<std::vector<wire::PolicyRow>> settingsOf(Daemon& daemon, std::string_view prefix) {
    const auto all = STINT_TRY(daemon.policy());
    std::vector<wire::PolicyRow> rows;
    std::ranges::copy_if(all, std::back_inserter(rows), [&](const auto& row) { return row.key.starts_with(prefix); });
    return rows;
}

void putSettings(const std::vector<wire::PolicyRow>& settings, const Screen& screen) {
    putLine(screen, 1, "Settings:");
    for (const wire::PolicyRow& row : settings)
        putLine(screen, 2, fmt::format("{}={}", row.key, row.value));
}

bool isOn(const std::vector<wire::PolicyRow>& settings, std::string_view key) {
    const auto row = std::ranges::find(settings, key, &wire::PolicyRow::key);
    return row != settings.end() && row->value == "true";
}

template <class Meant>
void putAllowlist(std::string_view title, const std::vector<AppView>& apps, Meant meant, const Screen& screen) {
    if (std::ranges::none_of(apps, meant)) return;
    putLine(screen, 1, title);
    for (const AppView& app : apps)
        if (meant(app)) putLine(screen, 2, app.manifest.package.name);
}

/// Android's name of its clock: RTC by the wall clock, ELAPSED since the boot.
std::string clockOf(const Alarm& alarm) {
    return fmt::format("{}{}", alarm.byWall ? "RTC" : "ELAPSED", alarm.wakeup ? "_WAKEUP" : "");
}

void putAlarm(const AlarmView& view, std::size_t number, WallTime now, const Screen& screen) {
    const Alarm& alarm = view.alarm;
    const AlarmWall when = wallOf(view);
    putLine(screen, 2, fmt::format("{} #{}: Alarm{{{} {}}}", clockOf(alarm), number, alarm.app.name, alarm.tag));
    putLine(screen, 3,
            fmt::format("type={} kind={} origWhen={} window={} repeatInterval={}", clockOf(alarm), nameOf(alarm.kind),
                        formatWall(alarm.requestedWall), formatDuration(alarm.window), formatDuration(alarm.interval)));
    putLine(screen, 3,
            fmt::format("whenElapsed={} maxWhenElapsed={} heldBy={}",
                        when.earliest ? timeText(*when.earliest, now) : "unknown",
                        when.latest ? timeText(*when.latest, now) : "unknown", view.held.empty() ? "none" : view.held));
    if (!alarm.receiver.empty()) putLine(screen, 3, fmt::format("receiver={}", alarm.receiver));
}

} // namespace

Result<DozeDump> gatherDozeDump(Daemon& daemon) {
    DozeDump made;
    made.doze = STINT_TRY(daemon.doze());
    made.apps = STINT_TRY(daemon.apps());
    made.settings = STINT_TRY(settingsOf(daemon, "doze."));
    for (const auto& row : STINT_TRY(settingsOf(daemon, "allowlist.")))
        made.settings.push_back(row);
    return made;
}

void printDump(const DozeDump& dump, WallTime now, const Screen& screen) {
    const wire::DozeView& doze = dump.doze;
    if (screen.json()) {
        screen.print(jsonOf(doze));
        for (const auto& row : dump.settings)
            screen.print(jsonOfRow(row));
        return;
    }
    putSettings(dump.settings, screen);
    putAllowlist(
        "Whitelist system apps:", dump.apps, [](const AppView& app) { return app.manifest.system; }, screen);
    putAllowlist(
        "Whitelist user apps:", dump.apps,
        [](const AppView& app) { return app.batteryUse == BatteryUse::Unrestricted; }, screen);
    putLine(screen, 1,
            fmt::format("mLightEnabled={}  mDeepEnabled={}", isOn(dump.settings, "doze.light_enabled"),
                        isOn(dump.settings, "doze.deep_enabled")));
    putLine(screen, 1, fmt::format("mForceIdle={}", !doze.force.empty()));
    putLine(screen, 1, fmt::format("mScreenOn={}", doze.screenOn));
    putLine(screen, 1, fmt::format("mScreenLocked={}", doze.locked));
    putLine(screen, 1, fmt::format("mNetworkConnected={}", doze.network));
    putLine(screen, 1, fmt::format("mCharging={}", doze.plugged)); // limits.md §6.1: Doze asks for power
    putLine(screen, 1, fmt::format("mState={} mLightState={}", upper(doze.deep), upper(doze.light)));
    if (doze.deepUntil) putLine(screen, 1, fmt::format("mNextAlarmTime={}", ahead(*doze.deepUntil, now)));
    if (doze.lightUntil) putLine(screen, 1, fmt::format("mNextLightAlarmTime={}", ahead(*doze.lightUntil, now)));
    if (doze.nextAlarmClock) putLine(screen, 1, fmt::format("next alarm clock={}", formatWall(*doze.nextAlarmClock)));
}

Result<AlarmDump> gatherAlarmDump(Daemon& daemon, const std::optional<std::string>& package) {
    AlarmDump made;
    if (package) STINT_TRY(lookUpApp(daemon, *package));
    made.alarms = STINT_TRY(daemon.alarms(package));
    const auto doze = STINT_TRY(daemon.doze());
    made.nextAlarmClock = doze.nextAlarmClock;
    made.settings = STINT_TRY(settingsOf(daemon, "alarm."));
    return made;
}

void printDump(const AlarmDump& dump, WallTime now, const Screen& screen) {
    if (screen.json()) {
        for (const auto& alarm : dump.alarms)
            screen.print(jsonOfRow(alarm));
        for (const auto& row : dump.settings)
            screen.print(jsonOfRow(row));
        return;
    }
    putLine(screen, 0, "Current Alarm Manager state:");
    putSettings(dump.settings, screen);
    putLine(screen, 1, fmt::format("nowRTC={}", formatWall(now)));
    putLine(screen, 1,
            fmt::format("Next alarm clock: {}", dump.nextAlarmClock ? formatWall(*dump.nextAlarmClock) : "none"));
    putLine(screen, 1, fmt::format("{} pending alarms:", dump.alarms.size()));
    for (std::size_t n = 0; n < dump.alarms.size(); ++n)
        putAlarm(dump.alarms[n], n, now, screen);
}

} // namespace stint::cli
