// The two versions of the quotas (limits.md §1.5): which of Android 15's exemptions hold, and its column of numbers.
// policy_version=android15 turns on all three of the legacy switches, which can also be set one by one: the two about
// apps for every app by the policy, or for one by its manifest.
#pragma once
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// True if the app's jobs are free while it runs a foreground service.
bool serviceJobsFree(const App& app, const Constants& constants);
/// True if a job of the app that began while it was on top is free for its whole run.
bool topStartedJobsFree(const App& app, const Constants& constants);
/// True if a bucket whose allowance fills its window has no limit of time at all, not even over a day.
bool fullWindowIsUnlimited(const Constants& constants);

/// The number of `key` in the version that holds. Android 15's stands in for the default alone: a key that a policy has
/// moved from its default keeps the policy's number in both versions. Constants::none: no limit.
Duration inForce(const Constants& constants, Duration Constants::*key);

} // namespace stint
