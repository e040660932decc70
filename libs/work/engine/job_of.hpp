// The job that backs a request at the scheduler (jobs.md §10, §1.5), and the request behind a job; and the time of a
// request's next run (jobs.md §6.2, §6.5). Pure: the wall clock, because the result outlives a boot.
#pragma once
#include <optional>
#include <string>

#include "stint/job_info.hpp"
#include "stint/units.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

/// The wait after run number `attempts` (1 is the first) answered retry().
Duration backoff(const Spec& spec, std::int32_t attempts);

/// The wait of a request for its coming run by its terms, from when that wait began.
Duration waitOf(const Request& request);
/// A new wait for the coming run begins at `since`.
void waitFrom(Request& request, WallTime since);
/// Sets the time of the coming run anew: from the terms, when the wait began, and what the app has set in place.
void reckonWait(Request& request);

/// The delay for the scheduler: never longer than the request could have asked, whatever the clock shows.
Duration latency(const Request& request, WallTime now);

/// The key of the request's id in a job's extras.
inline constexpr const char* requestKey = "stint.work.request";

/// The namespace of the library's own jobs among the app's.
inline constexpr const char* jobNamespace = "stint.work";

/// `request` has a job's id. A retry of expedited or user-initiated work waits, so its job is a regular one.
Result<JobInfo> jobOf(const Request& request, const std::string& service, WallTime now);
/// The request that jobOf() put into the extras; nullopt for a job that is not ours.
std::optional<UUID> requestOf(const PersistableBundle& extras);

} // namespace stint::work
