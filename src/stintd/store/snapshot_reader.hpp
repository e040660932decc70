// Reads everything that is stored. A row that is damaged or not understood goes into the table `broken`, and the rest
// is kept (jobs.md §7.1).
#pragma once
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// Runs inside a transaction. Moves broken rows, and reports in `notes` which and why; writes nothing else. The
/// generation is one more than that of the last commit.
Result<Snapshot> readSnapshot(Database& database, const BootId& boot, std::vector<std::string>& notes);

} // namespace stint
