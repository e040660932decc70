// The edges' reports of apps and of the clock.
#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "contract/core/explanation.hpp"
#include "contract/core/start_terms.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/alarm.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/job_clocks.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/network_budget.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/standby.hpp"
#include "contract/rules/wall_clock.hpp"

namespace stint {
namespace {

/// False: nothing of it is ever started or known as its own, so there is nothing to kill.
bool hasProgram(const Manifest& app) {
    return !app.command.empty() || !app.executable.empty() || !app.services.empty() || !app.receivers.empty();
}

} // namespace

void apply(Turn& turn, const AppInstalled& event) {
    const auto [entry, isNew] = turn.state.apps.add(event.manifest.package);
    App& app = entry.second;
    app.manifest = event.manifest;
    if (auto memory = turn.state.memories.extract(event.manifest.package)) {
        app.memory = std::move(memory.mapped());
        // Still on screen, if it was, until an AppSeen reports: a job that starts before that costs no session
        // (limits.md §3.3).
        app.visible = app.memory.seen && !app.memory.pinned;
        app.foreground = stateOf(app) <= ProcessState::ForegroundService;
    }
    if (app.memory.usage == unused()) {
        app.memory.usage = firstUsage(app.manifest, usageNow(turn.state, turn.now.elapsed));
    }
    app.memory.app = event.manifest.package;
    if (isNew) ageUsage(turn, app, false); // by what has passed meanwhile, before its jobs are asked about
    // The app may have been updated while no daemon was there to see it.
    setUsage(turn, app, bucketOf(app), afterInstall(app.memory.usage, app.manifest.version));
    // limits.md §7.5. The permission may have gone while no daemon was there to see it.
    if (!maySetExactAlarms(app)) dropAlarms(turn, event.manifest.package, true);
    turn.changedApps.insert(event.manifest.package);
}

void apply(Turn& turn, const AppUninstalled& event) {
    State& state = turn.state;
    if (!state.apps.contains(event.app)) return;
    // jobs.md §7.4: all its jobs are cancelled, 13 / uninstall, and the store is cleaned.
    for (const JobKey& key : keysOf(state, event.app)) {
        const Tracked* const found = state.jobs.find(key);
        if (!found) continue; // it waited for one of the others, and is given up
        const Tracked& tracked = *found;
        // scenario.md: a cause is traced before its consequence.
        turn.effect(Trace{.what = Trace::What::Cancelled, .app = key.app, .job = key, .reason = STOP_REASON_USER});
        if (tracked.run) {
            Running& running = state.runs.at(tracked.run);
            STINT_CHECK(running.run.key == key);
            running.run.dropped = true;
            beginStop(turn, running, {STOP_REASON_USER, InternalReason::Uninstall});
        }
        const Ending ending{STOP_REASON_USER, InternalReason::Uninstall};
        const Completed ended = completedBy(tracked.job, {.ended = turn.now.wall, .ending = ending});
        forget(turn, key);
        tellSuccessors(turn, ended);
    }
    STINT_CHECK(keysOf(state, event.app).empty()); // none of its jobs outlives it
    state.endings.erase(event.app);
    endServices(turn, state.apps.at(event.app));
    dropAlarms(turn, event.app, false);
    dropMessages(turn, event.app);
    dropRegistrations(turn, event.app);
    state.networkTold.shutBy.erase(event.app);
    STINT_CHECK(std::ranges::empty(state.alarms.of(event.app)));
    apply(turn, NetworkCounted{event.app, false});
    state.metering.saved.erase(event.app);
    state.watched.setShortage(event.app, {});
    const bool mayRun = hasProgram(state.apps.at(event.app).manifest);
    state.apps.erase(event.app);
    turn.record(DropApp{event.app});
    turn.changedApps.insert(event.app);
    if (mayRun) killUninstalled(turn, event.app);
}

void apply(Turn& turn, const AppSeen& event) {
    App* app = turn.app(event.app);
    if (!app) return;
    // While nobody sees the app, and nobody has for a while, it is the same to gates if it runs or not.
    const auto near = [&] {
        const bool active = isActive(*app, turn.now.elapsed, turn.state.constants);
        return std::pair(std::min(stateOf(*app), ProcessState::Background), active);
    };
    const auto before = near();
    // limits.md §14: nobody else asks what a program that was no run has used.
    if (app->running && !event.running) countNetwork(turn, event.app);
    app->visible = event.visible;
    app->running = event.running;
    app->maybeVisible = event.maybeVisible;
    lookAtStop(turn, event.app);
    followState(turn, *app, near() == before ? only(Reads::Ledger) : allOfApp);
}

void apply(Turn& turn, const AppConditions& event) {
    if (App* app = turn.app(event.app)) app->conditions = event.conditions;
}

void apply(Turn& turn, const AppTapped& event) {
    App* app = turn.app(event.app);
    if (!app) return;
    app->memory.grantUntil = turn.now.elapsed + turn.state.constants.startGrant;
    noteUse(turn, *app, UsageKind::Interaction);
    allowTemporarily(turn, *app, turn.state.constants.allowlistNotification); // limits.md §6.6
}

void followWallClock(Turn& turn) {
    State& state = turn.state;
    const Now before = std::exchange(state.boot.clock, turn.now);
    if (!clockWasSet(before, turn.now)) {
        state.boot.clock = before;
        return;
    }
    const Duration by = turn.now.wall - wallAt(turn.now.elapsed, before);
    for (auto& [limit, since] : state.limited.since)
        since += by;
    for (auto& [id, running] : state.runs) {
        running.run.beganWall += by;
        if (running.heldSince) *running.heldSince += by;
    }
    state.waiting.groups.followWallClock(by);
    for (Tracked& tracked : state.jobs.all()) {
        tracked.joined += by;
        if (tracked.details->groupedAt) tracked.details.edit().groupedAt = *tracked.details->groupedAt + by;
        followWallClock(turn, tracked, by);
        const Running* const running = ownRun(state, tracked);
        if (!running) continue;
        tracked.job.details.edit().runBegan = running->run.beganWall;
        turn.record(SaveJob{tracked.job});
    }
}

// jobs.md §7.3: jobs that awaited the right clock are rebuilt from their wall times; the wall times of all others are
// written anew, so that a later reboot reads them right.
void apply(Turn& turn, const ClockSet&) {
    State& state = turn.state;
    turn.waitsOtherwise = true; // each time that is shown has changed
    rebaseAlarms(turn);
    state.deviceLog.beginAnew();
    for (auto& [id, app] : state.apps) {
        endTomorrow(app.memory.days, dayOf(turn.world()));
        turn.save(app); // its times are placed after a boot by when they were written (limits.md §3.4)
        if (!app.memory.days.empty()) turn.changedApps.insert(id); // its budgets are of another day
    }
    state.boot.clockGood = state.boot.clockGood || clockIsGood(state.boot.lastCommit, turn.now);
    for (Tracked& tracked : state.jobs.all()) {
        Job& job = tracked.job;
        followClock(turn, tracked);
        if (!job.info.isPersisted() || (job.awaitsClock && !state.boot.clockGood)) continue;
        const bool awaited = job.awaitsClock && !tracked.run; // its start drops that; a damaged row may still have it
        if (awaited) {
            unpark(state, tracked);
            job = afterBoot(std::move(job), turn.now.elapsed, turn.now, state.constants);
            job.awaitsClock = false;
        }
        if (rebase(job, turn.now) || awaited) turn.record(SaveJob{job});
        if (awaited) park(turn, tracked);
    }
}

} // namespace stint
