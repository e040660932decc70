// The content trigger (jobs.md §3.2): what is a change of what a job watches, when such changes have calmed down, and
// what of them is for the next run.
#pragma once
#include <string>

#include "contract/model/constants.hpp"
#include "contract/model/content_changes.hpp"
#include "stint/job_info.hpp"

namespace stint {

/// PROPOSAL: a path that changes again and again is no news: it only puts off the run. So much later is worth a commit.
inline constexpr Duration contentWorthWriting = 1s;

/// Whether a change of `path` is one of what the job watches.
bool watches(const JobInfo& info, const std::string& path);

/// Takes in a change of `path`; whether that path is remembered and was not before.
bool noteChange(ContentChanges& changes, const std::string& path, const JobInfo& info, Instant now,
                const Constants& constants);

/// What a run was told and what was collected while it went on, the former first where there is no room for all.
ContentChanges together(ContentChanges told, const ContentChanges& collected);

/// Those that are for a run of a job with this info, too.
ContentChanges watchedBy(const JobInfo& info, ContentChanges changes);

/// Those of a run that is tried again: they need not calm down a second time, and no new change.
ContentChanges forRetry(ContentChanges changes, Instant now);

} // namespace stint
