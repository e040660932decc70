// The words of JobInfo. Its setters note, its getters raise what is too small; what may not be combined is
// rules/validation's question, and so is Builder::build(), which asks it.
#include "stint/job_info.hpp"

#include <algorithm>
#include <array>
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
    if (!said_.network) return NETWORK_TYPE_NONE;
    const auto& capabilities = said_.network->getCapabilities();
    if (capabilities.contains(NET_CAPABILITY_NOT_METERED)) return NETWORK_TYPE_UNMETERED;
    if (capabilities.contains(NET_CAPABILITY_NOT_ROAMING)) return NETWORK_TYPE_NOT_ROAMING;
    if (said_.network->getTransportTypes().contains(TRANSPORT_CELLULAR)) return NETWORK_TYPE_CELLULAR;
    return NETWORK_TYPE_ANY;
}

bool JobInfo::operator==(const JobInfo& other) const {
    // jobs.md §2.5: jobs with clip data are never equal.
    if (clip_ || other.clip_) return false;
    return said_ == other.said_ && adjusted() == other.adjusted();
}

JobInfo::Builder::Builder(JobId id, ComponentName service) {
    info_.said_.id = id;
    info_.said_.service = std::move(service);
}

JobInfo::Builder::Builder(const JobInfo& from) : info_(from) { info_.asDocumented_ = true; }

void JobInfo::Builder::misused(Error error) {
    if (!misuse_) misuse_ = std::move(error);
}

// jobs.md §1.1: turning user-initiated or expedited on raises the priority if it is still DEFAULT (only its value is
// looked at, §1.2 note a); turning it off puts it back to DEFAULT if it was MAX.
void JobInfo::Builder::turn(bool JobInfo::Said::*flag, bool on) {
    if (on && info_.said_.priority == PRIORITY_DEFAULT) info_.said_.priority = PRIORITY_MAX;
    if (!on && info_.said_.*flag && info_.said_.priority == PRIORITY_MAX) info_.said_.priority = PRIORITY_DEFAULT;
    info_.said_.*flag = on;
}

JobInfo::Builder& JobInfo::Builder::setUserInitiated(bool userInitiated) {
    turn(&JobInfo::Said::userInitiated, userInitiated);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setExpedited(bool expedited) {
    turn(&JobInfo::Said::expedited, expedited);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPriority(std::int32_t priority) {
    constexpr std::array known{PRIORITY_MIN, PRIORITY_LOW, PRIORITY_DEFAULT, PRIORITY_HIGH, PRIORITY_MAX};
    if (std::find(known.begin(), known.end(), priority) == known.end())
        misused(fail(Errc::ILLEGAL_ARGUMENT,
                     "V9: {} is no priority; use MIN 100, LOW 200, DEFAULT 300, HIGH 400 or MAX 500", priority));
    info_.said_.priority = priority;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiredNetwork(std::optional<NetworkRequest> request) {
    info_.said_.network = std::move(request);
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
        misused(fail(Errc::ILLEGAL_ARGUMENT,
                     "setRequiredNetworkType: {} is no network type; use NONE 0, ANY 1, UNMETERED 2, NOT_ROAMING 3 or "
                     "CELLULAR 4",
                     networkType));
        return *this;
    }
    return setRequiredNetwork(request.build());
}

JobInfo::Builder& JobInfo::Builder::setEstimatedNetworkBytes(Bytes download, Bytes upload) {
    info_.said_.estimatedDown = download;
    info_.said_.estimatedUp = upload;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setMinimumNetworkChunkBytes(Bytes chunk) {
    // jobs.md §1.1: 0 and other negatives are an error at once.
    if (chunk != NETWORK_BYTES_UNKNOWN && chunk <= 0)
        misused(fail(Errc::ILLEGAL_ARGUMENT,
                     "V4: a minimum network chunk of {} bytes; use a number above 0, or -1 where it is unknown",
                     chunk));
    info_.said_.minimumChunk = chunk;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setBackoffCriteria(Duration initial, std::int32_t policy) {
    if (policy != BACKOFF_POLICY_LINEAR && policy != BACKOFF_POLICY_EXPONENTIAL)
        misused(
            fail(Errc::ILLEGAL_ARGUMENT, "setBackoffCriteria: {} is no policy; use LINEAR 0 or EXPONENTIAL 1", policy));
    info_.adjustable_.initialBackoff = initial;
    info_.said_.backoffPolicy = policy;
    info_.said_.explicitBackoff = true;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setClipData(std::optional<ClipData> clip, std::int32_t grantFlags) {
    info_.clip_ = std::move(clip);
    info_.said_.clipGrantFlags = grantFlags;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPersisted(bool persisted) {
    info_.said_.persisted = persisted;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresBatteryNotLow(bool required) {
    info_.said_.batteryNotLow = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresCharging(bool required) {
    info_.said_.charging = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresStorageNotLow(bool required) {
    info_.said_.storageNotLow = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setRequiresDeviceIdle(bool required) {
    info_.said_.deviceIdle = required;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setMinimumLatency(Duration latency) {
    info_.said_.minimumLatency = latency;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setOverrideDeadline(Duration deadline) {
    info_.said_.overrideDeadline = deadline;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPeriodic(Duration interval) { return setPeriodic(interval, interval); }

JobInfo::Builder& JobInfo::Builder::setPeriodic(Duration interval, Duration flex) {
    info_.adjustable_.period = Period{std::max(interval, 0ms), std::max(flex, 0ms)};
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setPrefetch(bool prefetch) {
    info_.said_.prefetch = prefetch;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setImportantWhileForeground(bool) { return *this; }

JobInfo::Builder& JobInfo::Builder::addTriggerContentUri(TriggerContentUri uri) {
    info_.said_.triggers.push_back(std::move(uri));
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
    info_.said_.debugTags.insert(trimmed(tag));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::removeDebugTag(const std::string& tag) {
    info_.said_.debugTags.erase(trimmed(tag));
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTraceTag(std::optional<std::string> tag) {
    info_.said_.traceTag = tag ? std::optional(trimmed(*tag)) : std::nullopt;
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setTransientExtras(PersistableBundle extras) {
    info_.said_.transientExtras = std::move(extras);
    return *this;
}

JobInfo::Builder& JobInfo::Builder::setExtras(PersistableBundle extras) {
    info_.said_.extras = std::move(extras);
    return *this;
}

} // namespace stint
