// The job that backs a request at the scheduler (jobs.md §10, §1.5), and whose job one is.
#pragma once
#include <optional>
#include <string>

#include "stint/job_info.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

/// The namespace of the app's jobs that are the library's own.
inline constexpr const char* jobNamespace = "stint.work";

/// Of a request that has a job's id. A retry of expedited or user-initiated work waits, so its job is a regular one.
Result<JobInfo> jobOf(const Request& request, const std::string& service, WallTime now);
/// By what jobOf() has put into its extras; nullopt for a job that is not ours.
std::optional<UUID> requestOf(const PersistableBundle& extras);

} // namespace stint::work
