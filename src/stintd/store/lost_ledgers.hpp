// Replacements for damaged ledgers: no limit is lost with a row, and none is doubled.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// Each app that is not in `withLedger` has lost its ledger. An empty one would give it all its quotas again, so it
/// counts as having used all of them up; the quotas' windows bring them back within a day (limits.md §3.4, §4, §7.4).
/// The user's choices for the app are in its own row and stay. The new ledgers are written into `database`, so that the
/// next load sees the same, and one note is added to `notes`.
Result<void> spendLostLedgers(Database& database, Snapshot& snapshot, const std::set<AppId>& withLedger,
                              std::vector<std::string>& notes);

/// Continues lost usage clocks from the last use of any app. Clocks that started at 0 again would see apps as used in
/// the future, and the apps would keep their buckets for as long (limits.md §2.3).
void keepUsageTime(Snapshot& snapshot);

} // namespace stint
