// The words of JobInfo. Its setters note, its getters raise what is too small; what may not be combined is
// rules/validation's question, and so is Builder::build(), which asks it.
#include "stint/job_info.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <unistd.h>

#include "base/fail.hpp"
#include "model/job_info_access.hpp"

namespace stint {

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

Result<JobInfo> JobInfoAccess::requested(const JobInfo::Builder& builder) {
    if (builder.misuse_) return *builder.misuse_;
    JobInfo info = builder.info_;
    info.asDocumented_ = false;
    return info;
}

JobInfoPtr JobInfoAccess::adjusted(JobInfoPtr info, const Constants& constants) {
    const JobInfo::Adjustable values = raised(info->adjustable_, constants);
    // Seldom anything has to be raised, and a job's words are many.
    if (values == info->adjustable_ && values == info->adjusted()) return info;
    JobInfo changed = *info;
    changed.adjustable_ = values;
    changed.asDocumented_ = false;
    return std::make_shared<const JobInfo>(std::move(changed));
}

JobInfo::Adjustable JobInfo::adjusted() const {
    return asDocumented_ ? JobInfoAccess::raised(adjustable_, documentation) : adjustable_;
}

ClipFile::~ClipFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

// jobs.md §1.3: a request that came from no shorthand maps to the nearest one.
std::int32_t JobInfo::getNetworkType() const {
    if (!network_) return NETWORK_TYPE_NONE;
    const auto& capabilities = network_->getCapabilities();
    if (capabilities.contains(NetworkCapability::NotMetered)) return NETWORK_TYPE_UNMETERED;
    if (capabilities.contains(NetworkCapability::NotRoaming)) return NETWORK_TYPE_NOT_ROAMING;
    if (network_->getTransportTypes().contains(NetworkTransport::Cellular)) return NETWORK_TYPE_CELLULAR;
    return NETWORK_TYPE_ANY;
}

bool JobInfo::operator==(const JobInfo& other) const {
    // jobs.md §2.5: jobs with clip data are never equal.
    if (clip_ || other.clip_) return false;
    auto fields = [](const JobInfo& i) {
        return std::tie(i.id_, i.service_, i.userInitiated_, i.priority_, i.network_, i.estimatedDown_, i.estimatedUp_,
                        i.minimumChunk_, i.backoffPolicy_, i.explicitBackoff_, i.clipGrantFlags_, i.persisted_,
                        i.batteryNotLow_, i.charging_, i.storageNotLow_, i.expedited_, i.deviceIdle_, i.minimumLatency_,
                        i.overrideDeadline_, i.prefetch_, i.triggers_, i.debugTags_, i.traceTag_);
    };
    return fields(*this) == fields(other) && adjusted() == other.adjusted() && extras_ == other.extras_ &&
           transientExtras_ == other.transientExtras_;
}

JobInfo::Builder::Builder(JobId id, ComponentName service) {
    info_.id_ = id;
    info_.service_ = std::move(service);
}

JobInfo::Builder::Builder(const JobInfo& from) : info_(from) { info_.asDocumented_ = true; }

void JobInfo::Builder::misused(Error error) {
    if (!misuse_) misuse_ = std::move(error);
}

// jobs.md §1.1: turning user-initiated or expedited on raises the priority if it is still DEFAULT (only its value is
// looked at, §1.2 note a); turning it off puts it back to DEFAULT if it was MAX.
void JobInfo::Builder::turn(bool JobInfo::*flag, bool on) {
    if (on && info_.priority_ == PRIORITY_DEFAULT) info_.priority_ = PRIORITY_MAX;
    if (!on && info_.*flag && info_.priority_ == PRIORITY_MAX) info_.priority_ = PRIORITY_DEFAULT;
    info_.*flag = on;
}

JobInfo::Builder& JobInfo::Builder::setUserInitiated(bool userInitiated) {
    turn(&JobInfo::userInitiated_, userInitiated);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setExpedited(bool expedited) {
    turn(&JobInfo::expedited_, expedited);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPriority(std::int32_t priority) {
    constexpr std::array known{PRIORITY_MIN, PRIORITY_LOW, PRIORITY_DEFAULT, PRIORITY_HIGH, PRIORITY_MAX};
    if (std::find(known.begin(), known.end(), priority) == known.end())
        misused(fail(Errc::IllegalArgument,
                     "V9: {} is no priority; use MIN 100, LOW 200, DEFAULT 300, HIGH 400 or MAX 500", priority));
    info_.priority_ = priority;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiredNetwork(std::optional<NetworkRequest> request) {
    info_.network_ = std::move(request);
    return *this;
}

// jobs.md §1.3: each shorthand asks for INTERNET and VALIDATED, drops two of a request's defaults, and adds its own.
JobInfo::Builder& JobInfo::Builder::setRequiredNetworkType(std::int32_t networkType) {
    NetworkRequest::Builder request;
    request.addCapability(NetworkCapability::Internet)
        .addCapability(NetworkCapability::Validated)
        .removeCapability(NetworkCapability::NotRestricted)
        .removeCapability(NetworkCapability::NotVpn);
    switch (networkType) {
    case NETWORK_TYPE_NONE:
        return setRequiredNetwork(std::nullopt);
    case NETWORK_TYPE_ANY:
        break;
    case NETWORK_TYPE_UNMETERED:
        request.addCapability(NetworkCapability::NotMetered);
        break;
    case NETWORK_TYPE_NOT_ROAMING:
        request.addCapability(NetworkCapability::NotRoaming);
        break;
    case NETWORK_TYPE_CELLULAR:
        request.addTransportType(NetworkTransport::Cellular);
        break;
    default:
        misused(fail(Errc::IllegalArgument,
                     "setRequiredNetworkType: {} is no network type; use NONE 0, ANY 1, UNMETERED 2, NOT_ROAMING 3 or "
                     "CELLULAR 4",
                     networkType));
        return *this;
    }
    return setRequiredNetwork(request.build());
}

JobInfo::Builder& JobInfo::Builder::setEstimatedNetworkBytes(Bytes download, Bytes upload) {
    info_.estimatedDown_ = download;
    info_.estimatedUp_ = upload;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setMinimumNetworkChunkBytes(Bytes chunk) {
    // jobs.md §1.1: 0 and other negatives are an error at once.
    if (chunk != NETWORK_BYTES_UNKNOWN && chunk <= 0)
        misused(fail(Errc::IllegalArgument,
                     "V4: a minimum network chunk of {} bytes; use a number above 0, or -1 where it is unknown",
                     chunk));
    info_.minimumChunk_ = chunk;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setBackoffCriteria(Duration initial, std::int32_t policy) {
    if (policy != BACKOFF_POLICY_LINEAR && policy != BACKOFF_POLICY_EXPONENTIAL)
        misused(
            fail(Errc::IllegalArgument, "setBackoffCriteria: {} is no policy; use LINEAR 0 or EXPONENTIAL 1", policy));
    info_.adjustable_.initialBackoff = initial;
    info_.backoffPolicy_ = policy;
    info_.explicitBackoff_ = true;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setClipData(std::optional<ClipData> clip, std::int32_t grantFlags) {
    info_.clip_ = std::move(clip);
    info_.clipGrantFlags_ = grantFlags;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPersisted(bool persisted) {
    info_.persisted_ = persisted;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresBatteryNotLow(bool required) {
    info_.batteryNotLow_ = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresCharging(bool required) {
    info_.charging_ = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresStorageNotLow(bool required) {
    info_.storageNotLow_ = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresDeviceIdle(bool required) {
    info_.deviceIdle_ = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setMinimumLatency(Duration latency) {
    info_.minimumLatency_ = latency;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setOverrideDeadline(Duration deadline) {
    info_.overrideDeadline_ = deadline;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPeriodic(Duration interval) { return setPeriodic(interval, interval); }

JobInfo::Builder& JobInfo::Builder::setPeriodic(Duration interval, Duration flex) {
    info_.adjustable_.period = Period{std::max(interval, 0ms), std::max(flex, 0ms)};
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPrefetch(bool prefetch) {
    info_.prefetch_ = prefetch;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setImportantWhileForeground(bool) { return *this; }

JobInfo::Builder& JobInfo::Builder::addTriggerContentUri(TriggerContentUri uri) {
    info_.triggers_.push_back(std::move(uri));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTriggerContentUpdateDelay(Duration delay) {
    info_.adjustable_.triggerUpdateDelay = triggerDelay(delay);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTriggerContentMaxDelay(Duration delay) {
    info_.adjustable_.triggerMaxDelay = triggerDelay(delay);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::addDebugTag(std::string tag) {
    info_.debugTags_.insert(trimmed(tag));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::removeDebugTag(const std::string& tag) {
    info_.debugTags_.erase(trimmed(tag));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTraceTag(std::optional<std::string> tag) {
    info_.traceTag_ = tag ? std::optional(trimmed(*tag)) : std::nullopt;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTransientExtras(PersistableBundle extras) {
    info_.transientExtras_ = std::move(extras);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setExtras(PersistableBundle extras) {
    info_.extras_ = std::move(extras);
    return *this;
}

} // namespace stint
