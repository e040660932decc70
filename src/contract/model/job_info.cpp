// JobInfo: its parts, whose shape this file alone knows, so that they may grow (decision 17); its getters, which raise
// values that are too small; and its Builder, whose setters note values, and complain of those that can never be.
// contract/rules/validation checks their combination, and has Builder::build(), which asks it.
#include "contract/model/job_info.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/result/values.hpp"
#include "stint/job_info.hpp"

namespace stint {

/// The values that have no minimum.
struct JobInfo::Fields {
    JobId id;
    ComponentName service;
    bool userInitiated = false;
    bool expedited = false;
    std::int32_t priority = PRIORITY_DEFAULT;
    std::optional<NetworkRequest> network;
    Bytes estimatedDown = NETWORK_BYTES_UNKNOWN;
    Bytes estimatedUp = NETWORK_BYTES_UNKNOWN;
    Bytes minimumChunk = NETWORK_BYTES_UNKNOWN;
    std::int32_t backoffPolicy = BACKOFF_POLICY_EXPONENTIAL;
    std::int32_t clipGrantFlags = 0;
    bool explicitBackoff = false;
    bool persisted = false;
    bool batteryNotLow = false;
    bool charging = false;
    bool storageNotLow = false;
    bool deviceIdle = false;
    bool prefetch = false;
    std::optional<Duration> minimumLatency;
    std::optional<Duration> overrideDeadline;
    std::vector<TriggerContentUri> triggers;
    PersistableBundle extras;
    PersistableBundle transientExtras;
    std::set<std::string> debugTags;
    std::optional<std::string> traceTag;
    bool operator==(const Fields&) const = default;
};

struct JobInfo::Values {
    Fields fields;
    Adjustable adjustable;
    bool asDocumented = true; ///< the getters raise `adjustable` by the documentation; else they return it as it is
    std::optional<ClipData> clip;

    Adjustable adjusted() const; ///< the values that the getters return
};

struct JobInfo::Builder::Draft {
    Values job;
    std::optional<Error> misuse; ///< a setter's own complaint (a chunk of 0, an unknown network type), for build()

    void misused(Error error) { // the first complaint stands
        if (!misuse) misuse = std::move(error);
    }

