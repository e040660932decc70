// The dumps of `stint dumpsys`. `jobscheduler` (jobs.md §9.3): the scheduler, apps and jobs as the daemon returned
// them, and the two forms they are printed in. `deviceidle` and `alarm`: the content of Android's dumps, with its
// names.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

struct DumpedJob {
    JobView job;
    std::vector<Blocker> blockers;     ///< pending
    std::vector<HistoryEntry> history; ///< pending
    std::vector<WorkItem> work;        ///< the first of them; job.workItems has their number

    /// The job's constraints that are among its blockers, and the others: satisfied, or overridden by its deadline or a
    /// person. Unknown for a running job.
    std::vector<PendingReason> unsatisfied() const;
    std::vector<PendingReason> satisfied() const;
};

/// The terms of the dump's line "Ready:"; a job is ready if all are true.
struct Readiness {
    bool job = true;          ///< no constraint is missing
    bool user = true;         ///< the user has not stopped its app
    bool unrestricted = true; ///< the device does not restrict it
    bool notPending = true;   ///< it does not wait for a slot only
    bool notActive = true;
    bool component = true; ///< its service can be started

    bool all() const { return job && user && unrestricted && notPending && notActive && component; }
};
Readiness readinessOf(const DumpedJob&);

/// `stint dumpsys jobscheduler` (jobs.md §9.3), as the daemon returned it.
struct Dump {
    SchedulerView scheduler;
    std::vector<wire::DeviceRow> device;
    std::vector<AppView> apps;
    std::vector<DumpedJob> jobs;
    std::vector<JobView> finished; ///< newest first
};

/// Everything, or one app's jobs. IllegalState: there is no such app.
Result<Dump> gatherDump(Daemon&, const std::optional<std::string>& package);

/// Prints a line of the dump, indented; it may hold apps' text.
void putLine(const Screen&, int depth, std::string_view line);
void printDump(const Dump&, WallTime now, const Screen&);
void printDumpJson(const Dump&, const Screen&);

/// `stint dumpsys deviceidle`: the content of Android's dump, with its names.
struct DozeDump {
    wire::DozeView doze;
    std::vector<AppView> apps;
    std::vector<wire::PolicyRow> settings; ///< doze.…, allowlist.…
};
Result<DozeDump> gatherDozeDump(Daemon& daemon);
void printDump(const DozeDump& dump, WallTime now, const Screen& screen);

/// `stint dumpsys alarm`: the same.
struct AlarmDump {
    std::vector<AlarmView> alarms;
    std::optional<WallTime> nextAlarmClock;
    std::vector<wire::PolicyRow> settings; ///< alarm.…
};
/// One app's alarms, if `package` is given. IllegalState: there is no such app.
Result<AlarmDump> gatherAlarmDump(Daemon& daemon, const std::optional<std::string>& package);
void printDump(const AlarmDump& dump, WallTime now, const Screen& screen);

} // namespace stint::cli
