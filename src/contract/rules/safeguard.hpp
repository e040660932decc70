// Safeguards against looping apps: how often an app's jobs ran into a limit, and how often it did not answer (jobs.md
// §6.7).
#pragma once
#include <string_view>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "contract/model/view.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/world.hpp"

namespace stint {

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
