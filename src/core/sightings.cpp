// What edges see of apps and of the device, merged into the nouns.
#include "core/state.hpp"
#include "rules/app_gate.hpp"
#include "rules/device_state.hpp"

namespace stint {
namespace {

ReadSet differences(const Device& before, const Device& after, const DeviceState& was, const DeviceState& is) {
    ReadSet changed = 0;
    const bool power = before.plugged != after.plugged || before.charging != after.charging ||
                       before.batteryPercent != after.batteryPercent || was.batteryLow != is.batteryLow;
    if (power) changed |= only(Reads::Power);
    if (before.network != after.network) changed |= only(Reads::Network);
    if (was.storageLow != is.storageLow) changed |= only(Reads::Storage);
    return changed;
}

} // namespace

void merge(Turn& turn, const AppInstalled& event) {
    App& app = turn.state.apps[event.manifest.package];
    app.manifest = event.manifest;
    if (auto memory = turn.state.memories.extract(event.manifest.package)) app.memory = std::move(memory.mapped());
    app.memory.app = event.manifest.package;
    turn.changedApps.insert(event.manifest.package);
    turn.changed |= only(Reads::App);
}

void merge(Turn& turn, const AppUninstalled& event) {
    State& state = turn.state;
    if (!state.apps.contains(event.app)) return;
    // jobs.md §7.4: all its jobs are cancelled, 13 / uninstall, and the store is cleaned.
    std::vector<JobKey> keys;
    for (const auto& [key, tracked] : state.jobs)
        if (key.app == event.app) keys.push_back(key);
    for (const JobKey& key : keys) {
        Tracked& tracked = state.jobs.at(key);
        if (tracked.run) {
            Running& running = state.runs.at(*tracked.run);
            running.run.dropped = true;
            beginStop(turn, running, {StopReason::User, InternalReason::Uninstall});
        }
        turn.effect(Trace{.what = Trace::What::Cancelled, .app = key.app, .job = key, .reason = StopReason::User});
        forget(turn, key);
    }
    state.completed.erase(event.app);
    state.apps.erase(event.app);
    turn.record(DropApp{event.app});
    turn.changedApps.insert(event.app);
    turn.changed |= only(Reads::App);
}

void merge(Turn& turn, const AppSeen& event) {
    App* app = turn.app(event.app);
    if (!app) return;
    app->visible = event.visible;
    app->running = event.running;
    const bool marked = app->memory.badUntil || !app->memory.crashes.empty();
    if (!event.visible || !marked) return;
    forgiveCrashes(app->memory); // jobs.md §12.3: the user has opened it
    turn.record(SaveApp{app->memory});
    turn.changedApps.insert(event.app);
    turn.changed |= only(Reads::App);
}

void merge(Turn& turn, const DeviceChanged& event) {
    State& state = turn.state;
    const DeviceState was = state.deviceState;
    state.deviceState = nextDeviceState(event.device, was, state.constants);
    turn.changed |= differences(state.device, event.device, was, state.deviceState);
    if (event.device.overrides != state.device.overrides) turn.record(SaveOverrides{event.device.overrides});
    state.device = event.device;
    if (event.call.value) turn.effect(Reply{.call = event.call});
}

} // namespace stint
