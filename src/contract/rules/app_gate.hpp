// Whether the app itself can take a job: its service is declared, and it is not marked bad after crashes
// (jobs.md §3.1 clause 4, §12.3).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

Verdict appGate(const Context&);
std::string describeApp(const Context&);

/// "the app crashed 3 times within 1min".
std::string describeCrashes(std::string_view whose, const Constants& constants);

/// Notes one more crash at `now`, of a run that began at `began`: until when what crashed rests, once there are
/// job.crash_guard.crashes within the window. All that is lost in one instant and began before it is one crash: a
/// process may host several jobs.
std::optional<Instant> restAfterCrash(std::vector<Instant>& crashes, Instant began, Instant now,
                                      const Constants& constants);

/// Whose crashes count, each job's own or all of the app's. PROPOSAL: the jobs of an app that is built in are people's
/// commands and transfers, which have nothing to do with each other: one that kills its process must not hold up the
/// others (§12.3 speaks of an app that its user can open).
bool guardsEachJob(const Manifest& manifest);

/// The user has opened the app: nothing is held against it any more.
void forgiveCrashes(AppMemory& memory);

} // namespace stint
