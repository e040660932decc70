// `stint why`: the blockers that the scheduler decides by (architecture.md, one idea), as a table or as JSON.
#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/try.hpp"
#include "cli/daemon/lookup.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/explanation.hpp"
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

Result<WhyAnswer> explained(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto job = STINT_TRY(lookUp(daemon, given.words[0]));
    History history;
    if (given.has("history")) history.emplace();
    if (job.state == JobView::State::Finished) {
        if (history)
            if (auto runs = STINT_TRY(daemon.log(job.key)); !runs.empty()) history = std::move(runs.back().waits);
        return WhyAnswer{{std::move(job), {}}, std::move(history)};
    }
    if (history) history = STINT_TRY(daemon.history(job.key));
    return WhyAnswer{STINT_TRY(daemon.explain(job.key)), std::move(history)};
}

/// jobs.md §9.2: {APP} means that nothing else was left to wait for.
std::string textOf(const HistoryEntry& entry) {
    if (entry.reasons == std::vector{PENDING_JOB_REASON_APP}) return "nothing but its app (APP)";
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
    auto explanation = explained(given, screen);
    if (!explanation.ok())
        return failOfLookUp(screen, fmt::format("cannot explain {}", printable(given.words[0])), explanation.error());
    if (screen.json()) {
        screen.print(jsonOf(explanation->job, explanation->blockers, explanation->history));
        return explanationCode(*explanation);
    }
    const WallTime now = wallNow();
    printExplanation(*explanation, now, screen);
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
