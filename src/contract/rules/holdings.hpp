// What one app has the daemon keep for it: its jobs and their work, in memory, in the store and in open files. Neither
// jobs.md nor limits.md bounds it; without a bound one app could take the room of all the others.
#pragma once
#include <optional>

#include "contract/model/job.hpp"

namespace stint {

struct Holdings {
    std::int64_t jobs = 0;
    Bytes bytes = 0;              ///< of what its app put into them: extras, paths, tags, work items
    std::int64_t descriptors = 0; ///< open files of clip data

    Holdings& operator+=(const Holdings& other);
    Holdings& operator-=(const Holdings& other);
    friend Holdings operator+(Holdings some, const Holdings& more) { return some += more; }
    bool operator==(const Holdings&) const = default;
};

/// Without its work.
Holdings holdingsOf(const JobInfo& info);
Holdings holdingsOf(const WorkItem& item);
/// With it.
Holdings holdingsOf(const Job& job);

/// PROPOSAL: what one app's jobs may hold at most; of their number, job.max_jobs_per_app knows.
inline constexpr Bytes mostBytesHeld = 64_MiB;
inline constexpr std::int64_t mostDescriptorsHeld = 128;

/// LimitExceeded where an app that holds `now` would hold `then`, and that is more than it may. What makes it no more
/// is always allowed.
std::optional<Error> holdingsError(const AppId& app, const Holdings& now, const Holdings& then);

} // namespace stint
