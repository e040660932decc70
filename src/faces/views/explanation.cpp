#include "faces/views/explanation.hpp"

#include <fmt/core.h>

#include "contract/model/job_fields.hpp"
#include "contract/model/reasons.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

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

/// A remark on a job that begins anew each time, and whose time never suffices.
std::string neverEnds(const JobView& job) {
    const bool isCommand = job.key.app.name == shellPackage;
    return fmt::format(
        "{} runs of it were stopped because their time was up, and it begins anew each time: {}{}",
        job.lastRun->timeouts,
        isCommand ? "it ends if it goes on where it was (stint help run: $STINT_STATE_DIRECTORY, --save-time)"
                  : "its app has to go on where it was",
        isCommand && job.kind != JobClass::UserInitiated ? ", or by --user-initiated, which gives it hours" : "");
}

} // namespace

std::string headlineOf(const Explanation& it, WallTime now) {
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

std::vector<std::string> remarksOn(const Explanation& it, WallTime now) {
    std::vector<std::string> remarks;
    if (const Progress progress = progressOf(it.job); progress.done > 0 && it.job.state != JobView::State::Finished) {
        const auto percent = percentOf(progress);
        remarks.push_back((percent ? bar(*percent, 20) + " " : "") + progressText(progress));
    }
    if (const StartTerms& terms = it.job.terms; terms.loosensAt)
        remarks.push_back(fmt::format("{} its conditions become {}", ahead(*terms.loosensAt, now), textOf(terms.then)));
    if (it.job.terms.meteredBytes >= 0)
        remarks.push_back(fmt::format("of {} over metered networks it has used {}",
                                      formatSize(it.job.terms.meteredBytes), formatSize(it.job.terms.meteredUsed)));
    if (const Bytes most = it.job.rateLimit; most > 0)
        remarks.push_back(fmt::format(
            "all transfers together may move {}/s (transfer.rate){}", formatSize(most),
            it.job.rateLimitUntil ? fmt::format(", and any number {}", ahead(*it.job.rateLimitUntil, now)) : ""));
    if (const std::string limits = limitsOf(it.job); !limits.empty())
        remarks.push_back(fmt::format("its limits: {}", limits));
    if (const std::string mirrors = mirrorsOf(it.job); !mirrors.empty())
        remarks.push_back(fmt::format("where it fails, it goes on from {}", mirrors));
    if (!it.job.lastRun) return remarks;
    const bool untold = it.job.state == JobView::State::Running; // else a blocker's own words say it
    if (untold) remarks.push_back(fmt::format("its last run {}", lastRunText(*it.job.lastRun, now)));
    if (it.job.lastRun->timeouts >= 2) remarks.push_back(neverEnds(it.job));
    return remarks;
}

std::string blockerText(const Blocker& blocker) {
    return fmt::format("{} ({})", blocker.detail.empty() ? meaningOf(blocker.reason) : blocker.detail,
                       nameOf(blocker.reason));
}

bool isFirm(const Blocker& blocker) {
    return blocker.reason == PENDING_JOB_REASON_APP || blocker.reason == PENDING_JOB_REASON_USER;
}

std::string firmOnes(const std::vector<Blocker>& blockers) {
    std::string text;
    for (const auto& blocker : blockers)
        if (isFirm(blocker)) text += (text.empty() ? "" : "; ") + blockerText(blocker);
    return text;
}

void printExplanation(const Explanation& it, WallTime now, const Screen& screen) {
    screen.print(printable(headlineOf(it, now)));
    if (!it.blockers.empty()) tableOf(it.blockers, now).print(screen);
    for (const std::string& remark : remarksOn(it, now))
        screen.print(printable(remark));
}

std::string whyNotRunNow(const Explanation& before, const ShellAnswer& answer) {
    std::string why = firmOnes(before.blockers);
    if (why.empty()) why = answer.err.substr(0, answer.err.find('\n'));
    return fmt::format("cannot run {} now: {}", textOf(before.job.key), why);
}

void printForecast(const Forecast& forecast, WallTime now, const Screen& screen) {
    screen.print(printable(forecast.says));
    if (!forecast.blockers.empty()) tableOf(forecast.blockers, now).print(screen);
}

} // namespace stint::cli
