// Quota of regular jobs: how long and how often an app may run them in a rolling window (limits.md §3).
// Pure: reads the app's ledger, never a clock. A running job whose time is its own (§1.5, began on top) is judged by
// countsRegular() alone. Changes of the ledger are in quota_ledger.cpp; the tables in quota_allowance.hpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "contract/rules/quota_allowance.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// The bucket that quotas judge the app by (limits.md §3.5): its own, or active for an active app where
/// active_uid_uses_active_bucket says so.
Bucket effectiveBucket(const App& app, const World& world);

/// The app's state frees all its jobs' time, regular and expedited (limits.md §3.1, §3.3): part of the system, on
/// screen, or, in Android 15, running a foreground service.
bool freeByState(const App& app, const World& world);
/// Charging frees all but the restricted and the never bucket (limits.md §3.3, §3.5).
bool freeByCharging(const App& app, const World& world);

/// Nothing of the app's regular jobs is counted now (limits.md §3.3).
bool regularFree(const App& app, const World& world);
/// A running regular job counts: time is not free, nor is the job itself because it began on top (limits.md §1.5).
bool countsRegular(const App& app, const World& world, bool startedOnTop);

/// Time used in (now - window, now], the open session's with it (limits.md §3.4).
Duration regularUsed(const QuotaLedger& ledger, Duration window, Instant now);
/// What is left in the bucket's window and of the day's cap, the lesser (limits.md §3.5). Below 0 after a demotion;
/// Duration::max() where nothing limits the time. Says what the ledger says, be time free or not.
Duration regularLeft(const App& app, const World& world);

/// Whether the app's regular jobs may run (limits.md §3.5). `running`: one that runs already is not asked for the
/// counts of jobs and sessions, and goes on until regularCutOff().
bool inRegularQuota(const App& app, const World& world, bool running);

/// Both answers for a job that waits, reckoned as one: whoever is out of quota is asked next when it returns.
RegularQuota regularQuota(const App& app, const World& world);
/// When an app out of quota is in quota again if none of its jobs runs until then (limits.md §3.7), later than now.
/// nullopt: it is in quota, or no time brings it back.
std::optional<Instant> regularReturn(const App& app, const World& world);

/// When the open session must end if it goes on until then (limits.md §3.6); not before now. nullopt: nothing is
/// counted, or no time ends it.
std::optional<Instant> regularCutOff(const App& app, const World& world);

/// The quota's part of the longest run of a regular job that runs or begins now (limits.md §3.8): the time until the
/// quota is consumed, Duration::max() while time is free or without limit.
Duration quotaRunCap(const App& app, const World& world, bool startedOnTop);

/// What is used up of an app that is out of quota, in words: "10min of 10min used in 4h", "the limit of 1 sessions in
/// 1d is reached". Of several limits the one that returns last.
std::string regularShortage(const App& app, const World& world);

// What happens to the ledger (limits.md §3.2, §3.4).

/// A counted job starts: its start counts, and so does the job if a session is open. One that does not count changes
/// nothing.
void addJob(QuotaLedger& ledger, Instant now, const Constants& constants, bool counted);
/// A session begins with `jobs` running: the first counted one, or those that outlive free time (no new starts).
void openRegular(QuotaLedger& ledger, std::int64_t jobs, Instant now, const Constants& constants);
/// A sleep or a restart breaks the open session off: the next one is the same session.
void breakOffRegular(QuotaLedger& ledger, Instant now, const Constants& constants);
/// Whether the newest session was broken off, and so goes on.
bool isBrokenOff(const QuotaLedger& ledger);
/// The open session ends, because its last job does or because time becomes free; what is older than quota.history
/// goes.
void closeRegular(QuotaLedger& ledger, Instant now, const Constants& constants);

} // namespace stint
