// The holdings of one app: its jobs and their work, in memory, in the store and in open files. Neither jobs.md nor
// limits.md bounds them; without a bound one app could take the room of all the others.
#pragma once
#include <optional>

#include "contract/model/job.hpp"

namespace stint {

/// One app's jobs and their work, as the daemon keeps them in memory, in the store and in open files. Neither jobs.md
/// nor limits.md bounds them; without a bound one app could take the room of all the others.
struct Holdings {
    std::int64_t jobs = 0;
    Bytes bytes = 0;              ///< the app's own data in them: extras, paths, tags, work items
    std::int64_t descriptors = 0; ///< open files of clip data

    Holdings& operator+=(const Holdings& other);
    Holdings& operator-=(const Holdings& other);
    friend Holdings operator+(Holdings some, const Holdings& more) { return some += more; }
    bool operator==(const Holdings&) const = default;
};

/// The holdings of a job without its work.
Holdings holdingsOf(const JobInfo& info);
Holdings holdingsOf(const WorkItem& item);
/// The holdings of a job with its work.
Holdings holdingsOf(const Job& job);

/// PROPOSAL: the most that one app's jobs may hold; job.max_jobs_per_app bounds their number.
inline constexpr Bytes mostBytesHeld = 64_MiB;
inline constexpr std::int64_t mostDescriptorsHeld = 128;

/// LimitExceeded if an app that holds `now` would hold `then`, and that is more than it may. A change that adds nothing
/// is always allowed.
std::optional<Error> holdingsError(const AppId& app, const Holdings& now, const Holdings& then);

} // namespace stint
