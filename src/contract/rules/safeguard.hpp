// Safeguards against looping apps: how often its jobs ran into a limit, and how often it did not answer (jobs.md §6.7).
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
/// visible), where only a run stopped at its limit counts. Whether anything was noted.
bool noteEnd(App& app, const Run& run, const Ending& ending, bool free, Instant now, const Constants& constants);

/// How many of each there are within their windows.
SafeguardView countsOf(const App& app, Instant now, const Constants& constants);

/// Whether a run of this class has the shortened limit.
bool overTimeouts(const App& app, JobClass kind, Instant now, const Constants& constants);

/// Until when; nullopt: it has not.
std::optional<Instant> overTimeoutsUntil(const App& app, JobClass kind, Instant now, const Constants& constants);

/// The system holds the app back as one that misbehaves: it is, or was, and no person has used it since.
bool misbehaves(const App& app, Instant now, const Constants& constants);
/// Its end, in words.
inline constexpr std::string_view endOfMisbehaving = "a person uses it or it is updated";

/// The safeguards' measures against the app, in words with their end: "counts as one that misbehaves, until a person
/// uses it or it is updated".
std::vector<std::string> heldBackBy(const App& app, const World& world);
/// All of them; empty: nothing.
std::string heldBackText(const App& app, const World& world);

/// Whether the app is over its total, its silences or its schedule rate: "buggy".
bool buggy(const App& app, Instant now, const Constants& constants);

} // namespace stint
