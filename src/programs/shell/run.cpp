#include "programs/shell/run.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
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

Verdict afterEnd(int status, Tally tally, std::optional<std::int64_t> retries, const LimitMet& met,
                 const SuccessExits& successes) {
    Verdict verdict{.outcome = {exitCodeOf(status), textOf(status, met)}, .tally = tally};
    verdict.tally.running = false;
    const std::int32_t code = verdict.outcome.exitCode;
    if (WIFEXITED(status) && (code == 0 || successes.contains(code))) {
        verdict.outcome = {0, code == 0 ? "done" : fmt::format("done (exit {})", code)};
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

Result<Run> Run::begin(const Order& order, const std::filesystem::path& input, Share share, LogWriter log,
                       const std::filesystem::path& helper, const Command::Place& place) {
    auto command = STINT_TRY(Command::start(order, input, share, place, helper));
    return Run(std::move(command), std::move(log));
}

std::optional<Duration> Run::timeout(Clock::time_point now) const {
    if (!killAt_ || killed_) return std::nullopt;
    return std::max(Duration{0}, std::chrono::ceil<Duration>(*killAt_ - now));
}

void Run::turn(Clock::time_point now) {
    if (status_) return;
    auto status = command_->status();
    bool more = takeOutput();
    if (!status && killAt_ && !killed_ && now >= *killAt_) {
        command_->kill();
        killed_ = true;
    }
    if (!status) return;
    while (more) // nobody can write any more, so this ends
        more = takeOutput();
    status_ = status;
}

/// Reads one piece of the output; false where there is none now.
bool Run::takeOutput() {
    std::array<char, 65536> piece;
    const ssize_t size = ::read(command_->output(), piece.data(), piece.size());
    if (size <= 0) return false;
    // The command must not block because its output cannot be kept: it is read all the same.
    auto kept = log_.write({piece.data(), static_cast<std::size_t>(size)});
    if (!kept.ok()) error_ = kept.error().message;
    return true;
}

void Run::stop(Clock::time_point now, Duration grace) {
    if (status_) return;
    const bool asked = killAt_.has_value();
    killAt_ = std::min(now + grace, killAt_.value_or(Clock::time_point::max()));
    if (!asked) command_->askToEnd();
}

void remark(LogWriter& log, std::string_view text) {
    // If it cannot be kept, nobody else could be told.
    (void)log.write(fmt::format("{}stint: {}\n", log.isAtLineStart() ? "" : "\n", text));
}

} // namespace stint::shell
