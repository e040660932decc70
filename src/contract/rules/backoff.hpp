// The rest of a job before it is tried again (jobs.md §6.2).
#pragma once
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// The attempts that count: failures + floor(system stops / job.system_stop_to_failure_ratio).
std::int64_t attempts(std::int32_t failures, std::int32_t systemStops, const Constants& constants);

/// The delay from the end of the last run; 0: eligible at once. `aggressive`: exponential, whatever was asked (jobs.md
/// §6.4).
Duration backoffDelay(const JobInfo& info, std::int64_t attempts, bool aggressive, const Constants& constants);

} // namespace stint
