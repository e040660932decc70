// Quota of expedited jobs: a tally over 24 h, which sessions raise and use of the app lowers (limits.md §4). Pure, like
// quota.hpp. limit_gates.cpp decides which job out of quota goes on as a regular one, and which by its guarantee.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "contract/rules/quota_allowance.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// True while none of the app's expedited jobs is counted (limits.md §4): charging, free by its state, on top less than
/// ej.grace_top ago, on the temporary allowlist or less than ej.grace_temp_allowlist after it.
bool expeditedFree(const App& app, const World& world);
/// The time at which that ends by time alone; nullopt: it does not, or time is not free.
std::optional<Instant> expeditedFreeUntil(const App& app, const World& world);
/// True if a running expedited job counts: time is not free, nor is the job itself because it began on top (limits.md
/// §1.5).
bool countsExpedited(const App& app, const World& world, bool startedOnTop);

/// The time left of the limit, with the reward that a stretch on top would bring now; never more than the limit, below
/// 0 after a demotion. Duration::max() where nothing limits the time. Goes by the ledger, whether time is free or not.
Duration expeditedLeft(const App& app, const World& world);

/// True if an expedited job may run as one. `running`: it runs already, and goes on until expeditedCutOff().
bool inExpeditedQuota(const App& app, const World& world, bool running = false);

/// The reason why it may not, in words for whoever schedules one.
std::string outOfExpeditedQuota(const App& app, const World& world);

/// The time, later than now, at which an app out of expedited quota is in it again if no expedited job runs until then.
/// Rewards are left out, by limits.md §4. nullopt: it is in quota, or no time brings it back.
std::optional<Instant> expeditedReturn(const App& app, const World& world);

/// The time at which the open session has spent what is left if it goes on until then; not before now. nullopt: nothing
/// is counted, or no time ends it.
std::optional<Instant> expeditedCutOff(const App& app, const World& world);

/// The longest time that the quota lets an expedited job run which runs or begins now (limits.md §4); Duration::max()
/// while time is free or without limit.
Duration expeditedRunCap(const App& app, const World& world, bool startedOnTop);

// Changes of the ledger.

/// Begins a session with `jobs` running.
void openExpedited(ExpeditedLedger& ledger, std::int64_t jobs, Instant now, const Constants& constants);
/// Ends the open session: its length, less what was earned meanwhile, goes on the tally.
void closeExpedited(ExpeditedLedger& ledger, Instant now, const Constants& constants);

/// Notes that the app comes on top, or leaves it and is rewarded for its stay.
void beginTop(ExpeditedLedger& ledger, Instant now);
void endTop(ExpeditedLedger& ledger, Instant now, const Constants& constants);
/// Takes `credit` off the tally; the part beyond the tally shortens the open session, at most to nothing, or is lost.
void reward(ExpeditedLedger& ledger, Duration credit, Instant now, const Constants& constants);

} // namespace stint
