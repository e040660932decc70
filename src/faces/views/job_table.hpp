// Jobs as the rows of a table.
#pragma once
#include <vector>

#include "contract/model/view.hpp"
#include "faces/screen/table.hpp"

namespace stint::cli {

/// The jobs that run, and those that wait, with the reason.
Table trackedJobs(const std::vector<JobView>& jobs, WallTime now);
/// The jobs that have ended, with their result.
Table endedJobs(const std::vector<JobView>& jobs, WallTime now);

} // namespace stint::cli
