// The getters of a job, which raise values that are too small.
#include "stint/job_info.hpp"

#include <algorithm>
#include <unistd.h>

#include "base/result/parts.hpp"
#include "contract/model/job_info_parts.hpp"

namespace stint {

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

JobInfo JobInfoAccess::of(JobInfo::Parts parts) {
    JobInfo info;
    info.parts_ = std::make_shared<const JobInfo::Parts>(std::move(parts));
    return info;
}

const JobInfo::Adjustable& JobInfoAccess::asked(const JobInfo& info) { return partsOf(info.parts_).adjustable; }

JobInfo JobInfoAccess::adjusted(JobInfo info, const Constants& constants) {
    const JobInfo::Parts& parts = partsOf(info.parts_);
    const JobInfo::Adjustable values = raised(parts.adjustable, constants);
    // Values seldom have to be raised, and a job is large to copy.
    if (values == parts.adjustable && values == parts.adjusted()) return info;
    JobInfo::Parts changed = parts;
    changed.adjustable = values;
    changed.asDocumented = false;
    return of(std::move(changed));
}

JobInfo::Adjustable JobInfo::Parts::adjusted() const {
    return asDocumented ? JobInfoAccess::raised(adjustable, documentation) : adjustable;
}

ClipFile::~ClipFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

JobId JobInfo::getId() const { return partsOf(parts_).said.id; }
const ComponentName& JobInfo::getService() const { return partsOf(parts_).said.service; }
bool JobInfo::isUserInitiated() const { return partsOf(parts_).said.userInitiated; }
bool JobInfo::isExpedited() const { return partsOf(parts_).said.expedited; }
std::int32_t JobInfo::getPriority() const { return partsOf(parts_).said.priority; }
const std::optional<NetworkRequest>& JobInfo::getRequiredNetwork() const { return partsOf(parts_).said.network; }
Bytes JobInfo::getEstimatedNetworkDownloadBytes() const { return partsOf(parts_).said.estimatedDown; }
Bytes JobInfo::getEstimatedNetworkUploadBytes() const { return partsOf(parts_).said.estimatedUp; }
Bytes JobInfo::getMinimumNetworkChunkBytes() const { return partsOf(parts_).said.minimumChunk; }
std::int32_t JobInfo::getBackoffPolicy() const { return partsOf(parts_).said.backoffPolicy; }
bool JobInfo::hasExplicitBackoff() const { return partsOf(parts_).said.explicitBackoff; }
std::int32_t JobInfo::getClipGrantFlags() const { return partsOf(parts_).said.clipGrantFlags; }
bool JobInfo::isPersisted() const { return partsOf(parts_).said.persisted; }
bool JobInfo::isRequireBatteryNotLow() const { return partsOf(parts_).said.batteryNotLow; }
bool JobInfo::isRequireCharging() const { return partsOf(parts_).said.charging; }
bool JobInfo::isRequireStorageNotLow() const { return partsOf(parts_).said.storageNotLow; }
bool JobInfo::isRequireDeviceIdle() const { return partsOf(parts_).said.deviceIdle; }
const std::optional<Duration>& JobInfo::getMinimumLatency() const { return partsOf(parts_).said.minimumLatency; }
const std::optional<Duration>& JobInfo::getOverrideDeadline() const { return partsOf(parts_).said.overrideDeadline; }
bool JobInfo::isPrefetch() const { return partsOf(parts_).said.prefetch; }
const std::vector<JobInfo::TriggerContentUri>& JobInfo::getTriggerContentUris() const {
    return partsOf(parts_).said.triggers;
}
const PersistableBundle& JobInfo::getExtras() const { return partsOf(parts_).said.extras; }
const PersistableBundle& JobInfo::getTransientExtras() const { return partsOf(parts_).said.transientExtras; }
const std::set<std::string>& JobInfo::getDebugTags() const { return partsOf(parts_).said.debugTags; }
const std::optional<std::string>& JobInfo::getTraceTag() const { return partsOf(parts_).said.traceTag; }
const std::optional<ClipData>& JobInfo::getClipData() const { return partsOf(parts_).clip; }
bool JobInfo::isPeriodic() const { return partsOf(parts_).adjustable.period.has_value(); }
Duration JobInfo::getInitialBackoff() const { return partsOf(parts_).adjusted().initialBackoff; }
std::optional<JobInfo::Period> JobInfo::getPeriod() const { return partsOf(parts_).adjusted().period; }
std::optional<Duration> JobInfo::getTriggerContentUpdateDelay() const {
    return partsOf(parts_).adjusted().triggerUpdateDelay;
}
std::optional<Duration> JobInfo::getTriggerContentMaxDelay() const {
    return partsOf(parts_).adjusted().triggerMaxDelay;
}

JobInfo JobInfo::withId(JobId id) const {
    JobInfo renamed = *this;
    ownParts(renamed.parts_).said.id = id;
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
    const Parts& ours = partsOf(parts_);
    const Parts& theirs = partsOf(other.parts_);
    if (ours.clip || theirs.clip) return false;
    return &ours == &theirs || (ours.said == theirs.said && ours.adjusted() == theirs.adjusted());
}

} // namespace stint
