// The log of past runs (jobs.md §9.4), read when somebody asks.
#pragma once
#include <cstddef>
#include <map>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// The runs of all jobs that had that key, oldest first: the newest `most`. A damaged row is left out.
Result<std::vector<PastRun>> pastRunsOf(Database& database, const JobKey& key, std::size_t most);

/// The highest job id of each app that the log knows, in the root namespace.
Result<std::map<AppId, std::int32_t>> highestLoggedIds(Database& database);

} // namespace stint
