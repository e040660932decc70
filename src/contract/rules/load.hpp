// The load of an app: the share of recent time that it spends running jobs, which lowers its bias (jobs.md §3.5).
#pragma once
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// Notes that a run of the app begins, or ends, at `now`.
void noteRunBegins(App& app, Instant now, const Constants& constants);
void noteRunEnds(App& app, Instant now, const Constants& constants);

/// The percentage of the present period and of the one before it in which at least one of the app's jobs ran. Counted
/// in two steps, like the platform does, rather than by a sliding window: nothing need be kept of single runs.
std::int64_t loadPercent(const App& app, Instant now, const Constants& constants);

} // namespace stint
