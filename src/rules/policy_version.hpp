// The two versions of the quotas (limits.md §1.5): which of Android 15's exemptions hold, and its column of numbers.
// policy_version=android15 turns on all three of the legacy switches, which can also be set one by one.
#pragma once
#include "model/constants.hpp"

namespace stint {

/// Jobs are free while their app runs a foreground service.
bool serviceJobsFree(const Constants& constants);
/// A job that began while its app was on top is free for its whole run.
bool topStartedJobsFree(const Constants& constants);
/// A bucket whose allowance fills its window has no limit of time at all, not even over a day.
bool fullWindowIsUnlimited(const Constants& constants);

/// The number of `key` in the version that holds. Android 15's stands in for the default alone: a key that a policy
/// has moved from its default keeps the policy's number in both versions. Constants::none: no limit.
Duration inForce(const Constants& constants, Duration Constants::*key);

} // namespace stint
