// `stint tasks`, `stint tasks stop`: the Task Manager (jobs.md §5.4).
#include <algorithm>

#include <fmt/core.h>

#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

Result<std::vector<TaskRow>> rows(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.tasks();
}

std::string percentOf(const Notification& shown) {
    const auto& progress = shown.getProgress();
    if (progress.maximum <= 0) return "-";
    return fmt::format(
        "{}%", *stint::cli::percentOf({.label = {}, .done = progress.value, .total = progress.maximum, .rate = {}}));
}

std::string wordsOf(const Notification& shown) {
    if (shown.getText().empty() || shown.getTitle().empty()) return shown.getTitle() + shown.getText();
    return fmt::format("{}: {}", shown.getTitle(), shown.getText());
}

/// The app's row, its user-initiated jobs with their notifications, and notifications that earlier jobs left.
void add(Table& table, const TaskRow& row, WallTime now) {
    std::string label = row.stopButton ? row.label : row.label + " (has no Stop button)";
    if (row.survivors > 0)
        label += fmt::format(" (after its Stop {} still there)",
                             row.survivors == 1 ? "a process is" : fmt::format("{} processes are", row.survivors));
    table.add({{row.app.name, Paint::Strong}, row.started ? ago(*row.started, now) : "-", "", label});
    for (const auto& job : row.jobs) {
        const std::string percent = job.notification ? percentOf(*job.notification) : "-";
        std::string words = job.notification ? wordsOf(*job.notification) : job.label;
        if (!job.guarded.empty()) words += fmt::format("; {}: {}", job.guarded, printable(job.waitsFor));
        if (job.keepsAwake) words += "; keeps the machine awake";
        if (job.lastRun) words += fmt::format("; its last run {}", lastRunText(*job.lastRun, now));
        const std::string name =
            fmt::format("  {}{}", job.key.space.empty() ? "" : job.key.space + "#", job.key.id.value);
        table.add({name, job.started ? ago(*job.started, now) : "-", percent, words});
    }
    for (const auto& left : row.notifications)
        if (!left.userInitiated)
            table.add({"  left behind", "", percentOf(left.notification), wordsOf(left.notification)});
}

int tasks(const Arguments&, const Screen& screen) {
    auto list = rows(screen);
    if (!list.ok()) return screen.fail("cannot list tasks", list.error());
    if (screen.json()) {
        for (const auto& row : *list)
            screen.print(jsonOfRow(row));
        return ends::ok;
    }
    Table table({{"APP"}, {"STARTED", Table::Align::Right}, {"DONE", Table::Align::Right}, {"WHAT"}});
    for (const auto& row : *list)
        add(table, row, wallNow());
    if (table.empty())
        screen.tell("no app works on a person's behalf now");
    else
        table.print(screen);
    return ends::ok;
}

int tasksStop(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    const std::string what = fmt::format("cannot stop {}", printable(package));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    if (const auto app = lookUpApp(*daemon, package); !app.ok()) return failOfLookUp(screen, what, app.error());
    const auto killed = daemon->stop(package);
    if (!killed.ok()) return screen.fail(what, killed.error());
    screen.tell(fmt::format("{} stopped: {} killed", printable(package), counted(*killed, "process", "processes")));
    return ends::ok;
}

} // namespace

Verb tasksVerb() {
    return {.name = "tasks",
            .words = "",
            .summary = "the Task Manager: what runs on a person's behalf",
            .about =
                "One row for each app with a running user-initiated job, or a guard, and its notifications beneath.",
            .options = {},
            .examples = {},
            .run = tasks};
}

Verb tasksStopVerb() {
    return {.name = "tasks stop",
            .words = "PACKAGE",
            .fewest = 1,
            .most = 1,
            .summary = "stop an app: its processes die at once",
            .about =
                "The Task Manager's Stop button. Its running user-initiated jobs are gone for good; its waiting ones "
                "become regular jobs.",
            .options = {},
            .examples = {{"stint tasks stop com.example.mail", ""}},
            .run = tasksStop};
}

} // namespace stint::cli
