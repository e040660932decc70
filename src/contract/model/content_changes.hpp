// The content that jobs watch, and its changes (jobs.md §3.2).
#pragma once
#include <functional>
#include <set>
#include <string>

#include "base/text/app_id.hpp"
#include "stint/job_info.hpp"
#include "stint/units.hpp"

namespace stint {

/// A target that one or more of the app's jobs watch.
struct WatchedContent {
    AppId app;
    JobInfo::TriggerContentUri target;

    auto operator<=>(const WatchedContent&) const = default;
};

struct ContentChanges {
    Instant first; ///< when the first change came
    Instant ready; ///< when the changes have calmed down; once that time has come, later changes do not move it
    std::set<std::string, std::less<>> uris; ///< at most mostTriggeredUris (job.hpp); none: nothing has changed

    bool operator==(const ContentChanges&) const = default;
};

} // namespace stint
