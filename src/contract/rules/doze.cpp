#include "contract/rules/doze.hpp"

#include <algorithm>
#include <utility>

#include "base/time/time.hpp"
#include "contract/rules/doze_machines.hpp"

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

} // namespace stint
