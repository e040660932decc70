// What stands in for rows that were damaged, so that no limit is lost with them, and none is doubled.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "model/record.hpp"
#include "store/sqlite.hpp"

namespace stint {

/// Each app that is not among `withLedger` has lost what it had used of its limits. From nothing it would be given all
/// of them once more; so it counts as having used them all, which its quotas' windows bring back within a day
/// (limits.md §3.4, §4, §7.4). What people have chosen for it stands in its own row and stays. Written into `database`,
/// so that it is the same at the next load, and told in `notes` once.
Result<void> spendLostLedgers(Database& database, Snapshot& snapshot, const std::set<AppId>& withLedger,
                              std::vector<std::string>& notes);

/// Clocks that began anew would find apps used in the future, and so keep their buckets for as long (limits.md §2.3).
/// Where they were lost, they go on from the last use of any app.
void keepUsageTime(Snapshot& snapshot);

} // namespace stint
