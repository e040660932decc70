// What a job is handed when it starts and when it stops (jobs.md §4.7).
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

/// A copyable handle of one run of one job. Calls on a run that is over are ignored (jobs.md §4.2). Keep one for as
/// long as the job works: where the last of them goes before jobFinished(), the run is abandoned, nothing can end it
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
    /// What the job runs as in this run, fixed when it started: a demoted job is not user-initiated.
    bool isUserInitiatedJob() const;
    bool isExpeditedJob() const;
    /// It has a deadline, which had passed when this run began.
    bool isOverrideDeadlineExpired() const;
    /// How long this run may go on at most, from onStartJob on (jobs.md §4.4); what it needs may be lost sooner. Ours:
    /// Android's apps are not told.
    Duration getTimeLimit() const;
    /// What of the watched has changed; nullopt where nothing did, and where too much did to be remembered.
    const std::optional<std::vector<std::string>>& getTriggeredContentUris() const;
    /// Of all that has changed; "file" stands for plain paths. Empty: no change started this run.
    const std::vector<std::string>& getTriggeredContentAuthorities() const;
    /// The network as it was at the start, or at the last onNetworkChanged; nullopt where the job asks for none.
    const std::optional<Network>& getNetwork() const;
    /// Undefined until onStopJob.
    StopReason getStopReason() const;
    /// Which run this is: the wire's number, of use in a log.
    std::uint64_t getRun() const;

    // The job's work, where it was enqueued (jobs.md §2.5). Both block until the daemon has answered, and may be called
    // from any thread.

    /// The next item, oldest first. nullopt: none is left; where each that was handed out is completed, too, that has
    /// ended the job, as jobFinished(params, false) does, and no jobFinished() is due. Errors: Security where the run
    /// is over, Unavailable where the daemon is.
    Result<std::optional<JobWorkItem>> dequeueWork() const;
    /// It will not be handed out again. IllegalArgument for an item that this run was not handed, or has completed.
    Result<void> completeWork(const JobWorkItem& item) const;

private:
    friend struct JobParametersAccess; ///< libstint fills it
    struct Parts;
    std::shared_ptr<const Parts> parts_;        ///< what was told when it was handed out
    std::shared_ptr<client::RunHandle> handle_; ///< shared by all copies that the app holds
};

/// How a job says what came of it, beside whether it wants to be tried again (ours; architecture.md, wire). Shown by
/// `stint wait`, `stint watch` and `--json`, and kept with the app's last completed jobs.
struct Outcome {
    std::int32_t exitCode = 0; ///< 0 success, else a sysexits code
    std::string text;          ///< one line for a person

    bool operator==(const Outcome&) const = default;
};

} // namespace stint
