// What a job watches, and what has changed of it (jobs.md §3.2).
#pragma once
#include <functional>
#include <set>
#include <string>

#include "base/text/app_id.hpp"
#include "stint/job_info.hpp"
#include "stint/units.hpp"

namespace stint {

/// Of one or more of the app's jobs.
struct WatchedContent {
    AppId app;
    JobInfo::TriggerContentUri target;

    auto operator<=>(const WatchedContent&) const = default;
};

struct ContentChanges {
    Instant first; ///< when the first of them came
    Instant ready; ///< when they have calmed down; once that has come it stands, whatever changes after it
    std::set<std::string, std::less<>> uris; ///< at most mostTriggeredUris (job.hpp); none: nothing has changed

    bool operator==(const ContentChanges&) const = default;
};

} // namespace stint
