#include "link/client/run.hpp"

#include <utility>

#include "base/result/errors.hpp"
#include "base/result/values.hpp"
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
namespace {

PersistableBundle bundleOf(const EndedJob& ended) {
    PersistableBundle bundle;
    bundle.putString("package", ended.key.app.name);
    bundle.putString("namespace", ended.key.space.str());
    bundle.putInt("id", ended.key.id.value);
    bundle.putString("label", ended.label);
    bundle.putInt("exitCode", ended.exitCode);
    bundle.putString("text", ended.text);
    bundle.putString("path", ended.path);
    return bundle;
}

} // namespace

struct JobParameters::Values {
    client::RunKey key;
    wire::RunParameters given;
    std::optional<std::string> space;                      ///< moved out of `given`; nullopt where that is empty
    std::optional<std::vector<std::string>> triggeredUris; ///< likewise
    std::vector<PersistableBundle> ended;                  ///< likewise
    StopReason stopReason = STOP_REASON_UNDEFINED;
};

JobId JobParameters::getJobId() const { return valuesOf(values_).given.id; }
const std::optional<std::string>& JobParameters::getJobNamespace() const { return valuesOf(values_).space; }
const PersistableBundle& JobParameters::getExtras() const { return valuesOf(values_).given.extras; }
const PersistableBundle& JobParameters::getTransientExtras() const { return valuesOf(values_).given.transientExtras; }
const std::optional<ClipData>& JobParameters::getClipData() const { return valuesOf(values_).given.clip; }
std::int32_t JobParameters::getClipGrantFlags() const { return valuesOf(values_).given.clipGrantFlags; }
bool JobParameters::isUserInitiatedJob() const { return valuesOf(values_).given.userInitiated; }
bool JobParameters::isExpeditedJob() const { return valuesOf(values_).given.expedited; }
bool JobParameters::isOverrideDeadlineExpired() const { return valuesOf(values_).given.overdue; }
Duration JobParameters::getTimeLimit() const { return valuesOf(values_).given.timeLimit; }
const std::optional<std::vector<std::string>>& JobParameters::getTriggeredContentUris() const {
    return valuesOf(values_).triggeredUris;
}
const std::vector<std::string>& JobParameters::getTriggeredContentAuthorities() const {
    return valuesOf(values_).given.triggeredAuthorities;
}
const std::vector<PersistableBundle>& JobParameters::getEndedJobs() const { return valuesOf(values_).ended; }
const std::optional<Network>& JobParameters::getNetwork() const { return valuesOf(values_).given.network; }
Bytes JobParameters::getRateLimit() const { return valuesOf(values_).given.rateLimit; }
StopReason JobParameters::getStopReason() const { return valuesOf(values_).stopReason; }
std::uint64_t JobParameters::getRun() const { return valuesOf(values_).key.run; }

client::RunKey JobParametersAccess::keyOf(const JobParameters& params) { return valuesOf(params.values_).key; }

JobParameters JobParametersAccess::make(client::RunKey key, wire::RunParameters from) {
    JobParameters::Values values{
        .key = key, .given = std::move(from), .space = std::nullopt, .triggeredUris = std::nullopt, .ended = {}};
    for (const EndedJob& job : std::exchange(values.given.ended, {}))
        values.ended.push_back(bundleOf(job));
    if (!values.given.space.empty()) values.space = std::move(values.given.space);
    if (!values.given.triggeredUris.empty()) values.triggeredUris = std::move(values.given.triggeredUris);
    JobParameters params;
    params.values_ = std::make_shared<const JobParameters::Values>(std::move(values));
    return params;
}

void JobParametersAccess::setNetwork(JobParameters& params, wire::NetworkChange change) {
    wire::RunParameters& given = ownValues(params.values_).given;
    given.network = std::move(change.network);
    given.rateLimit = change.rateLimit;
}

void JobParametersAccess::setStopReason(JobParameters& params, StopReason reason) {
    ownValues(params.values_).stopReason = reason;
}

JobWorkItem JobWorkItemAccess::itemOf(WorkItem work) {
    JobWorkItem item;
    item.work_ = std::make_shared<const WorkItem>(std::move(work));
    return item;
}

const WorkItem& JobWorkItemAccess::workOf(const JobWorkItem& item) { return valuesOf(item.work_); }

const PersistableBundle& JobWorkItem::getExtras() const { return valuesOf(work_).extras; }
Bytes JobWorkItem::getEstimatedNetworkDownloadBytes() const { return valuesOf(work_).estimatedDown; }
Bytes JobWorkItem::getEstimatedNetworkUploadBytes() const { return valuesOf(work_).estimatedUp; }
Bytes JobWorkItem::getMinimumNetworkChunkBytes() const { return valuesOf(work_).minimumChunk; }
std::int32_t JobWorkItem::getDeliveryCount() const { return valuesOf(work_).deliveries; }
std::uint64_t JobWorkItem::getWorkId() const { return valuesOf(work_).id; }

JobWorkItem::Builder& JobWorkItem::Builder::setExtras(PersistableBundle extras) {
    ownValues(item_.work_).extras = std::move(extras);
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setEstimatedNetworkBytes(Bytes download, Bytes upload) {
    ownValues(item_.work_).estimatedDown = download;
    ownValues(item_.work_).estimatedUp = upload;
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setMinimumNetworkChunkBytes(Bytes chunk) {
    ownValues(item_.work_).minimumChunk = chunk;
    return *this;
}

// The daemon asks the same rules again when the item arrives.
Result<JobWorkItem> JobWorkItem::Builder::build() const {
    if (auto error = brokenRule(valuesOf(item_.work_))) return *std::move(error);
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
