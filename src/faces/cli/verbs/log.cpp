#include <algorithm>
#include <string_view>
#include <utility>

#include <absl/time/time.h>
#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "contract/rules/ending.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/terminal.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/app_facts.hpp"
#include "faces/views/job.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/messages.hpp"
#include "faces/views/phrases.hpp"
#include "stint/result.hpp"

namespace stint::cli {

// `stint log --day`: what ran, and how the device was, over a day of the wall clock (jobs.md §9.5).

namespace {

/// A day, from its first millisecond to its last.
struct Day {
    WallTime from;
    WallTime to;
};

WallTime wallOf(absl::CivilDay day) {
    return WallTime{Duration{absl::ToUnixMillis(absl::FromCivil(day, absl::LocalTimeZone()))}};
}

/// A line of the day, and the time that it is sorted by.
struct DayLine {
    WallTime when;
    std::string what;
    std::string detail;
    Json json;
};

DayLine lineOf(const DeviceChange& change, const Day& day) {
    std::string detail = change.value;
    if (change.when < day.from) detail += fmt::format(", since {}", clockText(change.when));
    if (change.leftOut > 0) detail += fmt::format("; {} left out", counted(change.leftOut, "change"));
    Json json = header();
    json["what"] = "device";
    putRow(json, change);
    return {std::max(change.when, day.from), change.key, std::move(detail), std::move(json)};
}

std::string endText(const DayRun& run) {
    PastRun past{.ended = *run.ended, .ending = run.ending, .outcome = run.outcome};
    return endingText(past);
}

std::string detailOf(const DayRun& run) {
    std::string text = run.label.empty() ? "" : run.label + ": ";
    const Bytes moved = std::max(run.transferredDown, run.transferredUp);
    if (run.began) text += kindWord(run.kind);
    if (run.began && run.ended) text += fmt::format(", ran {}", briefly(*run.ended - *run.began));
    if (run.began && !run.ended) text += ", runs";
    if (!run.began && !run.ended)
        text += run.waits.empty() ? "waits" : fmt::format("waits: {}", reasonsText(run.waits.back().reasons));
    if (moved > 0) text += fmt::format(", {}", formatSize(moved));
    if (run.ended) text += fmt::format("{}{}", run.began ? "; " : "", endText(run));
    return text;
}

DayLine lineOf(const DayRun& run) {
    Json json = header();
    json["what"] = "run";
    json["job"] = textOf(run.key);
    putRow(json, run);
    const WallTime when = run.began           ? *run.began
                          : run.waits.empty() ? run.ended.value_or(run.scheduled)
                                              : run.waits.front().when;
    return {when, textOf(run.key), detailOf(run), std::move(json)};
}

void print(std::vector<DayLine> lines, const Screen& screen) {
    std::ranges::stable_sort(lines, {}, &DayLine::when);
    Table table({{"WHEN"}, {"WHAT"}, {"DETAIL"}});
    for (const DayLine& line : lines) {
        if (screen.json() && !line.json.is_null()) screen.print(dumped(line.json));
        table.add({clockText(line.when), printable(line.what), printable(line.detail)});
    }
    if (!screen.json()) table.print(screen);
}

Json jsonOfStory(const MessageStory& story) {
    Json json = header();
    json["what"] = "message";
    putRow(json, story);
    return json;
}

/// Adds the lines of one message; the first has the JSON of all.
void addStory(std::vector<DayLine>& lines, const MessageStory& story) {
    Json json = jsonOfStory(story);
    // Without a number it tells of a registration.
    const std::string what = story.number > 0 ? fmt::format("push:{}", story.number) : "push";
    for (const LogLine& line : linesOf(story)) {
        const std::string detail = line.detail.empty() ? line.what : fmt::format("{}: {}", line.what, line.detail);
        lines.push_back({line.when, what, detail, std::exchange(json, {})});
    }
}

/// Reads "today", "yesterday" or "2026-11-22", a day in this machine's zone. IllegalArgument lists these forms.
Result<Day> dayNamed(std::string_view text, WallTime now) {
    const absl::CivilDay today =
        absl::ToCivilDay(absl::FromUnixMillis(now.time_since_epoch().count()), absl::LocalTimeZone());
    absl::CivilDay day = today;
    if (text == "yesterday")
        day = today - 1;
    else if (text != "today" && (text.size() != 10 || !absl::ParseCivilTime(std::string(text), &day)))
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a day; write today, yesterday or a date such as 2026-11-22",
                    printable(text));
    return Day{wallOf(day), wallOf(day + 1) - 1ms};
}

int logDay(const Arguments& given, const Screen& screen) {
    const auto day = dayNamed(given.words.empty() ? "today" : given.words[0], wallNow());
    if (!day.ok()) return screen.fail(ends::usage, day.error().message);
    auto daemon = Daemon::connect(screen);
    const auto page = daemon.ok() ? daemon->day(day->from, day->to) : Result<DayPage>(daemon.error());
    if (!page.ok()) return failOfLookUp(screen, "cannot tell of that day", page.error());
    std::vector<DayLine> lines;
    for (const DeviceChange& change : page->device)
        lines.push_back(lineOf(change, *day));
    for (const DayRun& run : page->runs)
        lines.push_back(lineOf(run));
    print(std::move(lines), screen);
    return ends::ok;
}

} // namespace

