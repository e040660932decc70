// The allowances: what each bucket may spend on jobs, and what earns an app more, by the tables of limits.md §3.2, §3.9
// and §4 in the version of the limits that holds (§1.5).
#pragma once
#include <cstdint>
#include <optional>

#include "contract/model/app.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/constants.hpp"

namespace stint {

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
