// Constraints: the conditions that must hold while a work request runs (jobs.md §10, §3.2). None by default.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stint/export.hpp"
#include "stint/job_info.hpp"
#include "stint/network.hpp"
#include "stint/units.hpp"
#include "stint/work/policies.hpp"

namespace stint::work {

/// Cheap to copy. May grow (decision 17).
class STINT_API Constraints {
public:
    class Builder;
    /// A path that is watched; a flag says whether changes beneath it count.
    using ContentUriTrigger = JobInfo::TriggerContentUri;

    NetworkType getRequiredNetworkType() const;
    /// nullopt: the network type alone counts.
    const std::optional<NetworkRequest>& getRequiredNetworkRequest() const;
    bool requiresCharging() const;
    bool requiresDeviceIdle() const;
    bool requiresBatteryNotLow() const;
    bool requiresStorageNotLow() const;
    const std::vector<ContentUriTrigger>& getContentUriTriggers() const;
    /// nullopt: the default of jobs.md §0.
    const std::optional<Duration>& getContentTriggerUpdateDelay() const;
    const std::optional<Duration>& getContentTriggerMaxDelay() const;

    bool operator==(const Constraints&) const;

private:
    struct Values;
    std::shared_ptr<const Values> values_;
};

class STINT_API Constraints::Builder {
public:
    Builder& setRequiredNetworkType(NetworkType type);
    /// Requires a network that satisfies `request`, in place of a type.
    Builder& setRequiredNetworkRequest(NetworkRequest request);
    Builder& setRequiresCharging(bool required);
    /// Runs the work only while nobody uses the device. Not with a back-off, and not for expedited work.
    Builder& setRequiresDeviceIdle(bool required);
    Builder& setRequiresBatteryNotLow(bool required);
    Builder& setRequiresStorageNotLow(bool required);
    /// Runs the work when `path` has changed, or with `triggerForDescendants` anything beneath it.
    Builder& addContentUriTrigger(std::string path, bool triggerForDescendants);
    /// Sets how long there must be no further change; less than 500 ms is raised to that.
    Builder& setTriggerContentUpdateDelay(Duration delay);
    /// Sets the longest wait after the first change; less than 1 s is raised to that.
    Builder& setTriggerContentMaxDelay(Duration delay);
    Constraints build() const { return constraints_; }

private:
    Constraints constraints_;
};

} // namespace stint::work