// `stint log`: what happened to a job, in order (jobs.md §9.4); and how much of all that was for nothing (limits.md
// §14).

namespace {

/// The log of a job whose end is no longer among the last ones of its app, but in the daemon's log.
Result<JobLog> longEnded(Daemon& daemon, const std::string& text, Error unknown) {
    const auto name = STINT_TRY(parseJobName(text));
    for (const JobKey& key : candidates(name)) {
        auto runs = STINT_TRY(daemon.ask(calls::log(key)));
        if (runs.empty()) continue;
        const WallTime scheduled = runs.back().scheduled;
        return JobLog{.key = key, .scheduled = scheduled, .runs = runsOf(std::move(runs), scheduled)};
    }
    return unknown;
}

Result<JobLog> logOf(const std::string& text, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto job = lookUp(daemon, text);
    if (!job.ok() && job.error().code == Errc::ILLEGAL_STATE) return longEnded(daemon, text, job.error());
    JobView view = STINT_TRY(std::move(job));
    JobLog log{.key = view.key, .label = view.label, .scheduled = view.scheduled};
    auto runs = STINT_TRY(daemon.ask(calls::log(view.key)));
    log.runs = runsOf(std::move(runs), view.scheduled);
    if (view.state == JobView::State::Finished) return log;
    log.waits = STINT_TRY(daemon.ask(calls::history(view.key)));
    log.now = std::move(view);
    return log;
}

void print(const JobLog& log, const Screen& screen) {
    if (screen.json()) {
        for (const LogLine& line : linesOf(log))
            screen.print(jsonOf(log.key, line));
        return;
    }
    Table table({{"WHEN"}, {"WHAT"}, {"DETAIL"}});
    for (const LogLine& line : linesOf(log))
        table.add({clockText(line.when), line.what, printable(line.detail)});
    table.print(screen);
}

// Messages (push.md §5), and an app's jobs and messages together.

/// The app that the word names; nullopt: it names none, but may name a job.
Result<std::optional<AppId>> appNamed(Daemon& daemon, const std::string& word) {
    for (const AppView& app : STINT_TRY(daemon.ask(calls::apps())))
        if (app.manifest.package.name == word) return std::optional(app.manifest.package);
    return std::optional<AppId>();
}

int logMessages(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot tell of messages";
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const std::string package = given.words.empty() ? "" : given.words[0];
    if (!package.empty())
        if (const auto app = lookUpApp(*daemon, package); !app.ok()) return failOfLookUp(screen, what, app.error());
    auto stories = daemon->messageLog(package, {});
    if (!stories.ok()) return screen.fail(what, stories.error());
    struct Told {
        LogLine line;
        const MessageStory* story;
    };
    std::vector<Told> lines;
    for (const MessageStory& story : *stories) {
        if (screen.json()) screen.print(dumped(jsonOfStory(story)));
        for (LogLine& line : linesOf(story))
            lines.push_back({std::move(line), &story});
    }
    std::ranges::stable_sort(lines, {}, [](const Told& told) { return told.line.when; });
    Table table({{"WHEN"}, {"PACKAGE"}, {"NUMBER", Table::Align::Right}, {"WHAT"}, {"DETAIL"}});
    for (const auto& [line, story] : lines)
        table.add({clockText(line.when), story->app.name, story->number > 0 ? std::to_string(story->number) : "-",
                   line.what, printable(line.detail)});
    if (table.empty())
        screen.tell("no message has come");
    else if (!screen.json())
        table.print(screen);
    return ends::ok;
}

int logApp(Daemon& daemon, const AppId& app, const Screen& screen) {
    const std::string what = fmt::format("cannot tell of {}", app.name);
    const WallTime now = wallNow(), from = now - longestDay;
    auto page = daemon.day(from, now);
    if (!page.ok()) return screen.fail(what, page.error());
    auto stories = daemon.messageLog(app.name, from);
    if (!stories.ok()) return screen.fail(what, stories.error());
    std::vector<DayLine> lines;
    for (const DayRun& run : page->runs)
        if (run.key.app == app) lines.push_back(lineOf(run));
    for (const MessageStory& story : *stories)
        addStory(lines, story);
    print(std::move(lines), screen);
    return ends::ok;
}

Result<std::vector<AppView>> appsMeant(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    if (given.words.empty()) return daemon.ask(calls::apps());
    auto app = STINT_TRY(lookUpApp(daemon, given.words[0]));
    return std::vector{std::move(app)};
}

int waste(const Arguments& given, const Screen& screen) {
    const auto apps = appsMeant(given, screen);
    if (!apps.ok()) return failOfLookUp(screen, "cannot tell of waste", apps.error());
    using enum Table::Align;
    Table table({{"DAY"},
                 {"PACKAGE"},
                 {"USED", Right},
                 {"METERED", Right},
                 {"MOVED AGAIN", Right},
                 {"CUT SHORT"},
                 {"WAKE-UPS"}});
    for (const AppView& app : *apps) {
        for (const AppDay& day : app.days) {
            Json line = header();
            line["package"] = app.manifest.package.name;
            putRow(line, day);
            if (screen.json()) screen.print(dumped(line));
            table.add({dateText(day.day), app.manifest.package.name, formatSize(day.received + day.sent),
                       formatSize(day.metered), formatSize(day.again), printable(tallyText(day.cutShort)),
                       printable(tallyText(day.wakeUps))});
        }
    }
    if (!screen.json()) table.print(screen);
    return ends::ok;
}

int log(const Arguments& given, const Screen& screen) {
    if (given.has("waste") + given.has("day") + given.has("push") > 1)
        return screen.fail(ends::usage, "--waste, --day and --push are three questions; ask one");
    if (given.has("waste")) return waste(given, screen);
    if (given.has("day")) return logDay(given, screen);
    if (given.has("push")) return logMessages(given, screen);
    if (given.words.empty())
        return screen.fail(
            ends::usage,
            "log wants a JOB, as `stint jobs` lists them, or a PACKAGE; or --waste [PACKAGE], --push [PACKAGE] or "
            "--day [DATE]");
    if (isLabel(given.words[0])) {
        auto daemon = Daemon::connect(screen);
        if (!daemon.ok()) return screen.fail("cannot tell of it", daemon.error());
        const auto app = appNamed(*daemon, given.words[0]);
        if (app.ok() && *app) return logApp(*daemon, **app, screen);
    }
    const auto found = logOf(given.words[0], screen);
    if (!found.ok())
        return failOfLookUp(screen, fmt::format("cannot tell of {}", printable(given.words[0])), found.error());
    print(*found, screen);
    return ends::ok;
}

} // namespace

