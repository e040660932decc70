// What the store tells of a stretch of time (jobs.md §9.5), read when somebody asks.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/day.hpp"

namespace stint {

/// Those from `from` to `to`, the newest `most`, and of each lane the last one before them. A damaged row is left out.
Result<std::vector<DeviceChange>> deviceChangesOf(Database& database, WallTime from, WallTime to, std::size_t most);

/// The one that was written down last.
Result<std::optional<DeviceChange>> lastDeviceChange(Database& database);

/// Where a page of the log ends: the next one begins behind it.
struct LogPlace {
    AppId app;
    std::int64_t nth = 0;
};
struct LogPage {
    std::vector<DayRun> runs;
    std::optional<LogPlace> next; ///< nullopt: that was all
};
/// The entries of the log of all apps that have to do with that time: their runs, or the waits before them. After so
/// many entries that were looked at the page ends.
Result<LogPage> logPage(Database& database, WallTime from, WallTime to, const LogPlace& after, std::size_t most);

} // namespace stint
