// `stint alarms`: pending alarms, when they go off, and what holds them (limits.md §7.3).
#include "base/clock.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "cli/daemon/lookup.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/json.hpp"
#include "cli/print/limit_text.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/table.hpp"

namespace stint::cli {
namespace {

/// nullopt: no such app.
Result<std::optional<std::vector<AlarmView>>> pending(const Arguments& given) {
    auto daemon = STINT_TRY(Daemon::connect());
    std::optional<std::string> package;
    if (!given.words.empty()) {
        package = given.words[0];
        const auto app = STINT_TRY(findApp(daemon, *package));
        if (!app) return std::optional<std::vector<AlarmView>>{};
    }
    return std::optional(STINT_TRY(daemon.alarms(package)));
}

int alarms(const Arguments& given, const Screen& screen) {
    const auto list = pending(given);
    if (!list.ok()) return screen.fail("cannot list alarms", list.error());
    if (!*list) return noSuchApp(screen, "cannot list alarms", given.words[0]);
    const WallTime now = wallNow();
    Table table({{"PACKAGE"}, {"TAG"}, {"KIND"}, {"SET FOR"}, {"GOES OFF"}, {"AGAIN"}, {"HELD BY"}});
    for (const AlarmView& view : **list) {
        if (screen.json()) screen.print(jsonOf(view));
        const Alarm& alarm = view.alarm;
        table.add({alarm.app.name,
                   alarm.tag,
                   alarmKindText(alarm),
                   timeText(alarm.requestedWall, now),
                   goesOffText(view, now),
                   alarm.interval > Duration{0} ? "every " + formatDuration(alarm.interval) : "-",
                   {view.held.empty() ? "-" : view.held, view.held.empty() ? Paint::None : Paint::Waiting}});
    }
    if (!screen.json()) table.print(screen);
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
