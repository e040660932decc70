// The windows of a periodic job (jobs.md §6.5).
#pragma once
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

} // namespace stint
