// A stretch of time as the store knows it (jobs.md §9.5), read when somebody asks.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/day.hpp"

namespace stint {

/// Returns the changes after `from` and until `to`, the newest `most`, and each lane's last change before them, unless
/// there are `most` of them. A damaged row is left out.
Result<std::vector<DeviceChange>> deviceChangesOf(Database& database, WallTime from, WallTime to, std::size_t most);

/// The change that was written last.
Result<std::optional<DeviceChange>> lastDeviceChange(Database& database);

/// The entry at which a page of the log ends: the next page begins behind it.
struct LogPlace {
    AppId app;
    std::int64_t nth = 0;
};
struct LogPage {
    std::vector<DayRun> runs;
    std::optional<LogPlace> next; ///< nullopt: this page is the last
};
/// Returns the entries of all apps' logs that have to do with that time: their runs, or the waits before them. The page
/// ends after `most` entries were looked at.
Result<LogPage> logPage(Database& database, WallTime from, WallTime to, const LogPlace& after, std::size_t most);

} // namespace stint
