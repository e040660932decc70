// Apps' memories, alarms, messages and usage clocks, from their rows into a Snapshot (limits.md §2.2, §3.4, §7). The
// values are checked, because limits are computed from them.
#pragma once
#include <set>

#include "contract/model/record.hpp"
#include "stintd/store/stored_row.hpp"

namespace stint {

// Each function adds one row of its table (ChecksummedTable) whose checksum matches; an error names the value that is
// wrong.

Result<void> addApp(StoredRow row, Snapshot& snapshot);
/// Adds a ledger to its app, which was read before, and notes in `withLedger` that the app has one; `snapshot.apps`
/// must be sorted. An app whose own row was damaged is added again: without its user's choices, but with its limits.
Result<void> addLedger(StoredRow row, Snapshot& snapshot, std::set<AppId>& withLedger);
Result<void> addUsageTime(StoredRow row, Snapshot& snapshot);
Result<void> addAlarm(StoredRow row, Snapshot& snapshot);
Result<void> addMessage(StoredRow row, Snapshot& snapshot);

// Sorting is done here, not in SQL: a damaged index could leave rows out.

void sortApps(Snapshot& snapshot);
void sortAlarms(Snapshot& snapshot);
void sortMessages(Snapshot& snapshot);

} // namespace stint
