// Apps' memories, alarms, messages and the clocks of use, from their rows into a Snapshot (limits.md §2.2, §3.4, §7).
// Their values are checked: they are what limits are reckoned with.
#pragma once
#include <set>

#include "model/record.hpp"
#include "store/stored_row.hpp"

namespace stint {

// Each adds one row of its table (columns.hpp) whose seal holds; an error names the value that cannot be right.

Result<void> addApp(StoredRow row, Snapshot& snapshot);
/// To its app, which was read before, and notes in `withLedger` that it has one; `snapshot.apps` is sorted. An app
/// whose own row was damaged is there again with it: without its user's choices, but with its limits.
Result<void> addLedger(StoredRow row, Snapshot& snapshot, std::set<AppId>& withLedger);
Result<void> addUsageTime(StoredRow row, Snapshot& snapshot);
Result<void> addAlarm(StoredRow row, Snapshot& snapshot);
Result<void> addMessage(StoredRow row, Snapshot& snapshot);

// Here, not in SQL: an index that was damaged could leave rows out.

void sortApps(Snapshot& snapshot);
void sortAlarms(Snapshot& snapshot);
void sortMessages(Snapshot& snapshot);

} // namespace stint
