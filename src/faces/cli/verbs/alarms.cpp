// `stint alarms`: pending alarms, when they go off, and what holds them (limits.md §7.3).
#include "base/result/try.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::cli {
namespace {

Result<std::vector<AlarmView>> pending(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    if (given.words.empty()) return daemon.alarms(std::nullopt);
    STINT_TRY(lookUpApp(daemon, given.words[0]));
    return daemon.alarms(given.words[0]);
}

int alarms(const Arguments& given, const Screen& screen) {
    const auto list = pending(given, screen);
    if (!list.ok()) return failOfLookUp(screen, "cannot list alarms", list.error());
    const WallTime now = wallNow();
    Table table({{"PACKAGE"}, {"TAG"}, {"KIND"}, {"SET FOR"}, {"GOES OFF"}, {"AGAIN"}, {"HELD BY"}});
    for (const AlarmView& view : *list) {
        if (screen.json()) screen.print(jsonOfRow(view));
        const Alarm& alarm = view.alarm;
        table.add({alarm.app.name,
                   alarm.tag,
                   alarmKindText(alarm),
                   timeText(alarm.requestedWall, now),
                   goesOffText(view, now),
                   alarm.interval > Duration{0} ? "every " + formatDuration(alarm.interval) : "-",
                   {view.held.empty() ? "-" : view.held, view.held.empty() ? Paint::None : Paint::Waiting}});
    }
    if (table.empty())
        screen.tell("no alarm is pending");
    else if (!screen.json())
        table.print(screen);
    return ends::ok;
}

} // namespace

Verb alarmsVerb() {
    return {.name = "alarms",
            .words = "[PACKAGE]",
            .fewest = 0,
            .most = 1,
            .summary = "what will wake an app, when, and what holds it",
            .about = "All pending alarms, or those of one app: what each was set for, and when it goes off if nothing "
                     "disturbs.",
            .options = {},
            .examples = {{"stint alarms com.example.mail", ""}},
            .run = alarms};
}

} // namespace stint::cli
