// An app's use of its limits, as JSON: both quotas' ledgers (limits.md §3.4, §4), its deliveries of alarms (§7.4) and
// of messages (§8.5), what the safeguards hold against it (jobs.md §6.7), and when it left the user's sight (§9). An
// absent key means that nothing was used, so `{}` is an app that has used nothing.
// A damaged ledger is replaced so that no limit is lost with it, and none is doubled.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/app.hpp"
#include "contract/model/record.hpp"
#include "stint/result.hpp"

namespace stint {

/// One line, the same bytes for the same memory; each list has its newest mostEntries (contract/json/values.hpp).
std::string ledgersText(const AppMemory& memory);

/// Fills that part of `memory`. Nothing in the text is trusted: an unknown key, a value out of range, or a list out of
/// order is IllegalArgument with its name, and `memory` does not change.
Result<void> readLedgers(std::string_view text, AppMemory& memory);

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
