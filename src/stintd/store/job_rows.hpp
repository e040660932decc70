// Jobs, their work and their history, from their rows into a Snapshot (jobs.md §7.1, §7.2).
#pragma once
#include "contract/model/record.hpp"
#include "stintd/store/stored_row.hpp"

namespace stint {

// Each function adds one row of its table (ChecksummedTable) whose checksum matches; an error says why the row cannot
// be understood.

Result<void> addJob(StoredRow row, Snapshot& snapshot);
/// Adds work to its job, which was read before; `snapshot.jobs` must be sorted.
Result<void> addWork(StoredRow row, Snapshot& snapshot);
/// Adds the changes of content that were written in `boot`; those of other boots are left out.
Result<void> addContent(StoredRow row, Snapshot& snapshot, const BootId& boot);
Result<void> addCompleted(StoredRow row, Snapshot& snapshot);

// Sorting is done here, not in SQL: a damaged index could leave rows out.

void sortJobs(Snapshot& snapshot);
/// Puts each job's oldest work first, and continues the numbering from the newest.
void sortWork(Snapshot& snapshot);
void sortCompleted(Snapshot& snapshot);

} // namespace stint
