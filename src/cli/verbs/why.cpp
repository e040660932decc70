// `stint why`: the blockers that the scheduler decides by (architecture.md, one idea), as a table or as JSON.
#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/try.hpp"
#include "cli/daemon/lookup.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/json.hpp"
#include "cli/print/phrases.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/table.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

using History = std::optional<std::vector<HistoryEntry>>; ///< nullopt: not asked for

struct WhyAnswer : Explanation {
    History history;
};

Result<WhyAnswer> explained(const Arguments& given) {
    auto daemon = STINT_TRY(Daemon::connect());
    auto job = STINT_TRY(lookUp(daemon, given.words[0]));
    History history;
    if (given.has("history")) history.emplace();
    if (job.state == JobView::State::Finished) {
        auto runs = STINT_TRY(daemon.log(job.key));
        if (history && !runs.empty()) history = std::move(runs.back().waits);
        return WhyAnswer{{std::move(job), {}}, std::move(history)};
    }
    if (history) history = STINT_TRY(daemon.history(job.key));
    return WhyAnswer{STINT_TRY(daemon.explain(job.key)), std::move(history)};
}

std::string headline(const Explanation& it, WallTime now) {
    std::string job = textOf(it.job.key);
    if (!it.job.label.empty()) job += fmt::format(" ({})", it.job.label);
    switch (it.job.state) {
    case JobView::State::Running:
        return it.job.started ? fmt::format("{} is {}, started {}", job, stateWord(it.job), ago(*it.job.started, now))
                              : fmt::format("{} is {}", job, stateWord(it.job));
    case JobView::State::Finished:
        return fmt::format("{} ended {}: {}", job, ago(it.job.completed->ended, now), endText(*it.job.completed));
    case JobView::State::Pending:
        break;
    }
    if (it.blockers.empty()) return fmt::format("{} may run now", job);
    std::string when = it.job.earliest && *it.job.earliest > now
                           ? fmt::format("; it starts {} at the earliest", ahead(*it.job.earliest, now))
                           : "";
    return fmt::format("{} waits{}", job, when);
}

Table tableOf(const std::vector<Blocker>& blockers, WallTime now) {
    Table table({{"REASON"}, {"WHAT IS"}, {"SINCE"}, {"UNTIL"}, {"WHAT CLEARS IT"}});
    for (const auto& each : blockers) {
        const std::string is = each.detail.empty() ? std::string(meaningOf(each.reason)) : each.detail;
        table.add({{std::string(nameOf(each.reason)), Paint::Waiting},
                   is,
                   each.since ? ago(*each.since, now) : "-",
                   each.until ? ahead(*each.until, now) : "-",
                   each.clears.empty() ? "-" : each.clears});
    }
    return table;
}

/// jobs.md §9.2: {APP} means that nothing else was left to wait for.
std::string textOf(const HistoryEntry& entry) {
    if (entry.reasons == std::vector{PendingReason::App}) return "nothing but its app (APP)";
    return reasonsText(entry.reasons);
}

void printHistory(const std::vector<HistoryEntry>& history, WallTime now, const Screen& screen) {
    if (history.empty()) return screen.print("it has no history: it has not waited for anything yet");
    Table table({{"SINCE"}, {"IT WAITED FOR"}});
    for (const auto& entry : history)
        table.add({ago(entry.when, now), textOf(entry)});
    table.print(screen);
}

int explanationCode(const Explanation& it) {
    switch (it.job.state) {
    case JobView::State::Running:
        return ends::ok;
    case JobView::State::Pending:
        return it.blockers.empty() ? ends::ok : ends::waits;
    case JobView::State::Finished:
        return ends::noInput;
    }
    return ends::internal;
}

int why(const Arguments& given, const Screen& screen) {
    auto explanation = explained(given);
    if (!explanation.ok())
        return failOfJob(screen, fmt::format("cannot explain {}", printable(given.words[0])), explanation.error());
    if (screen.json()) {
        screen.print(jsonOf(explanation->job, explanation->blockers, explanation->history));
        return explanationCode(*explanation);
    }
    const WallTime now = wallNow();
    screen.print(printable(headline(*explanation, now)));
    if (!explanation->blockers.empty()) tableOf(explanation->blockers, now).print(screen);
    const bool untold = explanation->job.state == JobView::State::Running; // else a blocker's own words tell it
    if (explanation->job.lastRun && untold)
        screen.print(fmt::format("its last run {}", lastRunText(*explanation->job.lastRun, now)));
    if (explanation->history) printHistory(*explanation->history, now, screen);
    return explanationCode(*explanation);
}

} // namespace

Verb whyVerb() {
    return {.name = "why",
            .words = "JOB",
            .fewest = 1,
            .most = 1,
            .summary = "say what keeps a job from running",
            .about =
                "Every reason, since when, and what would clear it: the very answer the scheduler decides by. Ends "
                "with 0 where the job may run or runs, 75 where it waits, 66 where there is no such job.",
            .options = {{"--history", "", "and the reasons it had before, the last ten changes"}},
            .examples = {{"stint why 7", "the download org.stint.transfer/7"}},
            .run = why,
            .elsewhere = {"explain", "show", "info"}};
}

} // namespace stint::cli
