// The constraints that a job states for itself (jobs.md §3.2): power, storage, idleness, and the content trigger:
// which changes a job watches for, when they have calmed down, and which of them the next run is given. The network
// has a file of its own (contract/rules/connectivity).
#pragma once
#include <string>

#include "contract/model/constants.hpp"
#include "contract/model/gate.hpp"
#include "contract/model/record.hpp"
#include "contract/rules/world.hpp"
#include "stint/job_info.hpp"

namespace stint {

/// True if power alone meets the job's charging constraint (limits.md §10.3): while the plug is in, for a job of the
/// app on top with priority DEFAULT or above, and for a run that began as one.
bool pluggedIsEnough(const Context&);

// Each gate is asked about the jobs that have its constraint, and no others.
Verdict chargingGate(const Context&);
Verdict batteryNotLowGate(const Context&);
Verdict storageNotLowGate(const Context&);
Verdict deviceIdleGate(const Context&);

/// The present state and the wanted one, in words for a person.
std::string describeCharging(const Context&);
std::string describeBattery(const Context&);
std::string describeStorage(const Context&);
std::string describeIdle(const Context&);

/// PROPOSAL: a path that changes again and again only puts the run off. A delay of this much is worth a commit.
inline constexpr Duration contentWorthWriting = 1s;

/// True if a change of `path` is one that the job watches for.
bool watches(const JobInfo& info, const std::string& path);

/// Takes in a change of `path`. True if that path is remembered now and was not before.
bool noteChange(ContentChanges& changes, const std::string& path, const JobInfo& info, Instant now,
                const Constants& constants);

/// The changes that a run was given, and those collected while it went on; the former first where there is no room for
/// all.
ContentChanges together(ContentChanges reported, const ContentChanges& collected);

/// The changes among these that a job with this info watches for.
ContentChanges watchedBy(const JobInfo& info, ContentChanges changes);

/// The changes for a run that is tried again: it needs no new change, and they need not calm down a second time.
ContentChanges forRetry(ContentChanges changes, Instant now);

} // namespace stint
