// The app's own gate: its service is declared, and the app is not marked bad after crashes (jobs.md §3.1 clause 4,
// §12.3).
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

/// Notes a crash at `now`, of a run that began at `began`. Returns until when the crashed job or app rests, once there
/// are job.crash_guard.crashes within the window. Runs lost in one instant that all began before it are one crash: a
/// process may host several jobs.
std::optional<Instant> restAfterCrash(std::vector<Instant>& crashes, Instant began, Instant now,
                                      const Constants& constants);

/// True if each job's crashes are counted by themselves, false if all of the app's together. PROPOSAL: the jobs of an
/// app that is built in are people's commands and transfers, which have nothing to do with each other: one that kills
/// its process must not hold up the others (§12.3 speaks of an app that its user can open).
bool guardsEachJob(const Manifest& manifest);

/// Forgets the crashes: the user has opened the app.
void forgiveCrashes(AppMemory& memory);

} // namespace stint
