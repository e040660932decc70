// The time spent in sessions, and how it leaves a rolling window, for both quotas (limits.md §3.4, §3.6, §3.7, §4).
// Sessions are expected oldest first and not to overlap; what a clock puts later than `now` does not count yet.
#pragma once
#include <optional>
#include <vector>

#include "contract/model/quota.hpp"

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

} // namespace stint
