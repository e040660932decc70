#include "link/client/run.hpp"

#include "base/result/parts.hpp"

namespace stint {

struct JobParameters::Parts {
    client::RunKey key;
    wire::RunParameters told;
    std::optional<std::string> space;                      ///< moved out of `told`; nullopt where that is empty
    std::optional<std::vector<std::string>> triggeredUris; ///< likewise
    StopReason stopReason = STOP_REASON_UNDEFINED;
};

JobId JobParameters::getJobId() const { return partsOf(parts_).told.id; }
const std::optional<std::string>& JobParameters::getJobNamespace() const { return partsOf(parts_).space; }
const PersistableBundle& JobParameters::getExtras() const { return partsOf(parts_).told.extras; }
const PersistableBundle& JobParameters::getTransientExtras() const { return partsOf(parts_).told.transientExtras; }
const std::optional<ClipData>& JobParameters::getClipData() const { return partsOf(parts_).told.clip; }
std::int32_t JobParameters::getClipGrantFlags() const { return partsOf(parts_).told.clipGrantFlags; }
bool JobParameters::isUserInitiatedJob() const { return partsOf(parts_).told.userInitiated; }
bool JobParameters::isExpeditedJob() const { return partsOf(parts_).told.expedited; }
bool JobParameters::isOverrideDeadlineExpired() const { return partsOf(parts_).told.overdue; }
Duration JobParameters::getTimeLimit() const { return partsOf(parts_).told.timeLimit; }
const std::optional<std::vector<std::string>>& JobParameters::getTriggeredContentUris() const {
    return partsOf(parts_).triggeredUris;
}
const std::vector<std::string>& JobParameters::getTriggeredContentAuthorities() const {
    return partsOf(parts_).told.triggeredAuthorities;
}
const std::optional<Network>& JobParameters::getNetwork() const { return partsOf(parts_).told.network; }
StopReason JobParameters::getStopReason() const { return partsOf(parts_).stopReason; }
std::uint64_t JobParameters::getRun() const { return partsOf(parts_).key.run; }

client::RunKey JobParametersAccess::keyOf(const JobParameters& params) { return partsOf(params.parts_).key; }

JobParameters JobParametersAccess::make(client::RunKey key, wire::RunParameters from) {
    JobParameters::Parts parts{
        .key = key, .told = std::move(from), .space = std::nullopt, .triggeredUris = std::nullopt};
    if (!parts.told.space.empty()) parts.space = std::move(parts.told.space);
    if (!parts.told.triggeredUris.empty()) parts.triggeredUris = std::move(parts.told.triggeredUris);
    JobParameters params;
    params.parts_ = std::make_shared<const JobParameters::Parts>(std::move(parts));
    return params;
}

void JobParametersAccess::setNetwork(JobParameters& params, Network network) {
    ownParts(params.parts_).told.network = std::move(network);
}

void JobParametersAccess::setStopReason(JobParameters& params, StopReason reason) {
    ownParts(params.parts_).stopReason = reason;
}

} // namespace stint
