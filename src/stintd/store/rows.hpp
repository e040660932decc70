// Reads everything that is stored. A row that is damaged or not understood goes into the table `broken`, and the rest
// is kept (jobs.md §7.1). Rows of the store, from their columns into a Snapshot: jobs, their work and their history
// (jobs.md §7.1, §7.2); apps' memories, ledgers, alarms, messages and usage clocks (limits.md §2.2, §3.4, §7). Values
// that limits are computed from are checked.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/record.hpp"
#include "stint/units.hpp"

namespace stint {

/// Runs inside a transaction. Moves broken rows, and reports in `notes` which and why; writes nothing else. The
/// generation is one more than that of the last commit.
Result<Snapshot> readSnapshot(Database& database, const BootId& boot, std::vector<std::string>& notes);

/// Reads the columns of a row of readSql(), one after the other.
class StoredRow {
public:
    explicit StoredRow(const Statement& statement) : statement_(statement) {}

    std::string text() { return std::string{statement_.text(at_++)}; }
    std::int64_t integer() { return statement_.integer(at_++); }
    std::int32_t small() { return static_cast<std::int32_t>(integer()); }
    bool flag() { return integer() != 0; }
    template <class Time> Time time() { return Time{Duration{integer()}}; }
    template <class Time> std::optional<Time> optionalTime() {
        const auto count = statement_.optionalInteger(at_++);
        if (!count) return std::nullopt;
        return Time{Duration{*count}};
    }

private:
    const Statement& statement_;
    int at_ = 1; // after the rowid
};

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

// Each function adds one row of its table (ChecksummedTable) whose checksum matches; an error names the value that is
// wrong.

Result<void> addApp(StoredRow row, Snapshot& snapshot);
/// Adds a ledger to its app, which was read before, and notes in `withLedger` that the app has one; `snapshot.apps`
/// must be sorted. An app whose own row was damaged is added again: without its user's choices, but with its limits.
Result<void> addLedger(StoredRow row, Snapshot& snapshot, std::set<AppId>& withLedger);
Result<void> addUsageTime(StoredRow row, Snapshot& snapshot);
Result<void> addAlarm(StoredRow row, Snapshot& snapshot);
Result<void> addMessage(StoredRow row, Snapshot& snapshot);
Result<void> addRegistration(StoredRow row, Snapshot& snapshot);
Result<void> addLinePlace(StoredRow row, Snapshot& snapshot);
Result<void> addSeenMessage(StoredRow row, Snapshot& snapshot);

// Sorting is done here, not in SQL: a damaged index could leave rows out.

void sortApps(Snapshot& snapshot);
void sortAlarms(Snapshot& snapshot);
void sortMessages(Snapshot& snapshot);
void sortRegistrations(Snapshot& snapshot);

} // namespace stint
