// One run of a command, from its start until none of its processes is alive and all that it printed is kept. A stop is
// SIGTERM, and SIGKILL for the processes that remain when the grace is over (architecture.md, running a job).
// The job's fate when a run is over is a pure function's: exit 0 is done; any other end is tried again with back-off,
// as often as the job allows (jobs.md §4.2, §6.2).
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/cgroup/cgroup_limits.hpp"
#include "programs/shell/command.hpp"
#include "programs/spool/log.hpp"
#include "programs/spool/spool.hpp"
#include "stint/job_parameters.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::shell {

struct Verdict {
    bool again = false;
    Outcome outcome;
    Tally tally;
    std::string remark; ///< a line in the output; empty: none
};

/// The exit codes beside 0 that count as success.
using SuccessExits = std::set<std::int32_t>;

/// The command has ended by itself. `status`: waitpid's; `retries`: how often a failure is tried again, nullopt:
/// without end; `met`: the limit that it met.
Verdict afterEnd(int status, Tally tally, std::optional<std::int64_t> retries, const LimitMet& met = {},
                 const SuccessExits& successes = {});

/// The command was asked to end before its limit, to save its state, and has ended: it runs again, whatever its exit
/// code.
Verdict afterSaving(Tally tally, Duration ran);

/// The command was stopped after it had run for `ran`, and runs again: its wait status means nothing. From the second
/// time at its limit on there is a hint. `userInitiated`: as it was scheduled, or runs.
Verdict afterStop(StopReason reason, Tally tally, Duration ran, bool userInitiated);

class Run {
public:
    using Clock = std::chrono::steady_clock;

    /// Starts the command, which reads `input`; its output goes to `log`.
    static Result<Run> begin(const Order& order, const std::filesystem::path& input, Share share, LogWriter log,
                             const std::filesystem::path& helper, const Command::Place& place = {});

    // For an event loop: poll output() and end(), no longer than timeout(); then turn().
    int output() const { return command_->output(); }
    int end() const { return command_->end(); }
    std::vector<pid_t> outside(const std::string& cgroup) const { return command_->outside(cgroup); }
    /// nullopt: no limit.
    std::optional<Duration> timeout(Clock::time_point now) const;
    void turn(Clock::time_point now);

    /// Sends each of its processes SIGTERM, and kills them once `grace` has passed. A second call may only make the
    /// kill come sooner.
    void stop(Clock::time_point now, Duration grace);
    /// The command's own wait status (waitpid); nullopt while any of its processes is alive.
    std::optional<int> status() const { return status_; }
    /// The reason why not all of its output is kept; empty where it is.
    const std::string& error() const { return error_; }

private:
    Run(std::unique_ptr<Command> command, LogWriter log) : command_(std::move(command)), log_(std::move(log)) {}
    bool takeOutput();

    std::unique_ptr<Command> command_;
    LogWriter log_;
    std::optional<Clock::time_point> killAt_; ///< it was asked to end
    bool killed_ = false;
    std::optional<int> status_;
    std::string error_;
};

/// A line of our own among the output: "stint: …", begun on a new line.
void remark(LogWriter& log, std::string_view text);

} // namespace stint::shell
