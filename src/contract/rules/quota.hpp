// Quota of regular jobs: how long and how often an app may run them in a rolling window (limits.md §3), and the time
// spent in sessions, for both quotas (§3.4, §3.6, §3.7, §4). Pure: reads the app's ledger, never a clock. A running
// job whose time is its own (§1.5, began on top) is judged by countsRegular() alone. The tables are in
// quota_allowance.hpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/model/app.hpp"
#include "contract/rules/quota_allowance.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// The time that the open session has lasted; 0 without one.
Duration lengthOf(const std::optional<OpenSession>& open, Instant now);

/// The part of the sessions inside (now - window, now] (limits.md §3.4). Here and below they are expected oldest first
/// and not to overlap; what a clock puts later than `now` does not count yet.
Duration timeWithin(const std::vector<Session>& sessions, Duration window, Instant now);

/// The time that an app with `left` now may go on running, with what rolls out meanwhile (limits.md §3.6): gaps between
/// sessions cost, sessions give their own length back, and the last gap that is paid to the end still counts. 0 where
/// less than nothing is left. `owed`: a session that has left the window altogether gives back no more than this in sum
/// (limits.md §4, a tally that rewards have lowered).
Duration timeUntilSpent(const std::vector<Session>& sessions, Duration window, Instant now, Duration left,
                        Duration owed = Duration::max());

/// The last instant at which `target` or more is used, if nothing runs from now on (limits.md §3.7); `running`: used by
/// the open session. nullopt: less is used already.
std::optional<Instant> timeReturns(const std::vector<Session>& sessions, Duration running, Duration window, Instant now,
                                   Duration target);

/// The time at which an app comes back that would at `when`: later than `now`, and at a multiple of `spacing` since
/// boot (limits.md §3.7, quota.check_min_delay).
Instant returnAt(Instant when, Instant now, Duration spacing);

/// The bucket that quotas judge the app by (limits.md §3.5): its own, or active for an active app if
/// active_uid_uses_active_bucket is set.
Bucket effectiveBucket(const App& app, const World& world);

/// True if the app's state frees all its jobs' time, regular and expedited (limits.md §3.1, §3.3): part of the system,
/// on screen, or, in Android 15, running a foreground service.
bool freeByState(const App& app, const World& world);
/// True if charging frees the app's time: in all but the restricted and the never bucket (limits.md §3.3, §3.5).
bool freeByCharging(const App& app, const World& world);

/// True while none of the app's regular jobs is counted (limits.md §3.3).
bool regularFree(const App& app, const World& world);
/// True if a running regular job counts: time is not free, nor is the job itself because it began on top (limits.md
/// §1.5).
bool countsRegular(const App& app, const World& world, bool startedOnTop);

/// The time used in (now - window, now], the open session's included (limits.md §3.4).
Duration regularUsed(const QuotaLedger& ledger, Duration window, Instant now);
/// The time left in the bucket's window and of the day's cap, the lesser (limits.md §3.5). Below 0 after a demotion;
/// Duration::max() where nothing limits the time. Goes by the ledger, whether time is free or not.
Duration regularLeft(const App& app, const World& world);

/// True if the app's regular jobs may run (limits.md §3.5). `running`: a job that runs already is not asked for the
/// counts of jobs and sessions, and goes on until regularCutOff().
bool inRegularQuota(const App& app, const World& world, bool running);

/// Both answers for a waiting job, reckoned as one: a caller that finds it out of quota asks next when it returns.
RegularQuota regularQuota(const App& app, const World& world);
/// The time, later than now, at which an app out of quota is in quota again if none of its jobs runs until then
/// (limits.md §3.7). nullopt: it is in quota, or no time brings it back.
std::optional<Instant> regularReturn(const App& app, const World& world);

/// The time at which the open session must end if it goes on until then (limits.md §3.6); not before now. nullopt:
/// nothing is counted, or no time ends it.
std::optional<Instant> regularCutOff(const App& app, const World& world);

/// The longest time that the quota lets a regular job run which runs or begins now (limits.md §3.8): until the quota is
/// consumed; Duration::max() while time is free or without limit.
Duration quotaRunCap(const App& app, const World& world, bool startedOnTop);

/// The shortage of an app that is out of quota, in words: "10min of 10min used in 4h", "the limit of 1 sessions in 1d
/// is reached". Of several limits the one that returns last.
std::string regularShortage(const App& app, const World& world);

// Changes of the ledger (limits.md §3.2, §3.4).

/// Notes that a job starts: if it counts, its start counts, and so does the job if a session is open. Otherwise nothing
/// changes.
void addJob(QuotaLedger& ledger, Instant now, const Constants& constants, bool counted);
/// Begins a session with `jobs` running: the first counted one, or those that outlive free time (no new starts).
void openRegular(QuotaLedger& ledger, std::int64_t jobs, Instant now, const Constants& constants);
/// Breaks the open session off, for a sleep or a restart: the next one is the same session.
void breakOffRegular(QuotaLedger& ledger, Instant now, const Constants& constants);
/// True if the newest session was broken off, and so goes on.
bool isBrokenOff(const QuotaLedger& ledger);
/// Ends the open session, because its last job does or because time becomes free; sessions older than quota.history go.
void closeRegular(QuotaLedger& ledger, Instant now, const Constants& constants);

} // namespace stint
