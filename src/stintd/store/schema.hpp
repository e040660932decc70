// The schema of the store (schema.sql): its tables and their columns, the checksum in each row, and the way from each
// version to the next.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "base/sqlite/sqlite.hpp"

namespace stint {

/// Gives `database` the SQL function seal(value, …): 64 bits over the types and bytes of its values. A row keeps this
/// checksum, so a change on the disk is detected when the row is read. SQLite has no checksums of its own; its
/// integrity check sees a broken page, not a changed digit.
Result<void> addRowChecksum(Database& database);

/// The same checksum over one number.
std::int64_t rowChecksum(std::int64_t number);

/// A table's name and columns. The list of columns is written once, because writing, reading and salvaging share it.
struct ChecksummedTable {
    std::string_view name;
    std::string_view columns; ///< all but the checksum, in the checksum's order
    int keys = 0;             ///< the number of columns, from the first on, that are the key
};

inline constexpr ChecksummedTable jobsTable{
    "jobs",
    "app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops, not_before, not_before_wall, "
    "cumulative, demoted_by_user, demoted_by_system, running, label, deadline, deadline_wall, window_end, "
    "window_end_wall, abandoned, last_success, last_failure, barred, awaits_clock, began, last_run, held, terms, "
    "run_so_far",
    3};
inline constexpr ChecksummedTable workTable{
    "work", "app, space, job, item, extras, estimated_down, estimated_up, minimum_chunk, deliveries", 4};
inline constexpr ChecksummedTable contentTable{"content", "app, space, job, boot, first, ready, uris", 3};
inline constexpr ChecksummedTable appsTable{
    "apps",
    "app, boot, pinned, crashes, bad_until, services, channels, revoked, written, "
    "written_wall, seen, battery_use, data_saver_exempt, "
    "allowlisted_until, usage",
    1};
inline constexpr ChecksummedTable ledgersTable{"ledgers", "app, boot, written, written_wall, ledger", 1};
inline constexpr ChecksummedTable usageTimeTable{"usage_time", "one, boot, running, screen_on, at, screen_lit", 1};
inline constexpr ChecksummedTable alarmsTable{
    "alarms",
    "app, tag, boot, receiver, kind, wakeup, by_wall, persisted, requested, requested_wall, length, repeats_every, "
    "sequence, handed",
    2};
inline constexpr ChecksummedTable messagesTable{"messages",
                                                "id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, "
                                                "topic, registration, deleted, line_id, came",
                                                1};
inline constexpr ChecksummedTable registrationsTable{"registrations",
                                                     "name, app, receiver, very_low, low, normal, high, "
                                                     "connector, details, ended, endpoint, made, last, rotates, "
                                                     "successor, retires, revoked, unknown, own, "
                                                     "vapid, encrypted, untold",
                                                     1};
inline constexpr ChecksummedTable linePlaceTable{"line_place", "one, stream, epoch", 1};
inline constexpr ChecksummedTable seenMessagesTable{"seen_messages", "id, seen", 1};
inline constexpr ChecksummedTable deviceStateTable{"device_state", "one, boot, state", 1};
inline constexpr ChecksummedTable completedTable{
    "completed", "app, space, id, ended, stop_reason, internal_reason, exit_code, text, downloaded, uploaded, label, "
                 "scheduled, began, kind, url, path, info, terms, moved, moving_runs, first_began"};
/// The log of past runs. An app's history keeps fewer of them, and a job that waits only the last.
inline constexpr ChecksummedTable pastRunsTable{"past_runs", "app, nth, space, job, run", 2};
/// The log of messages (push.md §5).
inline constexpr ChecksummedTable pastMessagesTable{"past_messages", "app, nth, message", 2};
/// The device's history (jobs.md §9.5).
inline constexpr ChecksummedTable deviceChangesTable{"device_changes", "changed, name, value, left_out"};
inline constexpr ChecksummedTable overridesTable{"overrides", "name, value, boot", 1};
/// Rows of the overrides that say, for good, whether a network is metered: their boot is empty.
inline constexpr std::string_view markPrefix = "network.mark ", markIsForGood, markMetered = "metered",
                                  markUnmetered = "unmetered";
/// The row of the overrides that has the wall time of the last digest (jobs.md §5.6).
inline constexpr std::string_view digestName = "digest";

inline constexpr std::array checksummedTables{
    jobsTable,        workTable,     contentTable,      appsTable,          ledgersTable,   usageTimeTable,
    deviceStateTable, alarmsTable,   messagesTable,     registrationsTable, linePlaceTable, seenMessagesTable,
    completedTable,   pastRunsTable, pastMessagesTable, deviceChangesTable, overridesTable};

/// The SQL that writes a row of the values ?1, ?2, … with its checksum; a row of the same key is replaced.
std::string saveSql(const ChecksummedTable& table);

/// The SQL that reads all rows in the order in which they were first written: rowid, the columns, and 1 if the checksum
/// matches.
std::string readSql(const ChecksummedTable& table);

/// The text of schema.sql, built into the program.
extern const std::string_view schemaText;

/// The version this program writes: the number of parts in schema.sql.
int schemaVersion();

/// Brings `database`, which has seal(), from its own version to version `to`, each part in one transaction. After an
/// error it must be closed.
Result<void> migrate(Database& database, int to = schemaVersion());

/// True if a database of our version has exactly the tables of schema.sql: damage may change even a name in it.
Result<bool> hasOurSchema(Database& database);

} // namespace stint
