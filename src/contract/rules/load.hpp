// How much of recent time an app spends running jobs: what lowers its bias (jobs.md §3.5).
#pragma once
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// A run of the app begins, or ends, at `now`.
void noteRunBegins(App& app, Instant now, const Constants& constants);
void noteRunEnds(App& app, Instant now, const Constants& constants);

/// The percentage of the present period and of the one before it in which at least one of the app's jobs ran. As the
/// platform counts it, in two steps rather than by a window that slides: nothing need be kept of single runs.
std::int64_t loadPercent(const App& app, Instant now, const Constants& constants);

} // namespace stint
