// What edges see of apps and of the device, merged into the nouns.
#include <algorithm>

#include "core/state.hpp"
#include "rules/app_gate.hpp"
#include "rules/device_state.hpp"
#include "rules/ending.hpp"

namespace stint {
namespace {

ReadSet differences(const Device& before, const Device& after) {
    ReadSet changed = 0;
    const bool power = before.plugged != after.plugged || before.charging != after.charging ||
                       before.batteryPercent != after.batteryPercent;
    if (power) changed |= only(Reads::Power);
    if (before.network != after.network) changed |= only(Reads::Network);
    return changed;
}

ReadSet differences(const DeviceState& was, const DeviceState& is) {
    ReadSet changed = 0;
    if (was.batteryLow != is.batteryLow) changed |= only(Reads::Power);
    if (was.storageLow != is.storageLow) changed |= only(Reads::Storage);
    if (was.idle != is.idle || was.idleAt != is.idleAt) changed |= only(Reads::Idle);
    return changed;
}

// jobs.md §3.2: the path itself, or with the flag whatever lies beneath it.
bool watches(const JobInfo& info, const std::string& path) {
    return std::ranges::any_of(info.getTriggerContentUris(), [&](const JobInfo::TriggerContentUri& watched) {
        if (path == watched.uri) return true;
        const bool beneath = watched.flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
        const std::string folder = watched.uri.ends_with('/') ? watched.uri : watched.uri + '/';
        return beneath && path.starts_with(folder);
    });
}

void add(ContentChanges& content, const std::string& path, Instant now) {
    if (!content.first) content.first = now;
    content.last = now;
    if (content.uris.size() < mostTriggeredUris) content.uris.insert(path);
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
    state.deviceState = nextDeviceState(event.device, was, turn.now.elapsed, state.constants);
    turn.changed |= differences(state.device, event.device) | differences(was, state.deviceState);
    if (event.device.overrides != state.device.overrides) turn.record(SaveOverrides{event.device.overrides});
    hear(state, event.device, was);
    state.device = event.device;
    if (event.call.value) turn.effect(Reply{.call = event.call});
}

void ageDevice(Turn& turn) {
    State& state = turn.state;
    const DeviceState was = state.deviceState;
    state.deviceState = nextDeviceState(state.device, was, turn.now.elapsed, state.constants);
    turn.changed |= differences(was, state.deviceState);
}

void merge(Turn& turn, const AppConditions& event) {
    if (App* app = turn.app(event.app)) app->conditions = event.conditions;
}

void merge(Turn& turn, const AppTapped& event) {
    App* app = turn.app(event.app);
    if (app) app->grantUntil = turn.now.elapsed + turn.state.constants.startGrant;
}

void merge(Turn& turn, const ContentChanged& event) {
    for (auto& [key, tracked] : turn.state.jobs) {
        if (!watches(*tracked.job.info, event.path)) continue;
        if (tracked.run) {
            add(turn.state.runs.at(*tracked.run).content, event.path, turn.now.elapsed);
        } else if (!tracked.group) {
            add(tracked.content, event.path, turn.now.elapsed);
            letWait(turn, tracked);
        }
    }
}

void merge(Turn& turn, const ClockSet&) {
    State& state = turn.state;
    if (state.clockGood || !clockIsGood(state.lastCommit, turn.now)) return;
    state.clockGood = true;
    // jobs.md §7.3: what has not run since is rebuilt from its wall bounds.
    for (auto& [key, tracked] : state.jobs) {
        if (!tracked.clockWasWrong || tracked.run) continue;
        tracked.clockWasWrong = false;
        tracked.job = afterBoot(std::move(tracked.job), turn.now);
        turn.record(SaveJob{tracked.job});
        letWait(turn, tracked);
    }
}

} // namespace stint
