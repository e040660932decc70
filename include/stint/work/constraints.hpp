// Constraints: what must hold while a work request runs (jobs.md §10, §3.2). None by default.
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
    /// A path that is watched, and whether what lies beneath it counts.
    using ContentUriTrigger = JobInfo::TriggerContentUri;

    NetworkType getRequiredNetworkType() const;
    /// nullopt: the type says it all.
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
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

class STINT_API Constraints::Builder {
public:
    Builder& setRequiredNetworkType(NetworkType type);
    /// A particular network, in place of a type.
    Builder& setRequiredNetworkRequest(NetworkRequest request);
    Builder& setRequiresCharging(bool required);
    /// Nobody uses the device. Not with a back-off, and not for expedited work.
    Builder& setRequiresDeviceIdle(bool required);
    Builder& setRequiresBatteryNotLow(bool required);
    Builder& setRequiresStorageNotLow(bool required);
    /// Runs when something of `path` has changed.
    Builder& addContentUriTrigger(std::string path, bool triggerForDescendants);
    /// How long nothing more must have changed; at least 500 ms, else raised to it.
    Builder& setTriggerContentUpdateDelay(Duration delay);
    /// How long after the first change at the latest; at least 1 s, else raised to it.
    Builder& setTriggerContentMaxDelay(Duration delay);
    Constraints build() const { return constraints_; }

private:
    Constraints constraints_;
};

} // namespace stint::work
