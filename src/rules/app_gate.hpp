// Whether the app itself can take a job: its service is declared, and it is not marked bad after crashes
// (jobs.md §3.1 clause 4, §12.3).
#pragma once
#include <string>

#include "model/verdict.hpp"
#include "rules/world.hpp"

namespace stint {

Verdict appGate(const Context&);
std::string describeApp(const Context&);

/// The app after one more crash at `now`: marked bad once there are job.crash_guard.crashes within the window. All that
/// is lost in one instant is one crash: a process may host several jobs.
AppMemory afterCrash(AppMemory memory, Instant now, const Constants& constants);

/// The user has opened the app: nothing is held against it any more.
void forgiveCrashes(AppMemory& memory);

} // namespace stint
