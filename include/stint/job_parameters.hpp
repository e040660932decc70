// What a job is handed when it starts and when it stops (jobs.md §4.7).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "stint/bundle.hpp"
#include "stint/job_info.hpp"
#include "stint/network.hpp"
#include "stint/reasons.hpp"
#include "stint/units.hpp"

namespace stint {

/// A copyable handle of one run of one job. Calls on a run that is over are ignored (jobs.md §4.2).
class JobParameters {
public:
    JobId getJobId() const { return id_; }
    /// nullopt: the root namespace.
    const std::optional<std::string>& getJobNamespace() const { return namespace_; }
    const PersistableBundle& getExtras() const { return extras_; }
    const std::optional<ClipData>& getClipData() const { return clip_; }
    std::int32_t getClipGrantFlags() const { return clipGrantFlags_; }
    /// What the job runs as in this run, fixed when it started: a demoted job is not user-initiated.
    bool isUserInitiatedJob() const { return userInitiated_; }
    /// The network as it was at the start, or at the last onNetworkChanged; nullopt where the job asks for none.
    const std::optional<Network>& getNetwork() const { return network_; }
    /// Undefined until onStopJob.
    StopReason getStopReason() const { return stopReason_; }
    /// Which run this is: the wire's number, of use in a log.
    std::uint64_t getRun() const { return run_; }

private:
    friend struct JobParametersAccess; ///< libstint fills it
    std::uint64_t run_ = 0;
    std::uint64_t connection_ = 0; ///< which of this process's connections to a daemon: each daemon counts its own runs
    JobId id_;
    std::optional<std::string> namespace_;
    PersistableBundle extras_;
    std::optional<ClipData> clip_;
    std::int32_t clipGrantFlags_ = 0;
    bool userInitiated_ = false;
    std::optional<Network> network_;
    StopReason stopReason_ = StopReason::Undefined;
};

/// How a job says what came of it, beside whether it wants to be tried again (ours; design.md, wire). Shown by
/// `stint wait`, `stint watch` and `--json`, and kept with the app's last completed jobs.
struct Outcome {
    std::int32_t exitCode = 0; ///< 0 success, else a sysexits code
    std::string text;          ///< one line for a person

    bool operator==(const Outcome&) const = default;
};

} // namespace stint
