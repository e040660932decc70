// The job that `stint run` asks of the shell app. Pure, made from words that were checked (jobs.md §1, architecture.md,
// running a job).
#pragma once
#include <optional>
#include <string>

#include "base/cgroup/cgroup_limits.hpp"
#include "faces/cli/line/constraint_options.hpp"
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

} // namespace stint::cli
