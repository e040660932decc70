// limits.md §6.2: the deep machine.
#include <algorithm>
#include <utility>

#include "contract/rules/doze_machines.hpp"

namespace stint {
namespace {

void move(DozeTurn& turn, DeepState to) {
    if (turn.doze.deep == to) return;
    const DeepState from = std::exchange(turn.doze.deep, to);
    turn.changes.push_back({.light = false, .from = std::string(nameOf(from)), .to = std::string(nameOf(to))});
}

// limits.md §6.2: near is now + 60 min ≥ its time, or so near that idle would be cut short for it at once (§7.4).
bool alarmClockNear(const DozeTurn& turn) {
    const Duration near = std::max(turn.constants.dozeMinTimeToAlarm, turn.constants.alarmIdleFuzzMin);
    return turn.inputs.alarmClock && turn.now + near >= *turn.inputs.alarmClock;
}

// Every timer but idle's own may be late by doze.flex (limits.md §6.2).
void ring(DozeTurn& turn, Instant from, Duration length) {
    turn.doze.deepTimer = from + length + turn.constants.dozeFlex;
}

// The first wait after ACTIVE. With an alarm clock near it begins at the clock: idle would be refused until then.
void wait(DozeTurn& turn, DeepState state, Duration length) {
    ring(turn, alarmClockNear(turn) ? std::max(turn.now, *turn.inputs.alarmClock) : turn.now, length);
    move(turn, state);
}

void beginDeepIdle(DozeTurn& turn) {
    Doze& doze = turn.doze;
    move(turn, DeepState::Idle);
    overrideLight(turn);
    doze.windowSince.reset();
    doze.deepTimer = turn.now + doze.idleFor;
    doze.idleFor = grown(doze.idleFor, turn.constants.dozeIdleFactor, turn.constants.dozeIdleMax);
}

void openDeepWindow(DozeTurn& turn) {
    Doze& doze = turn.doze;
    move(turn, DeepState::IdleMaintenance);
    overrideLight(turn);
    doze.windowSince = turn.now;
    ring(turn, turn.now, doze.maintenanceFor);
    doze.maintenanceFor =
        grown(doze.maintenanceFor, turn.constants.dozeMaintenanceFactor, turn.constants.dozeMaintenanceMax);
}

void forgetDeepGrowth(DozeTurn& turn) {
    turn.doze.idleFor = turn.constants.dozeIdle;
    turn.doze.maintenanceFor = turn.constants.dozeMaintenance;
}

// limits.md §6.3: light goes on while deep has not reached IDLE; from there on both start again.
void restart(DozeTurn& turn, Duration inactive) {
    const bool lightToo = deepIdles(turn.doze);
    wakeDeep(turn);
    if (lightToo) wakeLight(turn);
    rest(turn, inactive);
}

} // namespace

bool deepIdles(const Doze& doze) { return doze.deep == DeepState::Idle || doze.deep == DeepState::IdleMaintenance; }

void wakeDeep(DozeTurn& turn) {
    if (turn.doze.deep == DeepState::IdleMaintenance) turn.doze.windowSince.reset();
    move(turn, DeepState::Active);
    turn.doze.deepTimer.reset();
    turn.doze.quickWhileIdle = false;
}

void restDeep(DozeTurn& turn, Duration inactive) {
    if (!turn.constants.dozeDeepEnabled) return wakeDeep(turn);
    switch (turn.doze.deep) {
    case DeepState::Active:
        if (!turn.device.batterySaver) return wait(turn, DeepState::Inactive, inactive);
        [[fallthrough]];
    case DeepState::Inactive:
    case DeepState::IdlePending:
    case DeepState::Sensing:
    case DeepState::Locating:
        if (turn.device.batterySaver) wait(turn, DeepState::QuickDozeDelay, turn.constants.dozeQuickDelay);
        return;
    case DeepState::QuickDozeDelay:
    case DeepState::Idle:
    case DeepState::IdleMaintenance:
        return; // limits.md §6.5: battery saver, on or off, changes nothing from here on
    }
}

void feelMotion(DozeTurn& turn) {
    if (turn.doze.deep == DeepState::Active || turn.doze.deep == DeepState::Inactive) return;
    // limits.md §6.2: motion does not wake quick doze, unless battery saver came on while deep was already idling.
    if (turn.device.batterySaver && !turn.doze.quickWhileIdle) return;
    restart(turn, turn.constants.dozeAfterMotion);
}

void stepDeep(DozeTurn& turn) {
    if (turn.doze.deep == DeepState::Active) return;
    if (alarmClockNear(turn)) {
        endDoze(turn);
        return rest(turn, turn.constants.dozeInactive);
    }
    switch (turn.doze.deep) {
    case DeepState::Active:
        return;
    case DeepState::Inactive:
        move(turn, DeepState::IdlePending);
        return ring(turn, turn.now, turn.constants.dozeIdleAfterInactive);
    case DeepState::IdlePending:
        move(turn, DeepState::Sensing);
        [[fallthrough]];
    case DeepState::Sensing:
        // LINUX: Device::motion always has a result, so sensing never runs out; without a sensor nothing moves
        // (§13).
        if (turn.device.motion == Motion::Moving) return restart(turn, turn.constants.dozeInactive);
        move(turn, DeepState::Locating);
        [[fallthrough]];
    case DeepState::Locating: // LINUX: there is no location provider to wait for (§13)
    case DeepState::QuickDozeDelay:
        forgetDeepGrowth(turn);
        [[fallthrough]];
    case DeepState::IdleMaintenance:
        return beginDeepIdle(turn);
    case DeepState::Idle:
        return openDeepWindow(turn);
    }
}

void holdDeep(DozeTurn& turn, DeepState state) {
    if (turn.doze.deep == state) return;
    if (!deepIdles(turn.doze)) forgetDeepGrowth(turn);
    if (state == DeepState::Idle) return beginDeepIdle(turn);
    openDeepWindow(turn);
}

std::optional<Instant> deepDue(const Doze& doze, DozeInputs inputs, const Constants& constants) {
    if (!doze.deepTimer) return std::nullopt;
    // limits.md §7.4: idle ends alarm.idle_fuzz_min before an alarm clock that comes first, so that it can ring on
    // time.
    if (doze.deep == DeepState::Idle && inputs.alarmClock)
        return std::min(*doze.deepTimer, *inputs.alarmClock - constants.alarmIdleFuzzMin);
    // limits.md §6.4: a window that nothing needs closes, but not in its first 30 s.
    if (doze.deep == DeepState::IdleMaintenance && !inputs.busy)
        return std::min(*doze.deepTimer, *doze.windowSince + constants.dozeMinDeepMaintenance);
    return doze.deepTimer;
}

} // namespace stint
