// What replaces the damaged rows of ledgers, so that no limit is lost with them, and none is doubled.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// Each app that is not in `withLedger` has lost its usage. An empty ledger would give it all its quotas again, so it
/// counts as having used all of them up; the quotas' windows bring them back within a day (limits.md §3.4, §4, §7.4).
/// The user's choices for it are in its own row and stay. Writes this into `database`, so that the next load sees the
/// same, and adds one note to `notes`.
Result<void> spendLostLedgers(Database& database, Snapshot& snapshot, const std::set<AppId>& withLedger,
                              std::vector<std::string>& notes);

/// Usage clocks that started at 0 again would see apps as used in the future, and keep their buckets as long
/// (limits.md §2.3). If the clocks were lost, they continue from the last use of any app.
void keepUsageTime(Snapshot& snapshot);

} // namespace stint
