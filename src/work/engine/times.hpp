// The time of a request's next run (jobs.md §10, §6.2, §6.5). Pure: the wall clock, because the result outlives a
// boot.
#pragma once
#include "stint/units.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

/// The wait after run number `attempts` (1 is the first) answered retry().
Duration backoff(const Spec& spec, std::int32_t attempts);

/// The end of a periodic request's first window.
WallTime firstWindowEnd(const Spec& spec, WallTime enqueuedAt);
/// The start of the window that ends then.
WallTime windowStart(const Spec& spec, WallTime windowEnd);

struct Window {
    WallTime start;
    WallTime end;
};
/// The window after a run in the window that ends at `windowEnd`; the run was over at `now`: on the same grid
/// (jobs.md §6.5).
Window nextWindow(const Spec& spec, WallTime windowEnd, WallTime now);

/// The delay for the scheduler: never longer than the request could have asked, whatever the clock shows.
Duration latency(const Request& request, WallTime now);

} // namespace stint::work
