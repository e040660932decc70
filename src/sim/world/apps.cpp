#include "sim/world/apps.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "contract/model/reasons.hpp"
#include "sim/world/simulated_line.hpp"

namespace stint::sim {
namespace {

constexpr std::string_view foregroundServiceName = "Foreground";
constexpr std::string_view notAllowed = "ForegroundServiceStartNotAllowed";

Manifest manifestOf(const AppId& id, const AppSetup& setup, int version) {
    Manifest manifest{.package = id, .label = id.name, .version = fmt::format("{}", version)};
    manifest.permissions = setup.permissions;
    manifest.services = setup.services;
    manifest.receivers = {{"Receiver", {.name = "Receiver"}}}; // the only one, so alarms and messages need not name it
    manifest.debuggable = setup.debuggable;
    manifest.system = setup.system;
    manifest.hidden = setup.hidden;
    manifest.legacyFgsJobsFree = setup.legacyFgsJobsFree;
    manifest.legacyTopStartedJobsFree = setup.legacyTopStartedJobsFree;
    return manifest;
}

// The state to pin. The core learns of these two only by a person's override.
std::optional<ProcessState> pinOf(ProcessState shown) {
    if (shown == ProcessState::Top || shown == ProcessState::ForegroundService) return shown;
    return std::nullopt;
}

} // namespace

std::string resultOf(const Reply& reply) {
    return reply.error ? std::string(resultName(reply.error->code)) : "success";
}

Apps::Present* Apps::find(const AppId& id) { return findIn(apps_, id); }

void Apps::install(const AppId& id, const AppSetup& setup) {
    Present& app = apps_[id];
    app.setup = setup;
    app.shown = setup.state;
    present(id, app);
}

void Apps::add(const AppId& id, const AppSetup& setup) {
    install(id, setup);
    const auto use = batteryUseNamed(setup.batteryUsage).value_or(BatteryUse::Optimized);
    if (use != BatteryUse::Optimized) world_.tell(BatteryUseSet{{}, id, use});
    if (setup.dataSaverExempt) world_.tell(DataSaverExemptionSet{{}, id, true});
    if (setup.bucket) world_.tell(BucketForced{{}, id, bucketNamed(*setup.bucket).value_or(Bucket::Never)});
}

void Apps::present(const AppId& id, Present& app) {
    world_.tell(AppInstalled{manifestOf(id, app.setup, app.version)});
    for (std::int64_t nth = 1; nth <= app.setup.registrations; ++nth)
        world_.tell(Registered{.name = registrationOf(id, nth), .app = id});
    if (!app.setup.conditions.empty()) world_.tell(AppConditions{id, app.setup.conditions});
    announce(id);
}

void Apps::uninstall(const AppId& id) {
    world_.tell(AppUninstalled{id});
    apps_.erase(id);
}

void Apps::update(const AppId& id) {
    Present* app = find(id);
    if (!app) return;
    ++app->version;
    world_.tell(AppInstalled{manifestOf(id, app->setup, app->version)});
}

void Apps::change(const action::ChangeApp& change) {
    Present* app = find(change.app);
    if (!app) return;
    if (change.batteryUsage) {
        world_.tell(
            BatteryUseSet{{}, change.app, batteryUseNamed(*change.batteryUsage).value_or(BatteryUse::Optimized)});
    }
    if (change.dataSaverExempt) world_.tell(DataSaverExemptionSet{{}, change.app, *change.dataSaverExempt});
    if (change.tempAllowlist) world_.tell(TemporarilyAllowed{{}, change.app, *change.tempAllowlist});
    if (change.permissions) {
        // jobs.md §2.3: the manifest still declares it; the user has revoked it.
        std::set<std::string, std::less<>> revoked;
        std::ranges::set_difference(app->setup.permissions, *change.permissions, std::inserter(revoked, revoked.end()));
        const auto before = app->setup.permissions.size();
        app->setup.permissions.insert(change.permissions->begin(), change.permissions->end());
        if (app->setup.permissions.size() != before) present(change.app, *app); // its manifest declares more now
        world_.tell(PermissionsRevoked{{}, change.app, std::move(revoked)});
    }
    if (change.conditions) {
        app->setup.conditions = *change.conditions;
        world_.tell(AppConditions{change.app, *change.conditions});
    }
    if (change.state) app->shown = *change.state;
    if (change.maybeVisible) app->setup.maybeVisible = *change.maybeVisible;
    if (change.state || change.maybeVisible) announce(change.app);
    // scenario.md, time in a simulation: the bucket is pinned after the state.
    if (change.bucket) world_.tell(BucketForced{{}, change.app, bucketNamed(*change.bucket).value_or(Bucket::Active)});
}

std::string Apps::foregroundService(const AppId& id, bool start) {
    std::string result = "error";
    world_.tell(ForegroundServiceAsked{{}, id, std::string(foregroundServiceName), start}, [&](const Reply& reply) {
        const bool refused = reply.error && reply.error->message.starts_with(notAllowed);
        result = refused ? std::string(notAllowed) : resultOf(reply);
    });
    if (Present* app = find(id); app && result == "success") app->serving = start;
    return result;
}

void Apps::dead(const AppId& id) {
    Present* app = find(id);
    if (!app) return;
    app->shown = ProcessState::NotRunning;
    const bool served = std::exchange(app->serving, false);
    world_.later(Duration{0}, [this, id, served] {
        if (served && find(id)) world_.tell(ForegroundServiceAsked{{}, id, std::string(foregroundServiceName), false});
        announce(id);
    });
}

void Apps::hosts(const AppId& id, bool hosting) {
    Present* app = find(id);
    if (!app || app->hosting == hosting) return;
    app->hosting = hosting;
    world_.later(Duration{0}, [this, id] { announce(id); });
}

void Apps::allDead() {
    for (auto& [id, app] : apps_) {
        app.shown = ProcessState::NotRunning;
        app.hosting = app.serving = false;
    }
}

void Apps::announceAll(bool anotherBoot) {
    for (auto& [id, app] : apps_) {
        app.sentVisible.reset();
        app.sentRunning.reset();
        app.sentMaybeVisible.reset();
        if (anotherBoot) app.sentPin.reset();
        present(id, app);
        // Like libstint: a process that outlived the daemon begins them again (jobs.md §12.5).
        if (app.serving)
            world_.tell(
                ForegroundServiceAsked{.app = id, .service = std::string(foregroundServiceName), .resumes = true});
    }
}

void Apps::announce(const AppId& id) {
    Present* app = find(id);
    if (!app) return;
    const bool visible = app->shown == ProcessState::Top || app->shown == ProcessState::Visible;
    const bool running = app->shown != ProcessState::NotRunning || app->hosting;
    const auto pin = pinOf(app->shown);
    const auto tellPin = [&] {
        if (app->sentPin == pin) return;
        app->sentPin = pin;
        world_.tell(AppStatePinned{{}, id, pin});
    };
    // A pinned state overrides the visible one: in this order the core sees no state in between.
    if (pin) tellPin();
    const bool maybe = app->setup.maybeVisible;
    if (app->sentVisible != visible || app->sentRunning != running || app->sentMaybeVisible != maybe) {
        const bool begins = running && !app->sentRunning.value_or(false);
        app->sentVisible = visible;
        app->sentRunning = running;
        app->sentMaybeVisible = maybe;
        world_.tell(AppSeen{id, visible, running, maybe});
        if (begins) world_.began(id);
    }
    tellPin();
}

std::vector<AppId> Apps::expendable() const {
    std::vector<AppId> cached, working;
    for (const auto& [id, app] : apps_) {
        const bool hidden =
            !app.setup.maybeVisible && (app.shown == ProcessState::Background || app.shown == ProcessState::NotRunning);
        if (!hidden || app.serving) continue;
        if (app.hosting)
            working.push_back(id);
        else if (app.shown == ProcessState::Background)
            cached.push_back(id);
    }
    cached.insert(cached.end(), working.begin(), working.end());
    return cached;
}

} // namespace stint::sim
