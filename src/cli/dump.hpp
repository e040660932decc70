// What `stint dumpsys jobscheduler` tells (jobs.md §9.3): all that the daemon answers about its jobs, as values, and
// the two forms they are printed in. What the daemon does not tell is named in the dump, never guessed.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/daemon.hpp"
#include "cli/terminal.hpp"

namespace stint::cli {

struct DumpedJob {
    JobView job;
    std::vector<Blocker> blockers;     ///< pending
    std::vector<HistoryEntry> history; ///< pending

    /// Of what the job asks for, the constraints that are among its blockers, and the others: they hold, or its
    /// deadline or an override passes them. Nothing tells of a running job's.
    std::vector<PendingReason> unsatisfied() const;
    std::vector<PendingReason> satisfied() const;
    /// When its deadline comes; nullopt: it has none, or nothing but a slot is missing.
    std::optional<WallTime> latest() const;
};

/// The terms of the dump's line "Ready:"; a job is ready where all are true.
struct Readiness {
    bool job = true;          ///< no constraint is missing
    bool user = true;         ///< the user has not stopped it, and is there
    bool unrestricted = true; ///< the device forbids it nothing
    bool notPending = true;   ///< it is not in the queue for a slot
    bool notActive = true;
    bool component = true; ///< its service can be started

    bool all() const { return job && user && unrestricted && notPending && notActive && component; }
};
Readiness readinessOf(const DumpedJob&);

struct Dump {
    std::vector<wire::DeviceRow> device;
    std::vector<AppView> apps;
    std::vector<DumpedJob> jobs;
    std::vector<JobView> finished; ///< newest first
};

/// Everything, or one app's jobs. IllegalState: there is no such app.
Result<Dump> gatherDump(Daemon&, const std::optional<std::string>& package);
/// What jobs.md §9.3 lists and the daemon does not tell.
std::span<const std::string_view> missingFromDump();

void printDump(const Dump&, WallTime now, const Screen&);
void printDumpJson(const Dump&, const Screen&);

} // namespace stint::cli