Verb logVerb() {
    return {
        .name = "log",
        .words = "[JOB|PACKAGE]",
        .fewest = 0,
        .most = 1,
        .summary = "tell what happened to a job or an app, in order",
        .about =
            "When it was scheduled, what it waited for, when it ran, what stopped it, where it went on, and how it "
            "ended. It is known for as long as the policy says (`stint policy job.log_age`), also of a job that "
            "has ended; what a command has printed is told by `stint logs`. Of a PACKAGE: the runs of its jobs and its "
            "messages, of the last 8 days.\n"
            "--push tells of messages: that one arrived, what held it, that its app was given it and has taken it, or "
            "why not; those of all apps, or of a PACKAGE.\n"
            "--waste tells of each app and day what was for nothing: bytes that were moved a second time, runs "
            "that did not end by themselves, and what the machine was woken for; with a PACKAGE of that app alone.\n"
            "--day tells of a day what ran, and what the device was: charging, its screen, network and Doze, in the "
            "order of time; today's, or that of a DATE such as 2026-11-22, or yesterday's.",
        .options = {{"--waste", "", "by app and day: bytes moved again, runs cut short, wake-ups"},
                    {"--push", "", "what became of messages"},
                    {"--day", "", "of a day: what ran and waited, and what the device was"}},
        .examples = {{"stint log 7", "all that became of the download org.stint.transfer/7"},
                     {"stint log --push com.example.mail", "what became of its messages"},
                     {"stint log --waste", "what was for nothing, by app and day"},
                     {"stint log --day yesterday", "what ran yesterday, and what the device was"}},
        .run = log,
        .elsewhere = {"history", "events"},
        .optionsElsewhere = {{"--last,--recent,-n,--lines", "`stint jobs --finished` lists those that ended last"},
                             {"-f,--follow", "`stint watch JOB` follows one until it ends"}}};
}

} // namespace stint::cli
