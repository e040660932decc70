// Jobs as the rows of a table.
#pragma once
#include <vector>

#include "contract/model/view.hpp"
#include "faces/screen/table.hpp"

namespace stint::cli {

/// What runs, and what waits and why.
Table trackedJobs(const std::vector<JobView>& jobs, WallTime now);
/// What has ended, and how.
Table endedJobs(const std::vector<JobView>& jobs, WallTime now);

} // namespace stint::cli
