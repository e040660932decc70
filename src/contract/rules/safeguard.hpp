// Safeguards against apps that loop or crash: how often an app's jobs ran into a limit, and how often it did not
// answer (jobs.md §6.7); and the app's own gate: its service is declared, and the app is not marked bad after crashes
// (jobs.md §3.1 clause 4, §12.3).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/gate.hpp"
#include "contract/model/job.hpp"
#include "contract/model/view.hpp"
#include "contract/rules/ending.hpp"
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

/// Notes what the end of this run says of the app. `free`: the run lay wholly in free time (charging, or the app
/// visible), where only a run stopped at its limit counts. True if anything was noted.
bool noteEnd(App& app, const Run& run, const Ending& ending, bool free, Instant now, const Constants& constants);

/// The number of each within its window.
SafeguardView countsOf(const App& app, Instant now, const Constants& constants);

/// True if a run of this class has the shortened limit.
bool overTimeouts(const App& app, JobClass kind, Instant now, const Constants& constants);

/// The end of the shortened limit; nullopt: there is none now.
std::optional<Instant> overTimeoutsUntil(const App& app, JobClass kind, Instant now, const Constants& constants);

/// True if the system holds the app back as one that misbehaves: it does, or did, and no person has used it since.
bool misbehaves(const App& app, Instant now, const Constants& constants);
/// The end of being held back, in words.
inline constexpr std::string_view endOfMisbehaving = "a person uses it or it is updated";

/// The safeguards' measures against the app, each in words with its end: "counts as one that misbehaves, until a person
/// uses it or it is updated".
std::vector<std::string> heldBackBy(const App& app, const World& world);
/// All measures in one text; empty: there are none.
std::string heldBackText(const App& app, const World& world);

/// True if the app is "buggy" by what is counted here: over its total of timeouts, or its silences.
bool buggy(const App& app, Instant now, const Constants& constants);

} // namespace stint
