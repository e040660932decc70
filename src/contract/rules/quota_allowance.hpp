// The allowances: what each bucket may spend on jobs, and what earns an app more, by the tables of limits.md §3.2,
// §3.9 and §4 in the version of the limits that holds.
// The two versions (limits.md §1.5): which of Android 15's exemptions hold, and its column of numbers.
// policy_version=android15 turns on all three of the legacy switches, which can also be set one by one: the two about
// apps for every app by the policy, or for one by its manifest.
#pragma once
#include <cstdint>
#include <optional>

#include "contract/model/app.hpp"
#include "contract/model/bucket.hpp"
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

constexpr Duration noLimit = Duration::max(); ///< no limit, where times are compared
constexpr Duration dayWindow = 24h;           ///< the window of quota.max_execution_24h

/// The allowance for the regular jobs of one app.
struct Allowance {
    std::optional<Duration> allowed; ///< run time in the window; nullopt: no limit
    Duration window{0};
    std::optional<Duration> dayCap; ///< run time in any 24 h; nullopt: no limit
    std::int64_t maxJobs = 0;       ///< jobs and sessions in the window
    std::int64_t maxSessions = 0;

    bool operator==(const Allowance&) const = default;
};

/// The allowance by limits.md §3.2 and §3.9. The never bucket is allowed nothing.
Allowance regularAllowance(Bucket bucket, const App& app, const Constants& constants);

/// The run time of expedited jobs in ej.window (limits.md §4); nullopt: no limit. 0 for the never bucket.
std::optional<Duration> expeditedLimit(Bucket bucket, const App& app, const Constants& constants);

/// The reward for a stretch of time on top (limits.md §4): for each chunk that was begun, the last one if it lasted 1
/// s.
Duration topReward(Duration onTop, const Constants& constants);
/// The reward for an interaction, a chooser action or an interruptive notification (limits.md §4).
Duration interactionReward(const Constants& constants);

} // namespace stint