    // jobs.md §1.1: turning user-initiated or expedited on raises the priority if it is still DEFAULT (only its value
    // counts, §1.2 note a); turning it off puts it back to DEFAULT if it was MAX.
    void turn(bool Fields::*flag, bool on) {
        Fields& fields = job.fields;
        if (on && fields.priority == PRIORITY_DEFAULT) fields.priority = PRIORITY_MAX;
        if (!on && fields.*flag && fields.priority == PRIORITY_MAX) fields.priority = PRIORITY_DEFAULT;
        fields.*flag = on;
    }
};

namespace {

constexpr Constants documentation;

} // namespace

JobInfo::Adjustable JobInfoAccess::raised(JobInfo::Adjustable asked, const Constants& constants) {
    asked.initialBackoff = std::max(asked.initialBackoff, constants.minBackoff);
    if (asked.period) {
        auto& [interval, flex] = *asked.period;
        interval = std::max(interval, constants.minPeriod);
        const Duration shortest = std::max(constants.minFlex, interval / 100 * constants.minFlexPercent);
        flex = std::min(std::max(flex, shortest), interval);
    }
    if (auto& delay = asked.triggerUpdateDelay) delay = std::max(*delay, constants.minContentTriggerUpdateDelay);
    if (auto& delay = asked.triggerMaxDelay) delay = std::max(*delay, constants.minContentTriggerMaxDelay);
    return asked;
}

JobInfo JobInfoAccess::of(JobInfo::Values parts) {
    JobInfo info;
    info.values_ = std::make_shared<const JobInfo::Values>(std::move(parts));
    return info;
}

const JobInfo::Adjustable& JobInfoAccess::asked(const JobInfo& info) { return valuesOf(info.values_).adjustable; }

JobInfo JobInfoAccess::adjusted(JobInfo info, const Constants& constants) {
    const JobInfo::Values& parts = valuesOf(info.values_);
    const JobInfo::Adjustable values = raised(parts.adjustable, constants);
    // Values seldom have to be raised, and a job is large to copy.
    if (values == parts.adjustable && values == parts.adjusted()) return info;
    JobInfo::Values changed = parts;
    changed.adjustable = values;
    changed.asDocumented = false;
    return of(std::move(changed));
}

JobInfo::Adjustable JobInfo::Values::adjusted() const {
    return asDocumented ? JobInfoAccess::raised(adjustable, documentation) : adjustable;
}

ClipFile::~ClipFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

JobId JobInfo::getId() const { return valuesOf(values_).fields.id; }
const ComponentName& JobInfo::getService() const { return valuesOf(values_).fields.service; }
bool JobInfo::isUserInitiated() const { return valuesOf(values_).fields.userInitiated; }
bool JobInfo::isExpedited() const { return valuesOf(values_).fields.expedited; }
std::int32_t JobInfo::getPriority() const { return valuesOf(values_).fields.priority; }
const std::optional<NetworkRequest>& JobInfo::getRequiredNetwork() const { return valuesOf(values_).fields.network; }
Bytes JobInfo::getEstimatedNetworkDownloadBytes() const { return valuesOf(values_).fields.estimatedDown; }
Bytes JobInfo::getEstimatedNetworkUploadBytes() const { return valuesOf(values_).fields.estimatedUp; }
Bytes JobInfo::getMinimumNetworkChunkBytes() const { return valuesOf(values_).fields.minimumChunk; }
std::int32_t JobInfo::getBackoffPolicy() const { return valuesOf(values_).fields.backoffPolicy; }
bool JobInfo::hasExplicitBackoff() const { return valuesOf(values_).fields.explicitBackoff; }
std::int32_t JobInfo::getClipGrantFlags() const { return valuesOf(values_).fields.clipGrantFlags; }
bool JobInfo::isPersisted() const { return valuesOf(values_).fields.persisted; }
bool JobInfo::isRequireBatteryNotLow() const { return valuesOf(values_).fields.batteryNotLow; }
bool JobInfo::isRequireCharging() const { return valuesOf(values_).fields.charging; }
bool JobInfo::isRequireStorageNotLow() const { return valuesOf(values_).fields.storageNotLow; }
bool JobInfo::isRequireDeviceIdle() const { return valuesOf(values_).fields.deviceIdle; }
const std::optional<Duration>& JobInfo::getMinimumLatency() const { return valuesOf(values_).fields.minimumLatency; }
const std::optional<Duration>& JobInfo::getOverrideDeadline() const {
    return valuesOf(values_).fields.overrideDeadline;
}
bool JobInfo::isPrefetch() const { return valuesOf(values_).fields.prefetch; }
const std::vector<JobInfo::TriggerContentUri>& JobInfo::getTriggerContentUris() const {
    return valuesOf(values_).fields.triggers;
}
const PersistableBundle& JobInfo::getExtras() const { return valuesOf(values_).fields.extras; }
const PersistableBundle& JobInfo::getTransientExtras() const { return valuesOf(values_).fields.transientExtras; }
const std::set<std::string>& JobInfo::getDebugTags() const { return valuesOf(values_).fields.debugTags; }
const std::optional<std::string>& JobInfo::getTraceTag() const { return valuesOf(values_).fields.traceTag; }
const std::optional<ClipData>& JobInfo::getClipData() const { return valuesOf(values_).clip; }
bool JobInfo::isPeriodic() const { return valuesOf(values_).adjustable.period.has_value(); }
Duration JobInfo::getInitialBackoff() const { return valuesOf(values_).adjusted().initialBackoff; }
std::optional<JobInfo::Period> JobInfo::getPeriod() const { return valuesOf(values_).adjusted().period; }
std::optional<Duration> JobInfo::getTriggerContentUpdateDelay() const {
    return valuesOf(values_).adjusted().triggerUpdateDelay;
}
std::optional<Duration> JobInfo::getTriggerContentMaxDelay() const {
    return valuesOf(values_).adjusted().triggerMaxDelay;
}

JobInfo JobInfo::withId(JobId id) const {
    JobInfo renamed = *this;
    ownValues(renamed.values_).fields.id = id;
    return renamed;
}

// jobs.md §1.3: a request that came from no shorthand maps to the nearest one.
std::int32_t JobInfo::getNetworkType() const {
    const std::optional<NetworkRequest>& network = getRequiredNetwork();
    if (!network) return NETWORK_TYPE_NONE;
    const auto& capabilities = network->getCapabilities();
    if (capabilities.contains(NET_CAPABILITY_NOT_METERED)) return NETWORK_TYPE_UNMETERED;
    if (capabilities.contains(NET_CAPABILITY_NOT_ROAMING)) return NETWORK_TYPE_NOT_ROAMING;
    if (network->getTransportTypes().contains(TRANSPORT_CELLULAR)) return NETWORK_TYPE_CELLULAR;
    return NETWORK_TYPE_ANY;
}

bool JobInfo::operator==(const JobInfo& other) const {
    // jobs.md §2.5: jobs with clip data are never equal.
    const Values& ours = valuesOf(values_);
    const Values& theirs = valuesOf(other.values_);
    if (ours.clip || theirs.clip) return false;
    return &ours == &theirs || (ours.fields == theirs.fields && ours.adjusted() == theirs.adjusted());
}

namespace {

std::string trimmed(const std::string& text) {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// jobs.md §1.1: -1 is the default.
std::optional<Duration> triggerDelay(Duration asked) {
    if (asked == Duration{-1}) return std::nullopt;
    return std::max(asked, 0ms);
}

} // namespace

Result<JobInfo> JobInfoAccess::documented(const JobInfo::Builder& builder) {
    if (builder.draft_->misuse) return *builder.draft_->misuse;
    return of(builder.draft_->job);
}

Result<JobInfo> JobInfoAccess::requested(const JobInfo::Builder& builder) {
    if (builder.draft_->misuse) return *builder.draft_->misuse;
    JobInfo::Values parts = builder.draft_->job;
    parts.asDocumented = false;
    return of(std::move(parts));
}

void JobInfoAccess::name(JobInfo::Builder& builder, JobId id, ComponentName service) {
    builder.draft_->job.fields.id = id;
    builder.draft_->job.fields.service = std::move(service);
}

JobInfo::Builder::Builder(JobId id, ComponentName service) : draft_(std::make_unique<Draft>()) {
    JobInfoAccess::name(*this, id, std::move(service));
}

JobInfo::Builder::Builder(const JobInfo& from)
    : draft_(std::make_unique<Draft>(Draft{.job = valuesOf(from.values_), .misuse = std::nullopt})) {
    draft_->job.asDocumented = true;
}

JobInfo::Builder::Builder(const Builder& other) : draft_(std::make_unique<Draft>(*other.draft_)) {}

JobInfo::Builder& JobInfo::Builder::operator=(const Builder& other) {
    *draft_ = *other.draft_;
    return *this;
}

JobInfo::Builder::~Builder() = default;

JobInfo::Builder& JobInfo::Builder::setUserInitiated(bool userInitiated) {
    draft_->turn(&JobInfo::Fields::userInitiated, userInitiated);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setExpedited(bool expedited) {
    draft_->turn(&JobInfo::Fields::expedited, expedited);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPriority(std::int32_t priority) {
    constexpr std::array known{PRIORITY_MIN, PRIORITY_LOW, PRIORITY_DEFAULT, PRIORITY_HIGH, PRIORITY_MAX};
    if (std::find(known.begin(), known.end(), priority) == known.end())
        draft_->misused(fail(Errc::ILLEGAL_ARGUMENT,
                             "V9: {} is not a priority; use MIN 100, LOW 200, DEFAULT 300, HIGH 400 or MAX 500",
                             priority));
    draft_->job.fields.priority = priority;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiredNetwork(std::optional<NetworkRequest> request) {
    draft_->job.fields.network = std::move(request);
    return *this;
}

// jobs.md §1.3: each shorthand asks for INTERNET and VALIDATED, drops two of a request's defaults, and adds its own.
JobInfo::Builder& JobInfo::Builder::setRequiredNetworkType(std::int32_t networkType) {
    NetworkRequest::Builder request;
    request.addCapability(NET_CAPABILITY_INTERNET)
        .addCapability(NET_CAPABILITY_VALIDATED)
        .removeCapability(NET_CAPABILITY_NOT_RESTRICTED)
        .removeCapability(NET_CAPABILITY_NOT_VPN);
    switch (networkType) {
    case NETWORK_TYPE_NONE:
        return setRequiredNetwork(std::nullopt);
    case NETWORK_TYPE_ANY:
        break;
    case NETWORK_TYPE_UNMETERED:
        request.addCapability(NET_CAPABILITY_NOT_METERED);
        break;
    case NETWORK_TYPE_NOT_ROAMING:
        request.addCapability(NET_CAPABILITY_NOT_ROAMING);
        break;
    case NETWORK_TYPE_CELLULAR:
        request.addTransportType(TRANSPORT_CELLULAR);
        break;
    default:
        draft_->misused(
            fail(Errc::ILLEGAL_ARGUMENT,
                 "setRequiredNetworkType: {} is not a network type; use NONE 0, ANY 1, UNMETERED 2, NOT_ROAMING 3 or "
                 "CELLULAR 4",
                 networkType));
        return *this;
    }
    return setRequiredNetwork(request.build());
}

JobInfo::Builder& JobInfo::Builder::setEstimatedNetworkBytes(Bytes download, Bytes upload) {
    draft_->job.fields.estimatedDown = download;
    draft_->job.fields.estimatedUp = upload;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setMinimumNetworkChunkBytes(Bytes chunk) {
    // jobs.md §1.1: 0 and other negatives are an error at once.
    if (chunk != NETWORK_BYTES_UNKNOWN && chunk <= 0)
        draft_->misused(fail(Errc::ILLEGAL_ARGUMENT,
                             "V4: a minimum network chunk of {} bytes; use a number above 0, or -1 where it is unknown",
                             chunk));
    draft_->job.fields.minimumChunk = chunk;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setBackoffCriteria(Duration initial, std::int32_t policy) {
    if (policy != BACKOFF_POLICY_LINEAR && policy != BACKOFF_POLICY_EXPONENTIAL)
        draft_->misused(fail(Errc::ILLEGAL_ARGUMENT,
                             "setBackoffCriteria: {} is not a policy; use LINEAR 0 or EXPONENTIAL 1", policy));
    draft_->job.adjustable.initialBackoff = initial;
    draft_->job.fields.backoffPolicy = policy;
    draft_->job.fields.explicitBackoff = true;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setClipData(std::optional<ClipData> clip, std::int32_t grantFlags) {
    draft_->job.clip = std::move(clip);
    draft_->job.fields.clipGrantFlags = grantFlags;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPersisted(bool persisted) {
    draft_->job.fields.persisted = persisted;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresBatteryNotLow(bool required) {
    draft_->job.fields.batteryNotLow = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresCharging(bool required) {
    draft_->job.fields.charging = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresStorageNotLow(bool required) {
    draft_->job.fields.storageNotLow = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresDeviceIdle(bool required) {
    draft_->job.fields.deviceIdle = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setMinimumLatency(Duration latency) {
    draft_->job.fields.minimumLatency = latency;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setOverrideDeadline(Duration deadline) {
    draft_->job.fields.overrideDeadline = deadline;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPeriodic(Duration interval) { return setPeriodic(interval, interval); }

JobInfo::Builder& JobInfo::Builder::setPeriodic(Duration interval, Duration flex) {
    draft_->job.adjustable.period = Period{std::max(interval, 0ms), std::max(flex, 0ms)};
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPrefetch(bool prefetch) {
    draft_->job.fields.prefetch = prefetch;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setImportantWhileForeground(bool) { return *this; }

JobInfo::Builder& JobInfo::Builder::addTriggerContentUri(TriggerContentUri uri) {
    draft_->job.fields.triggers.push_back(std::move(uri));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTriggerContentUpdateDelay(Duration delay) {
    draft_->job.adjustable.triggerUpdateDelay = triggerDelay(delay);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTriggerContentMaxDelay(Duration delay) {
    draft_->job.adjustable.triggerMaxDelay = triggerDelay(delay);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::addDebugTag(std::string tag) {
    draft_->job.fields.debugTags.insert(trimmed(tag));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::removeDebugTag(const std::string& tag) {
    draft_->job.fields.debugTags.erase(trimmed(tag));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTraceTag(std::optional<std::string> tag) {
    draft_->job.fields.traceTag = tag ? std::optional(trimmed(*tag)) : std::nullopt;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTransientExtras(PersistableBundle extras) {
    draft_->job.fields.transientExtras = std::move(extras);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setExtras(PersistableBundle extras) {
    draft_->job.fields.extras = std::move(extras);
    return *this;
}

} // namespace stint
