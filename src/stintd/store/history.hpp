// History as the store keeps it, read when somebody asks: the log of past runs (jobs.md §9.4), the device's changes
// and all apps' runs of a stretch of time (§9.5), and the log of messages (push.md §5).
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "contract/model/day.hpp"
#include "contract/model/job.hpp"
#include "contract/model/push.hpp"

namespace stint {

/// The runs of all jobs that had that key, oldest first: the newest `most`. A damaged row is left out.
Result<std::vector<PastRun>> pastRunsOf(Database& database, const JobKey& key, std::size_t most);

/// The highest job id of each app that the log knows, in the root namespace.
Result<std::map<AppId, std::int32_t>> highestLoggedIds(Database& database);

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

struct PastMessagesPage {
    std::vector<MessageStory> messages;
    std::optional<LogPlace> next; ///< nullopt: this page is the last
};
/// Returns the messages of that app that ended at `since` or later, newest first; empty: of all apps, app by app. The
/// page ends after `most` entries were looked at. A damaged row is left out.
Result<PastMessagesPage> pastMessagesPage(Database& database, const std::string& app, WallTime since,
                                          const LogPlace& after, std::size_t most);

} // namespace stint
