// The fate of a job when a run of its command is over.
#include <doctest/doctest.h>

#include <csignal>

#include "base/time/time.hpp"
#include "programs/shell/run.hpp"

using namespace stint;
using namespace stint::shell;

namespace {
constexpr int exited(int code) { return code << 8; } // as waitpid has it
} // namespace

TEST_CASE("exit 0 is done, and forgets what went wrong before") {
    auto verdict = afterEnd(exited(0), {.runs = 3, .failures = 2, .timeouts = 1, .running = true}, std::nullopt);
    CHECK(!verdict.again);
    CHECK(verdict.outcome == Outcome{0, "done"});
    CHECK(verdict.tally == Tally{.runs = 3});
    CHECK(verdict.remark.empty());
}

TEST_CASE("an exit code that a person named is success, a signal of the same number is not") { // jobs.md §14.1
    auto verdict = afterEnd(exited(3), {.runs = 2, .failures = 1, .running = true}, 0, {}, {3, 137});
    CHECK(verdict.outcome == Outcome{0, "done (exit 3)"});
    CHECK_FALSE(verdict.again);
    CHECK(verdict.tally == Tally{.runs = 2});
    CHECK(afterEnd(exited(4), {}, 0, {}, {3}).outcome == Outcome{4, "exit 4"});
    CHECK(afterEnd(exited(0), {}, 0, {}, {3}).outcome == Outcome{0, "done"});
    CHECK(afterEnd(SIGKILL, {}, 0, {}, {137}).outcome.exitCode == 137);
}

TEST_CASE("any other end is tried again as often as the job allows") { // jobs.md §4.2
                                                                       // clang-format off
    struct Row { int status; std::int64_t failed; std::optional<std::int64_t> retries; bool again; std::int32_t code; const char* text; };
    for (const auto& r : {Row{exited(3),   0, std::nullopt, true,  3,   "exit 3"},
                          Row{exited(3), 999, std::nullopt, true,  3,   "exit 3"},
                          Row{exited(1),   0, 0,            false, 1,   "exit 1"},
                          Row{exited(1),   1, 2,            true,  1,   "exit 1"},
                          Row{exited(1),   2, 2,            false, 1,   "exit 1, after 3 tries"},
                          Row{SIGKILL,     0, std::nullopt, true,  137, "killed by SIGKILL"},
                          Row{SIGSEGV|0x80,0, 0,            false, 139, "killed by SIGSEGV"}}) {
        // clang-format on
        auto verdict = afterEnd(r.status, {.runs = 1, .failures = r.failed, .running = true}, r.retries);
        CHECK(verdict.again == r.again);
        CHECK(verdict.outcome == Outcome{r.code, r.text});
        CHECK(verdict.tally.failures == (r.again ? r.failed + 1 : 0));
        CHECK(verdict.remark.empty() == !r.again);
        CHECK(!verdict.tally.running);
    }
}

TEST_CASE("a stop is no failure of the command, and is always tried again") { // jobs.md §4.2, §6.3
    auto verdict = afterStop(STOP_REASON_CONSTRAINT_CHARGING, {.failures = 2, .running = true}, 90s, false);
    CHECK(verdict.again);
    CHECK(verdict.tally == Tally{.failures = 2});
    CHECK(verdict.remark == "stopped after 1min30s (CONSTRAINT_CHARGING)");
}

TEST_CASE("what was asked to end before its limit runs again, whatever it ended with, and is no failure") {
    const Verdict verdict = afterSaving({.runs = 2, .failures = 1, .timeouts = 1, .running = true}, 29min);
    CHECK(verdict.again);
    CHECK(verdict.outcome == Outcome{0, "asked to end before its limit, after 29min"});
    CHECK(verdict.tally == Tally{.runs = 2, .failures = 1, .timeouts = 1});
}

TEST_CASE("who is stopped at the limit twice gets a hint, not before, and not for other stops") {
    auto once = afterStop(STOP_REASON_TIMEOUT, {}, 30min, false);
    CHECK(once.tally.timeouts == 1);
    CHECK(once.remark == "stopped after 30min (TIMEOUT)");
    auto other = afterStop(STOP_REASON_QUOTA, once.tally, 10min, false);
    CHECK(other.tally.timeouts == 1);
    CHECK(other.remark.find("second") == std::string::npos);
    auto twice = afterStop(STOP_REASON_TIMEOUT, other.tally, 30min, false);
    CHECK(twice.tally.timeouts == 2);
    CHECK(twice.remark.find("its limit of 30min for the second time") != std::string::npos);
    CHECK(twice.remark.find("--user-initiated") != std::string::npos);
    auto thrice = afterStop(STOP_REASON_TIMEOUT_ABANDONED, twice.tally, 12h, true);
    CHECK(thrice.remark.find("3th") == std::string::npos);
    CHECK(thrice.remark.find("3 times") != std::string::npos);
    CHECK(thrice.remark.find("--user-initiated") == std::string::npos);
}

TEST_CASE("a command that was killed for its limit, or could not start a process for it, is told so") { // limits.md §13
    const LimitMet memory{.killed = "over its memory limit of 512 MiB"};
    const LimitMet tasks{.denied = "its limit of 20 processes"};
    CHECK(afterEnd(SIGKILL, {}, 0, memory).outcome == Outcome{137, "killed: over its memory limit of 512 MiB"});
    CHECK(afterEnd(exited(2), {}, 0, memory).outcome == Outcome{2, "exit 2, over its memory limit of 512 MiB"});
    CHECK(afterEnd(SIGSEGV, {}, 0, memory).outcome.text == "killed by SIGSEGV, over its memory limit of 512 MiB");
    CHECK(afterEnd(exited(1), {}, 0, tasks).outcome == Outcome{1, "exit 1: it met its limit of 20 processes"});
    CHECK(afterEnd(exited(0), {}, 0, tasks).outcome == Outcome{0, "done"}); // it went on all the same
    CHECK(afterEnd(SIGKILL, {}, std::nullopt, memory).remark ==
          "killed: over its memory limit of 512 MiB; it is tried again");
}
