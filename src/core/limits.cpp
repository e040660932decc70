// The device's limits as time goes by, and what people say of them: Doze, grants, the user's choices, the policy.
#include <algorithm>

#include "core/state.hpp"
#include "rules/app_state.hpp"
#include "rules/device_state.hpp"
#include "rules/expedited_quota.hpp"
#include "rules/quota.hpp"
#include "rules/standby.hpp"

namespace stint {
namespace {

void traceDoze(Turn& turn, const std::vector<DozeChange>& changes) {
    for (const DozeChange& change : changes)
        turn.effect(Trace{.what = Trace::What::Doze,
                          .machine = change.light ? "light" : "deep",
                          .from = change.from,
                          .to = change.to});
}

// The next instant at which time alone changes what gates read of an app.
std::optional<Instant> nextAppClock(const State& state, const App& app, Now now) {
    const World world{state.constants, state.device, state.deviceState, now};
    std::optional<Instant> next;
    const auto at = [&](std::optional<Instant> when) {
        if (when && *when > now.elapsed && (!next || *when < *next)) next = when;
    };
    at(activeUntil(app, now.elapsed, state.constants));
    at(regularCutOff(app, world));
    at(expeditedCutOff(app, world));
    at(expeditedFreeUntil(app, world));
    at(app.memory.allowlistedUntil);
    at(networkCutOff(app, state.constants));
    const auto ages =
        nextChange(app.memory.usage, usageNow(state, now.elapsed), state.device.screenOn, app, state.constants);
    if (ages) at(now.elapsed + std::max(*ages, Duration{1}));
    return next;
}

void setAppClock(State& state, const AppId& id, const App* app, Now now) {
    const auto known = state.appClockOf.find(id);
    const auto next = app ? nextAppClock(state, *app, now) : std::nullopt;
    if (known != state.appClockOf.end()) {
        if (next && known->second == *next) return;
        state.appClocks.erase({known->second, id});
        state.appClockOf.erase(known);
    }
    if (!next) return;
    state.appClockOf.emplace(id, *next);
    state.appClocks.emplace(*next, id);
}

bool isBusy(const State& state) { return !state.runs.empty() || !state.deliveries.empty(); }

} // namespace

DozeInputs dozeInputs(const State& state) { return {nextAlarmClock(state), isBusy(state)}; }

bool ageDoze(Turn& turn, const Device& was) {
    State& state = turn.state;
    std::vector<DozeChange> changes;
    Doze& doze = state.deviceState.doze;
    const Doze before = doze;
    doze = nextDoze(before, was, state.device, dozeInputs(state), turn.now.elapsed, state.constants, changes);
    traceDoze(turn, changes);
    if (holdOf(doze) != holdOf(before)) turn.changed |= only(Reads::Doze);
    return !changes.empty();
}

void setSweep(State& state, Now now) {
    const auto next = nextSweep(usageNow(state, now.elapsed), state.constants);
    state.sweepAt = next ? std::optional(now.elapsed + std::max(*next, Duration{1})) : std::nullopt;
}

void ageApps(Turn& turn) {
    State& state = turn.state;
    if (state.sweepAt && *state.sweepAt <= turn.now.elapsed) {
        for (auto& [id, app] : state.apps)
            ageUsage(turn, app, true);
        setSweep(state, turn.now);
    }
    while (!state.appClocks.empty() && state.appClocks.begin()->first <= turn.now.elapsed) {
        const AppId id = state.appClocks.begin()->second;
        state.appClocks.erase(state.appClocks.begin());
        state.appClockOf.erase(id);
        turn.changedApps.insert(id);
        if (App* app = turn.app(id)) ageUsage(turn, *app, false);
    }
}

void setAppClocks(Turn& turn, ReadSet changed, const std::set<AppId>& apps) {
    State& state = turn.state;
    // Of the device, what an app's clocks go by is whether it charges, and whether the screen's clock goes.
    if (turn.agesOtherwise || (changed & Reads::Power)) {
        for (const auto& [id, app] : state.apps)
            setAppClock(state, id, &app, turn.now);
        return;
    }
    for (const AppId& id : apps)
        setAppClock(state, id, turn.app(id), turn.now);
}

void apply(Turn& turn, const BatteryUseSet& event) {
    App* app = turn.app(event.app);
    Reply reply{.call = event.call};
    if (!app) {
        reply.error = notInstalled(event.app);
    } else {
        const Bucket before = bucketOf(*app);
        app->memory.batteryUse = event.use;
        turn.save(*app);
        turn.changedApps.insert(event.app);
        setUsage(turn, *app, before, app->memory.usage);
        ageUsage(turn, *app, false);
    }
    turn.effect(reply);
}

void apply(Turn& turn, const DataSaverExemptionSet& event) {
    App* app = turn.app(event.app);
    Reply reply{.call = event.call};
    if (!app) {
        reply.error = notInstalled(event.app);
    } else {
        app->memory.dataSaverExempt = event.exempt;
        turn.save(*app);
        turn.changedApps.insert(event.app);
    }
    turn.effect(reply);
}

void apply(Turn& turn, const TemporarilyAllowed& event) {
    App* app = turn.app(event.app);
    Reply reply{.call = event.call};
    if (app) {
        allowTemporarily(turn, *app, event.length);
        // PROPOSAL: as Android's tempwhitelist does.
        letServe(turn, *app, *app->memory.allowlistedUntil);
    }
    if (!app) reply.error = notInstalled(event.app);
    turn.effect(reply);
}

void apply(Turn& turn, const PolicyChanged& event) {
    turn.state.constants = event.constants;
    setSweep(turn.state, turn.now);
    turn.changed = readsOfAll();
    for (const auto& [id, app] : turn.state.apps)
        turn.changedApps.insert(id);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const DozeStepped& event) {
    State& state = turn.state;
    if (const auto held = state.device.dozeForce)
        return apply(turn, DozeHeld{event.call, steppedForce(*held, event.light)});
    std::vector<DozeChange> changes;
    state.deviceState.doze = steppedDoze(state.deviceState.doze, event.light, state.device, dozeInputs(state),
                                         turn.now.elapsed, state.constants, changes);
    traceDoze(turn, changes);
    turn.changed |= only(Reads::Doze);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const DozeHeld& event) {
    Device device = turn.state.device;
    device.dozeForce = event.force;
    apply(turn, DeviceChanged{event.call, std::move(device)});
}

void apply(Turn& turn, const ShuttingDown&) {
    foldUsage(turn);
    turn.record(usageRecord(turn.state));
}

} // namespace stint
