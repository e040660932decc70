// A job's own clocks (jobs.md §3.1), on both times: the elapsed one rules in this boot, the wall's after another (§7.2,
// §7.3).
#pragma once
#include <optional>

#include "base/time/time.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "contract/rules/periodic.hpp"

namespace stint {

void setNotBefore(Job& job, std::optional<Instant> when, Now now);
void setDeadline(Job& job, std::optional<Instant> when, Now now);
void setWindow(Job& job, const PeriodWindow& window, Now now);

/// A job as schedule() takes it in at `now`: its clocks, from its latency, its deadline or its period.
void setClocks(Job& job, Now now, const Constants& constants);

/// A persisted job of a former boot, in which `died` is when that boot was last known to go on: no failures, no stops,
/// its clocks by the wall (jobs.md §7.2). The same again, of this boot, for one that awaited the right clock once that
/// was set (§7.3). Its wall times stay as they are.
Job afterBoot(Job job, Instant died, Now now, const Constants& constants);

/// The wall times anew, by the elapsed ones, where the wall clock was set since they were written (jobs.md §7.3);
/// whether it was.
bool rebase(Job& job, Now now);

} // namespace stint
