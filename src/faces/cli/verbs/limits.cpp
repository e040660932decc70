#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

// `stint quota`: an app's regular and expedited quotas, and when used time comes back (limits.md §3, §4).

namespace {

using enum Table::Align;

Result<std::vector<AppView>> appsOf(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    if (given.words.empty()) return daemon.ask(calls::apps());
    auto app = STINT_TRY(lookUpApp(daemon, given.words[0]));
    return std::vector{std::move(app)};
}

void addRow(Table& table, const AppView& app, const char* kind, const QuotaView& quota, WallTime now) {
    const bool usedUp = quota.returns && !quota.free;
    table.add({app.manifest.package.name,
               std::string(nameOf(app.bucket)),
               kind,
               roughDuration(std::chrono::floor<std::chrono::seconds>(quota.used)),
               leftText(quota),
               allowanceText(quota),
               {standingText(quota, now), usedUp ? Paint::Waiting : Paint::None}});
}

void printReturns(const AppView& app, WallTime now, const Screen& screen) {
    Table table({{"KIND"}, {"COMES BACK", Right}, {"FROM", Right}, {"UNTIL", Right}});
    const auto add = [&](const char* kind, const QuotaView& quota) {
        for (const auto& [when, length] : quota.comesBack)
            table.add({kind, roughDuration(length), when > now ? ahead(when, now) : "now", ahead(when + length, now)});
    };
    add("regular", app.quota);
    add("expedited", app.expedited);
    if (table.empty()) return;
    screen.print("");
    table.print(screen);
}

int quota(const Arguments& given, const Screen& screen) {
    const auto list = appsOf(given, screen);
    if (!list.ok()) return failOfLookUp(screen, "cannot show quotas", list.error());
    const WallTime now = wallNow();
    Table table({{"PACKAGE"}, {"BUCKET"}, {"JOBS"}, {"USED", Right}, {"LEFT", Right}, {"OF"}, {"NOW"}});
    for (const AppView& app : *list) {
        if (screen.json()) screen.print(jsonOfQuota(app));
        addRow(table, app, "regular", app.quota, now);
        addRow(table, app, "expedited", app.expedited, now);
    }
    if (screen.json()) return ends::ok;
    table.print(screen);
    if (!given.words.empty()) printReturns(list->front(), now, screen);
    return ends::ok;
}

} // namespace

Verb quotaVerb() {
    return {.name = "quota",
            .words = "[PACKAGE]",
            .fewest = 0,
            .most = 1,
            .summary = "what apps have left of their time, and when it comes back",
            .about =
                "Of regular and of expedited jobs: used, left, the allowance in its window. For one app also when each "
                "piece that was used comes back.",
            .options = {},
            .examples = {{"stint quota com.example.mail", "with the times at which each minute comes back"}},
            .run = quota};
}

// `stint alarms`: pending alarms, when they go off, and what holds them (limits.md §7.3).

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

// `stint policy`: every constant of the limits, its default, and where its value came from (limits.md §11).

namespace {

using PolicyRows = std::vector<wire::PolicyRow>;

/// Warns of a policy file that the daemon has refused: the values that are shown are not that file's.
void warnOfRefused(Daemon& daemon, const Screen& screen) {
    const auto findings = daemon.ask(calls::diagnose());
    if (!findings.ok()) return;
    for (const wire::Finding& finding : *findings)
        if (finding.topic == "policy" && finding.grade == wire::Finding::Grade::Trouble)
            screen.warn(fmt::format("warning: a policy file is {}", finding.found));
}

Result<PolicyRows> constants(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto rows = STINT_TRY(daemon.ask(calls::policy()));
    warnOfRefused(daemon, screen);
    return rows;
}

/// True if `key` is the row's key, or stands above it: "doze" means every doze.….
bool isMeant(const wire::PolicyRow& row, const std::string& key) {
    return isSameWord(row.key, key) || row.key.starts_with(key + ".");
}

int unknownKey(const Screen& screen, const std::string& key, const PolicyRows& all) {
    std::vector<std::string_view> names;
    for (const wire::PolicyRow& row : all)
        names.push_back(row.key);
    const auto meant = nearest(key, names);
    return screen.fail(ends::noInput,
                       fmt::format("there is no constant {}{}; `stint policy` lists them", printable(key),
                                   meant ? fmt::format(" (did you mean {}?)", *meant) : ""));
}

void describe(const wire::PolicyRow& row, const Screen& screen) {
    for (const auto& [name, value] : {std::pair<std::string_view, const std::string&>{"key", row.key},
                                      {"value", row.value},
                                      {"default", row.standard},
                                      {"source", row.source},
                                      {"meaning", row.meaning}})
        screen.print(fmt::format("{:<9}{}", name, printable(value)));
}

int policy(const Arguments& given, const Screen& screen) {
    auto all = constants(screen);
    if (!all.ok()) return screen.fail("cannot show the policy", all.error());
    PolicyRows rows = *all;
    if (!given.words.empty()) {
        std::erase_if(rows, [&](const auto& row) { return !isMeant(row, given.words[0]); });
        if (rows.empty()) return unknownKey(screen, given.words[0], *all);
    }
    if (given.has("changed")) std::erase_if(rows, [](const auto& row) { return row.value == row.standard; });
    const bool one = !given.words.empty() && rows.size() == 1 && isSameWord(rows.front().key, given.words[0]);
    Table table({{"KEY"}, {"VALUE"}, {"DEFAULT"}, {"SOURCE"}, {"MEANING"}});
    for (const wire::PolicyRow& row : rows) {
        if (screen.json()) screen.print(jsonOfRow(row));
        const bool changed = row.value != row.standard;
        table.add({row.key,
                   {row.value, changed ? Paint::Waiting : Paint::None},
                   row.standard,
                   {row.source, Paint::Faint},
                   {row.meaning, Paint::Faint}});
    }
    if (screen.json()) return ends::ok;
    one ? describe(rows.front(), screen) : table.print(screen);
    return ends::ok;
}

} // namespace

Verb policyVerb() {
    return {.name = "policy",
            .words = "[KEY]",
            .fewest = 0,
            .most = 1,
            .summary = "every constant of the limits, and where its value came from",
            .about =
                "Value, default, and the file and line that set it. KEY is one of them, or the beginning of several: "
                "doze, quota.window.",
            .options = {{"--changed", "", "only those that differ from the default"}},
            .examples = {{"stint policy quota.window", "the windows of every bucket"},
                         {"stint policy --changed", "what the policy files say"}},
            .run = policy,
            .elsewhere = {"config", "settings"}};
}

} // namespace stint::cli
