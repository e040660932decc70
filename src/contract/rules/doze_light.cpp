// limits.md §6.3: the light machine.
#include <algorithm>
#include <utility>

#include "contract/rules/doze_machines.hpp"

namespace stint {
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
