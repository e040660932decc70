// What `stint run` asks of the shell app, as a job: pure, from words that were checked (jobs.md §1, architecture.md,
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
    bool networkImplied = false; ///< by userInitiated
    ConstraintFlags constraints;
    std::optional<Duration> backoff;
    std::optional<Duration> every;
    bool onCalendar = false;
    std::optional<Duration> saveTime;    ///< SIGTERM comes so long before its limit
    std::optional<std::int64_t> retries; ///< nullopt: without end
    std::string guard;                   ///< what becomes of it without its condition; empty: it is no guard
    CgroupLimits limits;                 ///< that a person has asked for
    std::string onSuccess;               ///< for sh -c; empty: nothing
    std::string onFailure;

    /// It ends only when it is cancelled.
    bool isEndless() const { return every || onCalendar; }

    bool operator==(const CommandWanted&) const = default;
};

/// `caller`: where it was asked for, without arguments. IllegalArgument: a time or a number that is none.
Result<CommandWanted> commandWantedBy(const Arguments&, Order caller);

/// What follows that command, by sh -c: in the same place, on no conditions of its own.
CommandWanted followerOf(const CommandWanted&, const std::string& command);

/// The id is the daemon's to give. `spool` holds the order; `grace` lies between SIGTERM and SIGKILL. IllegalArgument:
/// conditions that no such job may carry (jobs.md §1.2).
Result<JobInfo> jobFor(const CommandWanted&, const std::string& spool, Duration grace);

/// What was asked for and is more than asked: a longer period, a longer back-off, a network; a sentence each.
std::vector<std::string> adjustments(const CommandWanted&, const JobInfo&);

} // namespace stint::cli
