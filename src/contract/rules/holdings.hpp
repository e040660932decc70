// The holdings of an app: its jobs and their work, as the daemon keeps them in memory, in the store and in open files,
// and how much of them one app may have; and the size of extras, and its limits.
#pragma once
#include <optional>

#include "contract/model/job.hpp"
#include "stint/bundle.hpp"
#include "stint/result.hpp"

namespace stint {

/// The size of extras. At most 10 nested maps are possible (jobs.md §12.9), and 64 KiB (architecture.md, wire).
struct Measure {
    int depth = 0;
    Bytes size = 0;
};

Measure measure(const PersistableBundle& bundle);

/// The error of extras of that measure: what is wrong, and what would be right.
std::optional<Error> tooLarge(Measure extras);

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
