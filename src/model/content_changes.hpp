// What has changed of what a job watches (jobs.md §3.2).
#pragma once
#include <functional>
#include <set>
#include <string>

#include "stint/units.hpp"

namespace stint {

struct ContentChanges {
    Instant first; ///< when the first of them came
    Instant ready; ///< when they have calmed down; once that has come it stands, whatever changes after it
    std::set<std::string, std::less<>> uris; ///< at most mostTriggeredUris (job.hpp); none: nothing has changed

    bool operator==(const ContentChanges&) const = default;
};

} // namespace stint
