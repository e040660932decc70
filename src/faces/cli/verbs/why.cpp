// `stint why`: the blockers that the scheduler decides by (architecture.md, one idea), as a table or as JSON.
#include <map>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/verbs/push.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

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
            if (auto runs = STINT_TRY(daemon.ask(calls::log(job.key))); !runs.empty())
                history = std::move(runs.back().waits);
        return WhyAnswer{{std::move(job), {}}, std::move(history)};
    }
    if (history) history = STINT_TRY(daemon.ask(calls::history(job.key)));
    auto explained = STINT_TRY(daemon.ask(calls::explain(job.key)));
    return WhyAnswer{std::move(explained), std::move(history)};
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

int whatIf(const Arguments& given, const Screen& screen);

int why(const Arguments& given, const Screen& screen) {
    if (const auto whose = messagesNamed(given.words[0])) {
        if (given.has("if") || given.has("history"))
            return screen.fail(ends::usage, "--if and --history are for jobs; of messages that wait nothing is kept");
        return whyMessages(*whose, screen);
    }
    if (given.has("if")) return whatIf(given, screen);
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

/// `--if`: the job as it would be now with these changes, and when it would start and end (jobs.md §9.6).
int whatIf(const Arguments& given, const Screen& screen) {
    const std::string what = fmt::format("cannot foresee {}", printable(given.words[0]));
    std::map<std::string, std::string> changes;
    for (const std::string& text : given.values("if")) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return screen.fail(ends::usage,
                               fmt::format("--if wants KEY=VALUE, such as charging=no; not {}", printable(text)));
        changes[text.substr(0, equals)] = text.substr(equals + 1);
    }
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto job = lookUp(*daemon, given.words[0]);
    if (!job.ok()) return failOfLookUp(screen, what, job.error());
    if (job->state == JobView::State::Finished)
        return screen.fail(ends::noInput, fmt::format("{}: it has ended", what));
    const auto forecast = daemon->ask(calls::whatIf(job->key, changes));
    if (!forecast.ok()) return screen.fail(what, forecast.error());
    if (screen.json()) {
        Json line = header();
        line["job"] = stint::textOf(job->key);
        putRow(line, *forecast);
        screen.print(dumped(line));
    } else {
        printForecast(*forecast, wallNow(), screen);
    }
    return forecast->runs ? ends::ok : ends::waits;
}

} // namespace

Verb whyVerb() {
    return {
        .name = "why",
        .words = "JOB",
        .fewest = 1,
        .most = 1,
        .summary = "say what keeps a job from running",
        .about =
            "Every reason, since when, and what would clear it: the very answer the scheduler decides by. Ends "
            "with 0 where the job may run or runs, 75 where it waits, 66 where there is no such job.\n"
            "push:PACKAGE asks about the messages for an app, and push:NUMBER about one of them.\n"
            "--if asks what would become of it if something were otherwise: a value of the device, as `stint device` "
            "lists them, or the bucket of its app. Nothing is changed: a copy of the scheduler is told so, and says "
            "what would keep the job, when it would start, and when it would end where its size is known.",
        .options = {{"--history", "", "and the reasons it had before, the last ten changes"},
                    {"--if", "KEY=VALUE", "what if that were so: charging=no, network.metered=yes, bucket=rare", true}},
        .examples = {{"stint why 7", "the download org.stint.transfer/7"},
                     {"stint why 7 --if charging=no", "when it would start if you unplugged now"},
                     {"stint why push:com.example.mail", "its messages that wait"}},
        .run = why,
        .elsewhere = {"explain", "show", "info"}};
}

} // namespace stint::cli
