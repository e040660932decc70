// The job that `stint run` asks of the shell app: pure, made from words that were checked (jobs.md §1,
// architecture.md, running a job); and the time that a command may run, by the daemon's constants and the app's quota
// now (jobs.md §4.4, limits.md §3).
#pragma once
#include <optional>
#include <string>

#include "base/cgroup/cgroup_limits.hpp"
#include "contract/model/job.hpp"
#include "faces/cli/line/job_options.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "programs/spool/spool.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct CommandWanted {
    Order order;
    std::string label; ///< for people
    bool userInitiated = false;
    bool expedited = false;
    bool persisted = false;
    std::int32_t network = JobInfo::NETWORK_TYPE_NONE;
    bool networkImplied = false; ///< userInitiated implies it
    ConstraintFlags constraints;
    std::optional<Duration> backoff;
    std::optional<Duration> every;
    bool onCalendar = false;
    std::optional<Duration> saveTime;    ///< SIGTERM comes this long before its limit
    std::optional<std::int64_t> retries; ///< nullopt: without end
    std::string successExits;            ///< "3,4": exit codes that are success, beside 0
    std::string guard;                   ///< "freeze", …: its fate without its condition; empty: no guard
    CgroupLimits limits;                 ///< limits that a person has asked for
    std::string onSuccess;               ///< for sh -c; empty: nothing
    std::string onFailure;

    /// It ends only when it is cancelled.
    bool isEndless() const { return every || onCalendar; }

    bool operator==(const CommandWanted&) const = default;
};

/// `caller`: the directory, umask and environment of the caller, without arguments. IllegalArgument: a wrong value, or
/// options that contradict each other.
Result<CommandWanted> commandWantedBy(const Arguments&, Order caller);

/// The command that follows that one, by sh -c: in the same place, without conditions of its own.
CommandWanted followerOf(const CommandWanted&, const std::string& command);

/// The job of a command; the daemon chooses the id. `spool` holds the order; `grace` lies between SIGTERM and SIGKILL.
/// IllegalArgument: conditions that no such job may carry (jobs.md §1.2).
Result<JobInfo> jobFor(const CommandWanted&, const std::string& spool, Duration grace);

/// The points in which the job is more than was asked for, a sentence each: a longer period, a longer back-off, a
/// network.
std::vector<std::string> adjustments(const CommandWanted&, const JobInfo&);

/// The time that a command may run, by the daemon's constants and the app's quota now (jobs.md §4.4, limits.md §3).
struct RunLimits {
    Duration longest{0}; ///< the longest run
    Duration answer{0};  ///< the time to answer onStopJob in (job.op_timeout)
    QuotaView quota;     ///< the shell app's, for jobs of that class; user-initiated jobs have none

    /// Time between SIGTERM and SIGKILL: the rest is for the kill and the answer.
    Duration grace() const { return answer * 3 / 4; }
};

Result<RunLimits> askForLimits(Daemon& daemon, JobClass kind);

/// Checks that this machine can hold all of them, else System: a limit is never dropped in silence.
Result<void> checkHeld(Daemon& daemon, const CgroupLimits& limits);

/// "may run for 30min at a time, as a regular job; all commands together for 10min in 4h, 4min left"; the quota only
/// while time is counted.
std::string limitText(const RunLimits& limits, JobClass kind, WallTime now);

// A guard: a program that knows nothing of Stint is held to a person's condition (jobs.md §14.5). Beside a command it
// has that condition, what becomes of the program without it, and an app of its own.

/// Reads the terms of a guard into `terms`; into `wanted` its name and, where it holds an installed app, the program
/// that does so. IllegalArgument: there is no such condition, or neither a program nor an app, or both.
Result<void> readGuard(const Arguments& given, StartTerms& terms, CommandWanted& wanted);
/// The app whose job it is: org.stint.guard.NAME.
AppId guardAppOf(const CommandWanted& wanted);
/// Succeeds if `otherwise` can be enforced here, by the findings of `stint doctor`; else System.
Result<void> checkGuarded(Daemon& daemon, GuardElse otherwise);
/// "held to “unmetered”: frozen while that does not hold".
std::string guardText(const Arguments& given, const StartTerms& terms);

} // namespace stint::cli
