// A job's own clocks (jobs.md §3.1), each in elapsed and in wall time: the elapsed time rules in this boot, the wall
// time after another (§7.2, §7.3). And the windows of a periodic job (jobs.md §6.5).
#pragma once
#include <optional>

#include "base/time/time.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"

namespace stint {

struct PeriodWindow {
    Instant earliest;
    Instant latest;
};

/// The first window of a job that is scheduled at `now`.
PeriodWindow firstWindow(const JobInfo::Period& period, Instant now, const Constants& constants);

/// The window after a run that ended at `now` and belonged to the window that ends at `latest`.
PeriodWindow nextWindow(const JobInfo::Period& period, Instant latest, Instant now, const Constants& constants);

/// The stored window, brought near again if it ends too far in the future (jobs.md §7.2).
PeriodWindow clampedWindow(const JobInfo::Period& period, Instant latest, Instant now);

void setNotBefore(Job& job, std::optional<Instant> when, Now now);
void setDeadline(Job& job, std::optional<Instant> when, Now now);
void setWindow(Job& job, const PeriodWindow& window, Now now);

/// Sets the clocks of a job that schedule() takes in at `now`: from its latency, its deadline or its period.
void setClocks(Job& job, Now now, const Constants& constants);

/// A persisted job of a former boot, without failures and stops, its clocks by the wall (jobs.md §7.2); `died`: when
/// that boot was last known to be running. Used once more within a boot, for a job that awaited the right clock, once
/// that was set (§7.3). Its wall times stay as they are.
Job afterBoot(Job job, Instant died, Now now, const Constants& constants);

/// Writes the wall times anew from the elapsed ones, if the wall clock was set since they were written (jobs.md §7.3).
/// True if it was.
bool rebase(Job& job, Now now);

} // namespace stint
