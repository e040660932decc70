#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/unix/paths.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/browser.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/control/servers.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

// `stint tasks`, `stint tasks stop`: the Task Manager (jobs.md §5.4).

namespace {

Result<std::vector<TaskRow>> rows(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.ask(calls::tasks());
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

/// The most that earlier jobs have left behind of which each has a line.
constexpr std::size_t mostLeft = 5;

/// The app's row, its user-initiated jobs with their notifications, those of its other jobs, and notifications that
/// earlier jobs left.
void add(Table& table, const TaskRow& row, WallTime now) {
    std::string label = row.stopButton ? row.label : row.label + " (has no Stop button)";
    if (row.survivors > 0)
        label += fmt::format(" (after its Stop {} still there)",
                             row.survivors == 1 ? "a process is" : fmt::format("{} processes are", row.survivors));
    table.add({{row.app.name, Paint::Strong}, row.started ? ago(*row.started, now) : "-", "", label});
    for (const auto& job : row.jobs) {
        const std::string percent = job.notification ? percentOf(*job.notification) : "-";
        std::string words = job.notification ? wordsOf(*job.notification) : job.label;
        if (const Progress progress = progressOf(job); progress.rate.value_or(0) > 0)
            words += fmt::format("; {}", fmt::join(paceWords(progress), ", "));
        if (!job.guarded.empty()) words += fmt::format("; {}: {}", job.guarded, printable(job.waitsFor));
        if (job.keepsAwake) words += "; keeps the machine awake";
        if (job.lastRun) words += fmt::format("; its last run {}", lastRunText(*job.lastRun, now));
        const std::string name =
            fmt::format("  {}{}", job.key.space.empty() ? "" : job.key.space + "#", job.key.id.value);
        table.add({name, job.started ? ago(*job.started, now) : "-", percent, words});
    }
    std::size_t left = 0;
    for (const auto& shown : row.notifications) {
        if (shown.userInitiated || (!shown.current && ++left > mostLeft)) continue;
        table.add({shown.current ? "  shows" : "  left behind", "", percentOf(shown.notification),
                   wordsOf(shown.notification)});
    }
    if (left > mostLeft) table.add({"  left behind", "", "-", fmt::format("and {} more", left - mostLeft)});
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
    const auto killed = daemon->ask(calls::stop(package));
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

// `stint ui`: the Task Manager in a browser (linux.md §A.11).

namespace {

/// The page's address. The daemon is asked first: it refuses all but the operator, and no server is started in vain.
Result<std::string> address(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    STINT_TRY(daemon.ask(calls::overview()));
    std::vector<std::string> words;
    if (const auto port = given.value("port")) words = {"--port", *port};
    return pageServer(words);
}

int ui(const Arguments& given, const Screen& screen) {
    const auto port = given.value("port");
    if (port && numberIn<std::uint16_t>(*port).value_or(0) == 0)
        return screen.fail(ends::usage, fmt::format("--port is \"{}\"; it must be 1 to 65535", printable(*port)));
    const auto found = address(given, screen);
    if (!found.ok()) return screen.fail("cannot show the Task Manager", found.error());
    if (port && !placeOf(*found).ends_with(fmt::format(":{}/", *port)))
        screen.warn(
            fmt::format("it is served at {} already; that ends when nobody has looked for a while", placeOf(*found)));
    showPage(screen, {.name = "the Task Manager",
                      .address = *found,
                      .mayOpen = !given.has("no-open"),
                      .isPrinted = given.has("print")});
    return ends::ok;
}

} // namespace

Verb uiVerb() {
    return {.name = "ui",
            .words = "",
            .summary = "the Task Manager in a browser",
            .about =
                "What runs, what waits and why, what each app has done, and the day, as a page of this machine. It is "
                "served to this user alone, by stint-taskmanager, which ends when nobody has looked for five minutes; "
                "the address has a token in it, and is printed where no browser can be opened.",
            .options = {{"--print", "", "print the whole address, to open it elsewhere on this machine"},
                        {"--no-open", "", "open no browser"},
                        {"--port", "N", "serve it at this port of 127.0.0.1, where none is served yet"}},
            .examples = {{"stint ui", ""}, {"stint ui --no-open --port 4711", "for ssh -L 4711:127.0.0.1:4711"}},
            .run = ui,
            .elsewhere = {"gui", "web", "dashboard", "taskmanager"}};
}

} // namespace stint::cli
