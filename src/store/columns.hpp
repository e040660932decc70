// The sealed tables of schema.sql, their columns in one order for all who write, read or salvage them.
#pragma once
#include <array>
#include <string>
#include <string_view>

namespace stint {

struct SealedTable {
    std::string_view name;
    std::string_view columns; ///< all but the seal, in the order they are sealed
    int keys = 0;             ///< how many of them, from the first, are its key
};

inline constexpr SealedTable jobsTable{
    "jobs",
    "app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops, not_before, not_before_wall, "
    "cumulative, demoted_by_user, demoted_by_system, running, label, deadline, deadline_wall, window_end, "
    "window_end_wall, abandoned, last_success, last_failure",
    3};
inline constexpr SealedTable workTable{
    "work", "app, space, job, item, extras, estimated_down, estimated_up, minimum_chunk, deliveries", 4};
inline constexpr SealedTable appsTable{"apps", "app, boot, pinned, crashes, bad_until, services, channels, revoked", 1};
inline constexpr SealedTable completedTable{
    "completed", "app, space, id, ended, stop_reason, internal_reason, exit_code, text, downloaded, uploaded, label"};
inline constexpr SealedTable overridesTable{"overrides", "name, value, boot", 1};

inline constexpr std::array sealedTables{jobsTable, workTable, appsTable, completedTable, overridesTable};

/// Writes a sealed row of the values ?1, ?2, …; one of the same key is replaced.
std::string saveSql(const SealedTable& table);

/// Reads all rows in the order they were first written: rowid, the columns, and whether the seal holds.
std::string readSql(const SealedTable& table);

} // namespace stint
