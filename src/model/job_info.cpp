// The words of JobInfo. Its setters note and normalise; what may not be combined is rules/validation's question, and
// so is Builder::build(), which asks it.
#include "stint/job_info.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <unistd.h>

#include "base/fail.hpp"

namespace stint {

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
                        i.minimumChunk_, i.initialBackoff_, i.backoffPolicy_, i.explicitBackoff_, i.clipGrantFlags_,
                        i.persisted_, i.batteryNotLow_, i.charging_, i.storageNotLow_);
    };
    return fields(*this) == fields(other) && extras_ == other.extras_;
}

JobInfo::Builder::Builder(JobId id, ComponentName service) {
    info_.id_ = id;
    info_.service_ = std::move(service);
}

JobInfo::Builder::Builder(const JobInfo& from) : info_(from) {}

void JobInfo::Builder::misused(Error error) {
    if (!misuse_) misuse_ = std::move(error);
}

JobInfo::Builder& JobInfo::Builder::setUserInitiated(bool userInitiated) {
    // jobs.md §1.1: turning it on raises the priority if it is still DEFAULT (only its value is looked at, §1.2 note
    // a); turning it off puts it back to DEFAULT if it was MAX.
    if (userInitiated && info_.priority_ == PRIORITY_DEFAULT) info_.priority_ = PRIORITY_MAX;
    if (!userInitiated && info_.userInitiated_ && info_.priority_ == PRIORITY_MAX) info_.priority_ = PRIORITY_DEFAULT;
    info_.userInitiated_ = userInitiated;
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
    info_.initialBackoff_ = std::max(initial, MIN_BACKOFF); // jobs.md §1.1: less than 10 s is raised to it
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

JobInfo::Builder& JobInfo::Builder::setExtras(PersistableBundle extras) {
    info_.extras_ = std::move(extras);
    return *this;
}

} // namespace stint
