#include "programs/shell/verdict.hpp"

#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/ends.hpp"

namespace stint::shell {
namespace {

/// A shell's exit code: the command's own, or 128 and the signal that ended it.
std::int32_t exitCodeOf(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

std::string textOf(int status, const LimitMet& met) {
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (killed && !met.killed.empty()) return "killed: " + met.killed;
    // A command that outlived the process that was killed for its limit, or that could not start one, reports that by
    // its own code.
    if (!met.killed.empty()) return fmt::format("{}, {}", textOf(status, {}), met.killed);
    if (!met.denied.empty()) return fmt::format("{}: it met {}", textOf(status, {}), met.denied);
    if (!WIFSIGNALED(status)) return fmt::format("exit {}", WEXITSTATUS(status));
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    return name ? fmt::format("killed by SIG{}", name) : fmt::format("killed by signal {}", WTERMSIG(status));
}

bool isAtLimit(StopReason reason) { return reason == STOP_REASON_TIMEOUT || reason == STOP_REASON_TIMEOUT_ABANDONED; }

std::string hint(std::int64_t times, Duration ran, bool userInitiated) {
    std::string often = times == 2 ? "for the second time" : fmt::format("{} by now", counted(times, "time"));
    std::string text =
        fmt::format("stopped at its limit of {} {}, and it begins anew each time: ", roughDuration(ran), often);
    if (!userInitiated) text += "`stint run --user-initiated` gives it more; else ";
    return text + "keep in $STINT_STATE_DIRECTORY what is done, and go on from there (stint help run), or split it";
}

} // namespace

Verdict afterEnd(int status, Tally tally, std::optional<std::int64_t> retries, const LimitMet& met) {
    Verdict verdict{.outcome = {exitCodeOf(status), textOf(status, met)}, .tally = tally};
    verdict.tally.running = false;
    if (verdict.outcome.exitCode == 0) {
        verdict.outcome.text = "done";
        verdict.tally.failures = 0;
        verdict.tally.timeouts = 0;
        return verdict;
    }
    verdict.again = !retries || tally.failures < *retries;
    if (verdict.again) {
        ++verdict.tally.failures;
        verdict.remark = fmt::format("{}; it is tried again", verdict.outcome.text);
        return verdict;
    }
    verdict.tally.failures = 0; // a periodic job's next period begins anew
    if (*retries > 0) verdict.outcome.text += fmt::format(", after {}", counted(*retries + 1, "try", "tries"));
    return verdict;
}

Verdict afterSaving(Tally tally, Duration ran) {
    Verdict verdict{.again = true, .tally = tally};
    verdict.outcome = {0, fmt::format("asked to end before its limit, after {}", roughDuration(ran))};
    verdict.remark = verdict.outcome.text + "; it runs again";
    verdict.tally.running = false;
    return verdict;
}

Verdict afterStop(StopReason reason, Tally tally, Duration ran, bool userInitiated) {
    Verdict verdict{
        .again = true, .outcome = {ends::waits, fmt::format("stopped ({})", nameOf(reason))}, .tally = tally};
    verdict.tally.running = false;
    if (isAtLimit(reason)) ++verdict.tally.timeouts;
    if (isAtLimit(reason) && verdict.tally.timeouts >= 2)
        verdict.remark = hint(verdict.tally.timeouts, ran, userInitiated);
    else
        verdict.remark = fmt::format("stopped after {} ({})", roughDuration(ran), nameOf(reason));
    return verdict;
}

} // namespace stint::shell
