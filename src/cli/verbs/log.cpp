// `stint log`: what happened to a job, in order (jobs.md §9.4); and what of all that was for nothing (limits.md §14).
#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "cli/daemon/lookup.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/app_days.hpp"
#include "cli/print/json_row.hpp"
#include "cli/print/phrases.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/table.hpp"
#include "cli/screen/text.hpp"
#include "cli/verbs/log_day.hpp"
#include "rules/past_run.hpp"

namespace stint::cli {
namespace {

struct LogLine {
    WallTime when;
    std::string what;
    std::string detail;

    static constexpr auto fields = [](auto& field, auto& line) {
        field("when", line.when);
        field("what", line.what);
        field("detail", line.detail);
    };
};

/// All that is known of one job.
struct JobLog {
    JobKey key;
    std::string label;
    WallTime scheduled{};
    std::vector<PastRun> runs;
    std::vector<HistoryEntry> waits; ///< since the last of them
    std::optional<JobView> now;      ///< nullopt: it has ended
};

/// Those of the job that had the key last: an app may have given its id to others before.
std::vector<PastRun> runsOf(std::vector<PastRun> all, WallTime scheduled) {
    std::erase_if(all, [scheduled](const PastRun& run) { return run.scheduled != scheduled; });
    return all;
}

/// Of a job whose end is no longer among the last ones of its app, but in the log.
Result<JobLog> longEnded(Daemon& daemon, const std::string& text, Error unknown) {
    for (const JobKey& key : candidates(STINT_TRY(parseJobName(text)))) {
        auto runs = STINT_TRY(daemon.log(key));
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
    log.runs = runsOf(STINT_TRY(daemon.log(view.key)), view.scheduled);
    if (view.state == JobView::State::Finished) return log;
    log.waits = STINT_TRY(daemon.history(view.key));
    log.now = std::move(view);
    return log;
}

bool isReady(const HistoryEntry& entry) { return entry.reasons == std::vector{PENDING_JOB_REASON_APP}; }

/// Each wait until the next, or until `end`; nullopt: the last goes on.
void addWaits(std::vector<LogLine>& lines, const std::vector<HistoryEntry>& waits, std::optional<WallTime> end) {
    for (std::size_t i = 0; i < waits.size(); ++i) {
        if (isReady(waits[i])) continue;
        const auto until = i + 1 < waits.size() ? std::optional(waits[i + 1].when) : end;
        const std::string reasons = reasonsText(waits[i].reasons);
        if (until)
            lines.push_back({waits[i].when, "waited", fmt::format("{}: {}", briefly(*until - waits[i].when), reasons)});
        else
            lines.push_back({waits[i].when, "waits", reasons});
    }
}

std::string movedText(const PastRun& run) {
    const Bytes moved = std::max(run.transferredDown, run.transferredUp);
    if (moved <= 0) return {};
    if (run.resumedAt <= 0) return fmt::format("; {}", formatSize(moved));
    return fmt::format("; went on at {}, came to {}", formatSize(run.resumedAt), formatSize(moved));
}

std::string endOf(const PastRun& run) {
    std::string text = endingText(run);
    if (run.began) text += fmt::format("; ran {}", briefly(run.ended - *run.began));
    text += movedText(run);
    if (run.next && *run.next - run.ended >= 1s) text += fmt::format("; runs again at {}", clockText(*run.next));
    return text;
}

std::vector<LogLine> linesOf(const JobLog& log) {
    std::vector<LogLine> lines{{log.scheduled, "scheduled", log.label}};
    for (const PastRun& run : log.runs) {
        addWaits(lines, run.waits, run.began.value_or(run.ended));
        if (run.began) lines.push_back({*run.began, "started", std::string(kindWord(run.kind))});
        const bool bySelf = run.ending.internal == InternalReason::SuccessfulFinish;
        const char* const bySelfWord = run.outcome.exitCode == 0 ? "finished" : "failed";
        const char* const what = run.last ? "ended" : bySelf ? bySelfWord : "stopped";
        lines.push_back({run.ended, what, endOf(run)});
    }
    if (!log.now) return lines;
    addWaits(lines, log.waits, log.now->started);
    if (log.now->state == JobView::State::Pending && !lines.empty() && lines.back().what == "waits")
        lines.back().detail = waitsText(*log.now);
    if (log.now->started) lines.push_back({*log.now->started, "started", std::string(kindWord(log.now->kind))});
    return lines;
}

void print(const JobLog& log, const Screen& screen) {
    if (screen.json()) {
        for (const LogLine& line : linesOf(log)) {
            Json object = header();
            object["job"] = textOf(log.key);
            putRow(object, line);
            screen.print(dumped(object));
        }
        return;
    }
    Table table({{"WHEN"}, {"WHAT"}, {"DETAIL"}});
    for (const LogLine& line : linesOf(log))
        table.add({clockText(line.when), line.what, printable(line.detail)});
    table.print(screen);
}

Result<std::vector<AppView>> appsMeant(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    if (given.words.empty()) return daemon.apps();
    return std::vector{STINT_TRY(lookUpApp(daemon, given.words[0]))};
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
    if (given.has("waste") && given.has("day"))
        return screen.fail(ends::usage, "--waste and --day are two questions; ask one");
    if (given.has("waste")) return waste(given, screen);
    if (given.has("day")) return logDay(given, screen);
    if (given.words.empty())
        return screen.fail(ends::usage,
                           "log wants a JOB, as `stint jobs` lists them; or --waste [PACKAGE], or --day [DATE]");
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
        .words = "[JOB]",
        .fewest = 0,
        .most = 1,
        .summary = "tell what happened to a job, in order",
        .about =
            "When it was scheduled, what it waited for, when it ran, what stopped it, where it went on, and how it "
            "ended. It is known for as long as the policy says (`stint policy job.log_age`), also of a job that "
            "has ended; what a command has printed is told by `stint logs`.\n"
            "--waste tells of each app and day what was for nothing: bytes that were moved a second time, runs "
            "that did not end by themselves, and what the machine was woken for; with a PACKAGE of that app alone.\n"
            "--day tells of a day what ran, and what the device was: charging, its screen, network and Doze, in the "
            "order of time; today's, or that of a DATE such as 2026-11-22, or yesterday's.",
        .options = {{"--waste", "", "by app and day: bytes moved again, runs cut short, wake-ups"},
                    {"--day", "", "of a day: what ran and waited, and what the device was"}},
        .examples = {{"stint log 7", "all that became of the download org.stint.transfer/7"},
                     {"stint log --waste", "what was for nothing, by app and day"},
                     {"stint log --day yesterday", "what ran yesterday, and what the device was"}},
        .run = log,
        .elsewhere = {"history", "events"}};
}

} // namespace stint::cli
