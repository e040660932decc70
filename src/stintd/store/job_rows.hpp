// Jobs, their work and their history, from their rows into a Snapshot (jobs.md §7.1, §7.2).
#pragma once
#include "contract/model/record.hpp"
#include "stintd/store/stored_row.hpp"

namespace stint {

// Each adds one row of its table (columns.hpp) whose checksum matches; an error says why the row cannot be understood.

Result<void> addJob(StoredRow row, Snapshot& snapshot);
/// Adds work to its job, which was read before; `snapshot.jobs` is sorted.
Result<void> addWork(StoredRow row, Snapshot& snapshot);
/// Of `boot` alone.
Result<void> addContent(StoredRow row, Snapshot& snapshot, const BootId& boot);
Result<void> addCompleted(StoredRow row, Snapshot& snapshot);

// Here, not in SQL: an index that was damaged could leave rows out.

void sortJobs(Snapshot& snapshot);
/// Oldest first; numbering continues from there.
void sortWork(Snapshot& snapshot);
void sortCompleted(Snapshot& snapshot);

} // namespace stint
