// Reads everything that was written down. A row that cannot be believed or understood goes into the table `broken`,
// and the rest is kept (jobs.md §7.1).
#pragma once
#include <string>
#include <vector>

#include "model/record.hpp"
#include "store/sqlite.hpp"

namespace stint {

/// Inside a transaction: moves the broken rows, and says in `notes` which and why. Else it writes nothing. The
/// generation is one more than that of the last commit.
Result<Snapshot> readSnapshot(Database& database, const BootId& boot, std::vector<std::string>& notes);

} // namespace stint
