// JobParameters: the handle that a job is given when it starts and when it stops (jobs.md §4.7).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stint/bundle.hpp"
#include "stint/export.hpp"
#include "stint/job_info.hpp"
#include "stint/job_work_item.hpp"
#include "stint/network.hpp"
#include "stint/reasons.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

namespace client {
struct RunHandle;
}

/// A copyable handle of one run of one job. Calls on a run that is over are ignored (jobs.md §4.2). Keep a copy for as
/// long as the job works: if the last copy is destroyed before jobFinished(), the run is abandoned, nothing can end it
/// any more, and it is stopped with STOP_REASON_TIMEOUT_ABANDONED at its limit (§4.5). May grow (decision 17). It has
/// JobParameters::STOP_REASON_TIMEOUT, ….
class STINT_API JobParameters : public StopReasons {
public:
    JobId getJobId() const;
    /// nullopt: the root namespace.
    const std::optional<std::string>& getJobNamespace() const;
    const PersistableBundle& getExtras() const;
    const PersistableBundle& getTransientExtras() const;
    const std::optional<ClipData>& getClipData() const;
    std::int32_t getClipGrantFlags() const;
    /// The job's class in this run, fixed when it started: a demoted job is not user-initiated.
    bool isUserInitiatedJob() const;
    bool isExpeditedJob() const;
    /// True if the job has a deadline, and that had passed when this run began.
    bool isOverrideDeadlineExpired() const;
    /// The longest time that this run may last, from onStartJob on (jobs.md §4.4); a constraint may be lost sooner.
    /// Ours: Android's apps are not given it.
    Duration getTimeLimit() const;
    /// The watched paths that have changed; nullopt if none did, and if too many did to be remembered.
    const std::optional<std::vector<std::string>>& getTriggeredContentUris() const;
    /// The authorities of all changes; "file" stands for plain paths. Empty: no change started this run.
    const std::vector<std::string>& getTriggeredContentAuthorities() const;
    /// The jobs that this one has waited for, in the order in which they ended (ours; jobs.md §14.1): "package",
    /// "namespace", "id", "label", "exitCode" (0 of one that has succeeded), "text" (its end in words) and "path" (a
    /// transfer's file).
    const std::vector<PersistableBundle>& getEndedJobs() const;
    /// The network as it was at the start, or at the last onNetworkChanged; nullopt if the job requires none.
    const std::optional<Network>& getNetwork() const;
    /// The bytes a second that all of the app's jobs together may move over their network, as it was at the start, or
    /// at the last onNetworkChanged; 0: no limit (ours; limits.md §15). The app is to keep to it; nobody enforces it.
    Bytes getRateLimit() const;
    /// Undefined until onStopJob.
    StopReason getStopReason() const;
    /// The wire's number of this run, for logs.
    std::uint64_t getRun() const;

    // The job's work, if any was enqueued (jobs.md §2.5). Both calls block until the daemon has answered, and may come
    // from any thread.

    /// Takes the next item, oldest first. nullopt: none is left; if every item handed out is completed, too, this ends
    /// the job as jobFinished(params, false) does, and no jobFinished() is due. Errors: Security if the run is over,
    /// Unavailable if the daemon cannot be reached.
    Result<std::optional<JobWorkItem>> dequeueWork() const;
    /// Marks an item as done, so that it is not handed out again. IllegalArgument for an item that this run was not
    /// given, or has completed already.
    Result<void> completeWork(const JobWorkItem& item) const;

private:
    friend struct JobParametersAccess; ///< libstint fills it
    struct Values;
    std::shared_ptr<const Values> values_;      ///< the values at the time it was handed out
    std::shared_ptr<client::RunHandle> handle_; ///< shared by all copies that the app holds
};

/// The result of a job in its own words, beside the wish to be tried again (ours; architecture.md, wire). Shown by
/// `stint wait`, `stint watch` and `--json`, and kept with the app's last completed jobs.
struct Outcome {
    std::int32_t exitCode = 0; ///< 0 success, else a sysexits code
    std::string text;          ///< one line for a person

    bool operator==(const Outcome&) const = default;
};

} // namespace stint
