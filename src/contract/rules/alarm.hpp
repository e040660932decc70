// An alarm as it is requested: who may set it, when it is to go off, how often it repeats, and what moves it afterwards
// (limits.md §7.1, §7.2, §7.5). contract/rules/alarm_policy decides when it goes off in the end.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time/time.hpp"
#include "contract/model/alarm.hpp"
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "stint/result.hpp"

namespace stint {

/// True for a kind without a window (limits.md §7.1): it needs the permission for exact alarms, and goes off apart from
/// the inexact ones.
bool isExact(AlarmKind kind);
/// True for the two while-idle kinds.
bool isWhileIdle(AlarmKind kind);

/// True if the app holds one of the two permissions of limits.md §7.5.
bool holdsExactPermission(const App& app);
/// True if the app may set exact alarms: by permission, or on the power allowlist (limits.md §7.5).
bool maySetExactAlarms(const App& app);

/// The error of the call: its receiver (IllegalArgument), the permission (Security), or more alarms than
/// alarm.max_per_app (IllegalState). `others`: the app's pending alarms without the one of the same tag.
std::optional<Error> alarmError(const Alarm& asked, const App& app, std::int64_t others, const Constants& constants);

/// The alarm that results from what was `asked`: its time, window and interval by limits.md §7.2. The time asked for is
/// `requestedWall` for an alarm by the wall clock, else `requested`; in the result both name the same moment.
Alarm placed(Alarm asked, const App& app, Now now, const Constants& constants);

/// The number of due times that an alarm going off at `now` stands for (limits.md §7.2): 1, and more if repeats were
/// missed.
std::int64_t timesDue(const Alarm& alarm, Instant now);
/// The repeating alarm, set for the first time of its grid after `now`.
Alarm nextRepeat(Alarm alarm, Instant now);

/// The alarm after the wall clock was set by more than a second: an alarm by the wall clock has moved, any other keeps
/// its moment (limits.md §7.1).
Alarm rebased(Alarm alarm, Now now);

/// The stored alarm after another boot; `died`: when the former boot was last known to be running. It is placed by the
/// wall clock, but an alarm that counts elapsed time is no farther away than it was then. nullopt: it ended with its
/// boot.
std::optional<Alarm> afterBoot(Alarm alarm, Instant died, Now now);

/// The time for which its delivery puts the app on the temporary allowlist (limits.md §7.6); nullopt: it does not.
std::optional<Duration> grantOf(AlarmKind kind, const Constants& constants);

} // namespace stint
