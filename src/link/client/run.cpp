#include "link/client/run.hpp"

#include <utility>

#include "base/result/errors.hpp"
#include "base/result/parts.hpp"
#include "contract/rules/validation.hpp"
#include "link/client/connection.hpp"

namespace stint::client {

void Throttle::note(ByteCounts newest) { unsent_ = newest == sent_ ? std::nullopt : std::optional(newest); }

std::optional<ByteCounts> Throttle::take(Instant now) {
    if (!unsent_ || now < open_) return std::nullopt;
    open_ = now + pause;
    return takeRest();
}

std::optional<ByteCounts> Throttle::takeRest() {
    if (unsent_) sent_ = unsent_;
    return std::exchange(unsent_, std::nullopt);
}

std::optional<Instant> Throttle::dueAt() const {
    if (!unsent_) return std::nullopt;
    return open_;
}

} // namespace stint::client

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

JobWorkItem JobWorkItemAccess::itemOf(WorkItem work) {
    JobWorkItem item;
    item.work_ = std::make_shared<const WorkItem>(std::move(work));
    return item;
}

const WorkItem& JobWorkItemAccess::workOf(const JobWorkItem& item) { return partsOf(item.work_); }

const PersistableBundle& JobWorkItem::getExtras() const { return partsOf(work_).extras; }
Bytes JobWorkItem::getEstimatedNetworkDownloadBytes() const { return partsOf(work_).estimatedDown; }
Bytes JobWorkItem::getEstimatedNetworkUploadBytes() const { return partsOf(work_).estimatedUp; }
Bytes JobWorkItem::getMinimumNetworkChunkBytes() const { return partsOf(work_).minimumChunk; }
std::int32_t JobWorkItem::getDeliveryCount() const { return partsOf(work_).deliveries; }
std::uint64_t JobWorkItem::getWorkId() const { return partsOf(work_).id; }

JobWorkItem::Builder& JobWorkItem::Builder::setExtras(PersistableBundle extras) {
    ownParts(item_.work_).extras = std::move(extras);
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setEstimatedNetworkBytes(Bytes download, Bytes upload) {
    ownParts(item_.work_).estimatedDown = download;
    ownParts(item_.work_).estimatedUp = upload;
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setMinimumNetworkChunkBytes(Bytes chunk) {
    ownParts(item_.work_).minimumChunk = chunk;
    return *this;
}

// The daemon asks the same rules again when the item arrives.
Result<JobWorkItem> JobWorkItem::Builder::build() const {
    if (auto error = brokenRule(partsOf(item_.work_))) return *std::move(error);
    return item_;
}

namespace client {
namespace {

Error overHere() { return fail(Errc::SECURITY, "these parameters belong to no run of this process"); }

} // namespace

RunHandle::~RunHandle() {
    if (const auto living = connection.lock()) living->noteLost(key);
}

Result<std::optional<JobWorkItem>> RunHandle::dequeueWork() const {
    const auto living = connection.lock();
    if (!living) return overHere();
    auto item = STINT_TRY(living->dequeue(key));
    if (!item) return std::optional<JobWorkItem>();
    return std::optional(JobWorkItemAccess::itemOf(*std::move(item)));
}

Result<void> RunHandle::completeWork(const JobWorkItem& item) const {
    const auto living = connection.lock();
    if (!living) return overHere();
    return living->complete(key, item.getWorkId());
}

} // namespace client

Result<std::optional<JobWorkItem>> JobParameters::dequeueWork() const {
    if (!handle_) return client::overHere();
    return handle_->dequeueWork();
}

Result<void> JobParameters::completeWork(const JobWorkItem& item) const {
    if (!handle_) return client::overHere();
    return handle_->completeWork(item);
}

} // namespace stint
