#include "contract/rules/doze.hpp"

#include <algorithm>
#include <utility>

#include "base/time/time.hpp"

namespace stint {
namespace {

// limits.md §6.2: notes that quick doze came on while deep was already idling.
void noteBatterySaver(DozeTurn& turn) {
    if (std::exchange(turn.doze.batterySaver, turn.device.batterySaver) == turn.device.batterySaver) return;
    turn.doze.quickWhileIdle = turn.device.batterySaver && deepIdles(turn.doze);
}

void hold(DozeTurn& turn, DozeForce force) {
    switch (force) {
    case DozeForce::Active:
        return endDoze(turn);
    case DozeForce::LightIdle:
        return holdLight(turn, LightState::Idle);
    case DozeForce::LightMaintenance:
        return holdLight(turn, LightState::IdleMaintenance);
    case DozeForce::Idle:
        return holdDeep(turn, DeepState::Idle);
    case DozeForce::IdleMaintenance:
        return holdDeep(turn, DeepState::IdleMaintenance);
    }
}

void follow(DozeTurn& turn, const Device& was) {
    const Device& is = turn.device;
    // limits.md §6.7: once let go, Doze is over if the screen is on, locked or not.
    if (was.dozeForce && is.screenOn) endDoze(turn);
    // limits.md §6.1, §6.5: plugged means any power source, whether or not it counts as charging.
    if (is.plugged || screenBlocks(is, turn.constants)) return endDoze(turn);
    if (was.motion == Motion::Still && is.motion == Motion::Moving) feelMotion(turn);
    rest(turn, turn.constants.dozeInactive);
    if (is.network) meetNetwork(turn);
}

// If both are due at one instant deep goes first: else the light window would close as it opens.
void ringTimers(DozeTurn& turn) {
    for (;;) {
        const auto deep = deepDue(turn.doze, turn.inputs, turn.constants);
        const auto light = lightDue(turn.doze, turn.inputs, turn.constants);
        if (deep && *deep <= turn.now && (!light || *deep <= *light)) {
            stepDeep(turn);
        } else if (light && *light <= turn.now) {
            stepLight(turn);
        } else {
            return;
        }
    }
}

// limits.md §6.4: once idle is over, background jobs wait 3 s more.
void settle(DozeTurn& turn, bool wasIdle) {
    std::optional<Instant>& settledAt = turn.doze.settledAt;
    if (turn.doze.idle()) {
        settledAt.reset();
    } else if (wasIdle) {
        settledAt = turn.now + turn.constants.dozeBackgroundJobsDelay;
    }
    if (settledAt && *settledAt <= turn.now) settledAt.reset();
}

} // namespace

Duration grown(Duration length, std::int64_t factor, Duration most) { return std::min(length * factor / 100, most); }

void endDoze(DozeTurn& turn) {
    wakeDeep(turn);
    wakeLight(turn);
}

void rest(DozeTurn& turn, Duration inactive) {
    restDeep(turn, inactive);
    restLight(turn);
}

DozeHold holdOf(const Doze& doze) {
    DozeHold hold{.idle = doze.idle(), .deep = doze.deepIdle(), .settledAt = doze.settledAt};
    if (hold.idle) hold.ends = hold.deep ? doze.deepTimer : doze.lightTimer;
    return hold;
}

bool screenBlocks(const Device& device, const Constants& constants) {
    return device.screenOn && !(device.locked && constants.dozeWaitForUnlock);
}

Doze nextDoze(Doze before, const Device& was, const Device& is, DozeInputs inputs, Instant now,
              const Constants& constants, std::vector<DozeChange>& changes) {
    DozeTurn turn{before, is, inputs, now, constants, changes};
    noteBatterySaver(turn);
    if (is.dozeForce) {
        hold(turn, *is.dozeForce);
    } else {
        follow(turn, was);
        ringTimers(turn);
    }
    settle(turn, before.idle());
    return turn.doze;
}

std::optional<Instant> nextDozeChange(const Doze& doze, const Device& device, DozeInputs inputs,
                                      const Constants& constants) {
    if (device.dozeForce) return doze.settledAt;
    return earlier(doze.settledAt, earlier(deepDue(doze, inputs, constants), lightDue(doze, inputs, constants)));
}

Doze steppedDoze(Doze before, bool light, const Device& device, DozeInputs inputs, Instant now,
                 const Constants& constants, std::vector<DozeChange>& changes) {
    DozeTurn turn{before, device, inputs, now, constants, changes};
    if (!device.dozeForce) {
        if (light) {
            stepLight(turn);
        } else {
            stepDeep(turn);
        }
    }
    settle(turn, before.idle());
    return turn.doze;
}

DozeForce steppedForce(DozeForce held, bool light) {
    switch (held) {
    case DozeForce::Active:
        return held;
    case DozeForce::LightIdle:
        return light ? DozeForce::LightMaintenance : held;
    case DozeForce::LightMaintenance:
        return light ? DozeForce::LightIdle : held;
    case DozeForce::Idle:
        return light ? held : DozeForce::IdleMaintenance;
    case DozeForce::IdleMaintenance:
        return light ? held : DozeForce::Idle;
    }
    return held;
}

// limits.md §6.2: the deep machine.

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

// limits.md §6.3: the light machine.

namespace {

void move(DozeTurn& turn, LightState to) {
    if (turn.doze.light == to) return;
    const LightState from = std::exchange(turn.doze.light, to);
    turn.changes.push_back({.light = true, .from = std::string(nameOf(from)), .to = std::string(nameOf(to))});
}

void forgetLightGrowth(DozeTurn& turn) {
    turn.doze.lightIdleFor = turn.constants.dozeLightIdle;
    turn.doze.lightBudget = turn.constants.dozeLightBudgetMin;
}

// limits.md §6.3: the part of its minute that the window saved is added, the time beyond its minute is taken off.
void closeLightWindow(DozeTurn& turn) {
    if (turn.doze.light != LightState::IdleMaintenance) return;
    turn.doze.lightBudget += turn.constants.dozeLightBudgetMin - (turn.now - *turn.doze.windowSince);
    turn.doze.windowSince.reset();
}

void beginLightIdle(DozeTurn& turn) {
    Doze& doze = turn.doze;
    closeLightWindow(turn);
    move(turn, LightState::Idle);
    doze.lightTimer = turn.now + doze.lightIdleFor;
    doze.lightIdleFor = grown(doze.lightIdleFor, turn.constants.dozeLightIdleFactor, turn.constants.dozeLightIdleMax);
}

// Waits at most one more idle period, as long as the next one is.
void awaitNetwork(DozeTurn& turn) {
    move(turn, LightState::WaitingForNetwork);
    turn.doze.lightTimer = turn.now + turn.doze.lightIdleFor;
}

void openLightWindow(DozeTurn& turn) {
    Doze& doze = turn.doze;
    doze.lightBudget =
        std::clamp(doze.lightBudget, turn.constants.dozeLightBudgetMin, turn.constants.dozeLightBudgetMax);
    move(turn, LightState::IdleMaintenance);
    doze.windowSince = turn.now;
    doze.lightTimer = turn.now + doze.lightBudget + turn.constants.dozeFlex;
}

} // namespace

void wakeLight(DozeTurn& turn) {
    closeLightWindow(turn);
    move(turn, LightState::Active);
    turn.doze.lightTimer.reset();
}

void restLight(DozeTurn& turn) {
    if (!turn.constants.dozeLightEnabled) return wakeLight(turn);
    if (turn.doze.light == LightState::Override && !deepIdles(turn.doze)) wakeLight(turn); // deep was switched off
    if (turn.doze.light != LightState::Active) return;
    if (deepIdles(turn.doze)) return overrideLight(turn);
    move(turn, LightState::Inactive);
    turn.doze.lightTimer = turn.now + turn.constants.dozeLightAfterInactive + turn.constants.dozeFlex;
}

void overrideLight(DozeTurn& turn) {
    if (!turn.constants.dozeLightEnabled) return wakeLight(turn);
    closeLightWindow(turn);
    move(turn, LightState::Override);
    turn.doze.lightTimer.reset();
}

void meetNetwork(DozeTurn& turn) {
    if (turn.doze.light == LightState::WaitingForNetwork) openLightWindow(turn);
}

void stepLight(DozeTurn& turn) {
    switch (turn.doze.light) {
    case LightState::Active:
    case LightState::Override:
        return;
    case LightState::Inactive:
        forgetLightGrowth(turn);
        [[fallthrough]];
    case LightState::IdleMaintenance:
        return beginLightIdle(turn);
    case LightState::Idle:
        if (!turn.device.network) return awaitNetwork(turn);
        [[fallthrough]];
    case LightState::WaitingForNetwork:
        return openLightWindow(turn);
    }
}

void holdLight(DozeTurn& turn, LightState state) {
    if (turn.doze.light == state) return;
    if (deepIdles(turn.doze)) endDoze(turn);
    if (turn.doze.deep == DeepState::Active) restDeep(turn, turn.constants.dozeInactive);
    if (turn.doze.light == LightState::Active || turn.doze.light == LightState::Inactive) forgetLightGrowth(turn);
    if (state == LightState::Idle) return beginLightIdle(turn);
    openLightWindow(turn);
}

std::optional<Instant> lightDue(const Doze& doze, DozeInputs inputs, const Constants& constants) {
    if (!doze.lightTimer) return std::nullopt;
    // limits.md §6.4: a window that nothing needs closes, but not in its first 5 s.
    if (doze.light == LightState::IdleMaintenance && !inputs.busy)
        return std::min(*doze.lightTimer, *doze.windowSince + constants.dozeMinLightMaintenance);
    return doze.lightTimer;
}

} // namespace stint
