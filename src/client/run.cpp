#include "client/run.hpp"

#include "base/parts.hpp"

namespace stint {

struct JobParameters::Parts {
    client::RunKey key;
    JobId id;
    std::optional<std::string> space;
    PersistableBundle extras;
    PersistableBundle transientExtras;
    std::optional<ClipData> clip;
    std::int32_t clipGrantFlags = 0;
    bool userInitiated = false;
    bool expedited = false;
    bool overdue = false;
    Duration timeLimit{0};
    std::optional<std::vector<std::string>> triggeredUris;
    std::vector<std::string> triggeredAuthorities;
    std::optional<Network> network;
    StopReason stopReason = STOP_REASON_UNDEFINED;
};

JobId JobParameters::getJobId() const { return partsOf(parts_).id; }
const std::optional<std::string>& JobParameters::getJobNamespace() const { return partsOf(parts_).space; }
const PersistableBundle& JobParameters::getExtras() const { return partsOf(parts_).extras; }
const PersistableBundle& JobParameters::getTransientExtras() const { return partsOf(parts_).transientExtras; }
const std::optional<ClipData>& JobParameters::getClipData() const { return partsOf(parts_).clip; }
std::int32_t JobParameters::getClipGrantFlags() const { return partsOf(parts_).clipGrantFlags; }
bool JobParameters::isUserInitiatedJob() const { return partsOf(parts_).userInitiated; }
bool JobParameters::isExpeditedJob() const { return partsOf(parts_).expedited; }
bool JobParameters::isOverrideDeadlineExpired() const { return partsOf(parts_).overdue; }
Duration JobParameters::getTimeLimit() const { return partsOf(parts_).timeLimit; }
const std::optional<std::vector<std::string>>& JobParameters::getTriggeredContentUris() const {
    return partsOf(parts_).triggeredUris;
}
const std::vector<std::string>& JobParameters::getTriggeredContentAuthorities() const {
    return partsOf(parts_).triggeredAuthorities;
}
const std::optional<Network>& JobParameters::getNetwork() const { return partsOf(parts_).network; }
StopReason JobParameters::getStopReason() const { return partsOf(parts_).stopReason; }
std::uint64_t JobParameters::getRun() const { return partsOf(parts_).key.run; }

client::RunKey JobParametersAccess::keyOf(const JobParameters& params) { return partsOf(params.parts_).key; }

JobParameters JobParametersAccess::make(client::RunKey key, wire::RunParameters from) {
    JobParameters::Parts parts{.key = key,
                               .id = from.id,
                               .space = std::nullopt,
                               .extras = std::move(from.extras),
                               .transientExtras = std::move(from.transientExtras),
                               .clip = std::move(from.clip),
                               .clipGrantFlags = from.clipGrantFlags,
                               .userInitiated = from.userInitiated,
                               .expedited = from.expedited,
                               .overdue = from.overdue,
                               .timeLimit = from.timeLimit,
                               .triggeredUris = std::nullopt,
                               .triggeredAuthorities = std::move(from.triggeredAuthorities),
                               .network = std::move(from.network)};
    if (!from.space.empty()) parts.space = std::move(from.space);
    if (!from.triggeredUris.empty()) parts.triggeredUris = std::move(from.triggeredUris);
    JobParameters params;
    params.parts_ = std::make_shared<const JobParameters::Parts>(std::move(parts));
    return params;
}

void JobParametersAccess::setNetwork(JobParameters& params, Network network) {
    ownParts(params.parts_).network = std::move(network);
}

void JobParametersAccess::setStopReason(JobParameters& params, StopReason reason) {
    ownParts(params.parts_).stopReason = reason;
}

} // namespace stint
