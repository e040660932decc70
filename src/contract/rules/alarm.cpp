#include "contract/rules/alarm.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/wall_clock.hpp"

namespace stint {
namespace {

// A time so far away that nothing added to it overflows.
constexpr Duration furthest = Duration::max() / 4;

/// `hundredths` of `length`, to the millisecond below.
Duration partOf(Duration length, std::int64_t hundredths) {
    constexpr std::int64_t whole = 100;
    return length / whole * hundredths + length % whole * hundredths / whole;
}

/// The moment `wall` on the elapsed clock; negative before the boot.
Instant instantAt(WallTime wall, Now now) {
    const WallTime near = std::clamp(wall, WallTime{-furthest}, WallTime{furthest});
    return now.elapsed + (near - now.wall);
}

// limits.md §7.2: no nearer than alarm.min_futurity, or than now for the system's own apps.
Instant requestedTime(const Alarm& asked, const App& app, Now now, const Constants& constants) {
    const Instant nominal = asked.byWall ? instantAt(asked.requestedWall, now) : asked.requested;
    const Instant nearest = now.elapsed + (app.manifest.system ? Duration{0} : constants.alarmMinFuturity);
    return std::clamp(nominal, nearest, Instant{furthest});
}

Duration repeatInterval(Duration asked, const Constants& constants) {
    if (asked <= 0ms) return 0ms;
    return std::clamp(asked, constants.alarmMinInterval, constants.alarmMaxInterval);
}

// limits.md §7.2: a share of the futurity, for a repeating alarm of its interval; an hour at most for one that goes off
// once.
Duration heuristicWindow(Duration futurity, Duration interval, const Constants& constants) {
    if (interval > 0ms) return partOf(interval, constants.alarmHeuristicFactor);
    if (futurity < constants.alarmMinFuzzable) return 0ms;
    return std::min(partOf(futurity, constants.alarmHeuristicFactor), constants.alarmHeuristicCap);
}

// limits.md §7.2, set_window: at least 10 min or 75 % of the futurity, except for an app on the power allowlist.
Duration givenWindow(Duration asked, Duration futurity, const App& app, const Constants& constants) {
    const Duration window = std::clamp(asked, Duration{0}, constants.alarmMaxWindow);
    if (powerAllowlisted(app)) return window;
    return std::max(window, std::min(constants.alarmMinWindow, partOf(futurity, constants.alarmHeuristicFactor)));
}

} // namespace

bool isExact(AlarmKind kind) {
    return kind == AlarmKind::Exact || kind == AlarmKind::ExactWhileIdle || kind == AlarmKind::Clock;
}

bool isWhileIdle(AlarmKind kind) { return kind == AlarmKind::WhileIdle || kind == AlarmKind::ExactWhileIdle; }

bool holdsExactPermission(const App& app) { return holds(app, scheduleExactAlarm) || holds(app, useExactAlarm); }

bool maySetExactAlarms(const App& app) { return holdsExactPermission(app) || powerAllowlisted(app); }

std::optional<Error> alarmError(const Alarm& asked, const App& app, std::int64_t others, const Constants& constants) {
    if (auto error = receiverError(app.manifest, asked.receiver)) return error;
    const std::string& name = app.manifest.package.name;
    if (isExact(asked.kind) && !maySetExactAlarms(app)) {
        return fail(Errc::SECURITY, "{} may not set exact alarms: that needs {} or {}", name, scheduleExactAlarm,
                    useExactAlarm);
    }
    // PROPOSAL: an alarm that replaces another of its tag is admitted, since it adds none (limits.md §7.2).
    if (others >= constants.alarmMaxPerApp) {
        return fail(Errc::ILLEGAL_STATE, "{} has {} already, and at most {} are allowed; cancel some first", name,
                    counted(others, "alarm"), constants.alarmMaxPerApp);
    }
    return std::nullopt;
}

Alarm placed(Alarm asked, const App& app, Now now, const Constants& constants) {
    Alarm alarm = std::move(asked);
    alarm.requested = requestedTime(alarm, app, now, constants);
    alarm.requestedWall = wallAt(alarm.requested, now);
    alarm.interval = repeatInterval(alarm.interval, constants);
    const Duration futurity = alarm.requested - now.elapsed;
    switch (alarm.kind) {
    case AlarmKind::Inexact:
    case AlarmKind::WhileIdle:
        alarm.window = heuristicWindow(futurity, alarm.interval, constants);
        break;
    case AlarmKind::Window:
        alarm.window = givenWindow(alarm.window, futurity, app, constants);
        break;
    case AlarmKind::Clock:
        alarm.wakeup = true; // limits.md §7.1: it even ends Doze
        [[fallthrough]];
    case AlarmKind::Exact:
    case AlarmKind::ExactWhileIdle:
        alarm.window = 0ms;
        break;
    }
    return alarm;
}

std::int64_t timesDue(const Alarm& alarm, Instant now) {
    if (alarm.interval <= 0ms || now < alarm.requested) return 1;
    return 1 + (now - alarm.requested) / alarm.interval;
}

Alarm nextRepeat(Alarm alarm, Instant now) {
    const Duration step = timesDue(alarm, now) * alarm.interval;
    alarm.requested += step;
    alarm.requestedWall += step;
    STINT_CHECK(alarm.interval <= 0ms || alarm.requested > now); // or it would go off again at once, and for ever
    return alarm;
}

Alarm rebased(Alarm alarm, Now now) {
    if (!clockWasSet({alarm.requested, alarm.requestedWall}, now)) return alarm;
    if (alarm.byWall) {
        alarm.requested = instantAt(alarm.requestedWall, now);
    } else {
        alarm.requestedWall = wallAt(alarm.requested, now);
    }
    return alarm;
}

std::optional<Alarm> afterBoot(Alarm alarm, Instant died, Now now) {
    if (!alarm.persisted) return std::nullopt;
    const Duration left = alarm.requested - died;
    alarm.requested = instantAt(alarm.requestedWall, now);
    if (alarm.byWall) return alarm;
    // An alarm that counts elapsed time waits no longer than was left of it, whatever the wall clock shows.
    alarm.requested = std::min(alarm.requested, now.elapsed + left);
    alarm.requestedWall = wallAt(alarm.requested, now);
    return alarm;
}

std::optional<Duration> grantOf(AlarmKind kind, const Constants& constants) {
    if (isWhileIdle(kind) || kind == AlarmKind::Clock) return constants.alarmWhileIdleAllowlist;
    return std::nullopt;
}

} // namespace stint
