#include "stint/work/constraints.hpp"

#include <algorithm>

#include "base/result/parts.hpp"

namespace stint::work {

struct Constraints::Parts {
    NetworkType network = NetworkType::NOT_REQUIRED;
    std::optional<NetworkRequest> request;
    bool charging = false;
    bool idle = false;
    bool batteryNotLow = false;
    bool storageNotLow = false;
    std::vector<ContentUriTrigger> triggers;
    std::optional<Duration> updateDelay;
    std::optional<Duration> maxDelay;

    bool operator==(const Parts&) const = default;
};

NetworkType Constraints::getRequiredNetworkType() const { return partsOf(parts_).network; }
const std::optional<NetworkRequest>& Constraints::getRequiredNetworkRequest() const { return partsOf(parts_).request; }
bool Constraints::requiresCharging() const { return partsOf(parts_).charging; }
bool Constraints::requiresDeviceIdle() const { return partsOf(parts_).idle; }
bool Constraints::requiresBatteryNotLow() const { return partsOf(parts_).batteryNotLow; }
bool Constraints::requiresStorageNotLow() const { return partsOf(parts_).storageNotLow; }
const std::vector<Constraints::ContentUriTrigger>& Constraints::getContentUriTriggers() const {
    return partsOf(parts_).triggers;
}
const std::optional<Duration>& Constraints::getContentTriggerUpdateDelay() const { return partsOf(parts_).updateDelay; }
const std::optional<Duration>& Constraints::getContentTriggerMaxDelay() const { return partsOf(parts_).maxDelay; }

bool Constraints::operator==(const Constraints& other) const { return partsOf(parts_) == partsOf(other.parts_); }

using ConstraintsBuilder = Constraints::Builder;

ConstraintsBuilder& ConstraintsBuilder::setRequiredNetworkType(NetworkType type) {
    auto& parts = ownParts(constraints_.parts_);
    parts.network = type;
    parts.request.reset();
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiredNetworkRequest(NetworkRequest request) {
    ownParts(constraints_.parts_).request = std::move(request);
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresCharging(bool required) {
    ownParts(constraints_.parts_).charging = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresDeviceIdle(bool required) {
    ownParts(constraints_.parts_).idle = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresBatteryNotLow(bool required) {
    ownParts(constraints_.parts_).batteryNotLow = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresStorageNotLow(bool required) {
    ownParts(constraints_.parts_).storageNotLow = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::addContentUriTrigger(std::string path, bool triggerForDescendants) {
    const std::int32_t flags = triggerForDescendants ? ContentUriTrigger::FLAG_NOTIFY_FOR_DESCENDANTS : 0;
    ownParts(constraints_.parts_).triggers.push_back({std::move(path), flags});
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setTriggerContentUpdateDelay(Duration delay) {
    ownParts(constraints_.parts_).updateDelay = std::max(delay, JobInfo::MIN_TRIGGER_UPDATE_DELAY);
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setTriggerContentMaxDelay(Duration delay) {
    ownParts(constraints_.parts_).maxDelay = std::max(delay, JobInfo::MIN_TRIGGER_MAX_DELAY);
    return *this;
}

} // namespace stint::work
