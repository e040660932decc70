// The time that a command may run, by the daemon's constants and the app's quota now (jobs.md §4.4, limits.md §3).
#pragma once
#include <string>

#include "base/cgroup/cgroup_limits.hpp"
#include "contract/model/job.hpp"
#include "faces/control/daemon.hpp"

namespace stint::cli {

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

} // namespace stint::cli
