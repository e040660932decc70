// An alarm as it is asked for: who may set it, when it is meant to go off, how often it repeats, and what moves it
// afterwards (limits.md §7.1, §7.2, §7.5). When it goes off in the end is contract/rules/alarm_policy's question.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time/time.hpp"
#include "contract/model/alarm.hpp"
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "stint/result.hpp"

namespace stint {

/// limits.md §7.1: without a window; needs the permission for exact alarms and stands alone in a batch.
bool isExact(AlarmKind kind);
/// One of the two while-idle kinds.
bool isWhileIdle(AlarmKind kind);

/// It holds one of the two permissions of limits.md §7.5.
bool holdsExactPermission(const App& app);
/// It may set exact alarms: by permission, or on the power allowlist (limits.md §7.5).
bool maySetExactAlarms(const App& app);

/// What is wrong with the call: its receiver (IllegalArgument), the permission (Security), or more than
/// alarm.max_per_app of them (IllegalState). `others`: the app's pending alarms but for one of the same tag.
std::optional<Error> alarmError(const Alarm& asked, const App& app, std::int64_t others, const Constants& constants);

/// The alarm that the call makes of what was `asked`: its time, window and interval as limits.md §7.2 has them. An
/// alarm by the wall clock is asked for at `requestedWall`, else at `requested`; afterwards both name the same moment.
Alarm placed(Alarm asked, const App& app, Now now, const Constants& constants);

/// How many times an alarm that goes off at `now` stands for (limits.md §7.2): 1, and more where repeats were missed.
std::int64_t timesDue(const Alarm& alarm, Instant now);
/// A repeating alarm, set for the first time of its grid after `now`.
Alarm nextRepeat(Alarm alarm, Instant now);

/// After the wall clock was set by more than a second: one by the wall clock has moved, any other keeps its moment
/// (limits.md §7.1).
Alarm rebased(Alarm alarm, Now now);

/// A stored alarm of another boot, in which `died` is when that was last known to go on: placed by the wall clock, but
/// one that counts elapsed time no farther away than it was then. nullopt: it ended with its boot.
std::optional<Alarm> afterBoot(Alarm alarm, Instant died, Now now);

/// For how long its delivery puts the app on the temporary allowlist (limits.md §7.6); nullopt: it does not.
std::optional<Duration> grantOf(AlarmKind kind, const Constants& constants);

} // namespace stint
