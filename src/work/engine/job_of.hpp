// The job that backs a request at the scheduler (jobs.md §10, §1.5), and the request behind a job.
#pragma once
#include <optional>
#include <string>

#include "stint/job_info.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

/// The namespace of the library's own jobs among the app's.
inline constexpr const char* jobNamespace = "stint.work";

/// `request` has a job's id. A retry of expedited or user-initiated work waits, so its job is a regular one.
Result<JobInfo> jobOf(const Request& request, const std::string& service, WallTime now);
/// The request that jobOf() put into the extras; nullopt for a job that is not ours.
std::optional<UUID> requestOf(const PersistableBundle& extras);

} // namespace stint::work
