// Requests of apps and people, beside new jobs: to cancel, to stop, to open an app (jobs.md §2.6, §5.4).
#include <algorithm>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "contract/core/events.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/alarm.hpp"
#include "contract/rules/app_gate.hpp"
#include "contract/rules/notification.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
namespace {

// jobs.md §2.6. The job is gone at once; its run is asked to stop, and its answer is ignored.
void cancel(Turn& turn, const JobKey& key, Ending ending) {
    State& state = turn.state;
    const Tracked& tracked = state.jobs.at(key);
    turn.effect(Trace{.what = Trace::What::Cancelled, .app = key.app, .job = key, .reason = ending.reason});
    Running* const running = tracked.run ? &state.runs.at(tracked.run) : nullptr;
    STINT_CHECK(!running || running->run.key == key);
    remember(turn, tracked.job,
             pastRunOf(tracked, running ? &running->run : nullptr, ending, {1, "cancelled"}, turn.now.wall));
    if (running) {
        running->run.dropped = true;
        beginStop(turn, *running, ending);
    } else if (removesNotification(ending)) {
        withdrawLeftBehind(turn, key); // jobs.md §5.1
    }
    forget(turn, key);
}

Ending cancelledBy(bool anOperator) {
    // jobs.md §4.6: the app's own cancel is 1, the shell's 13; both canceled.
    return {anOperator ? STOP_REASON_USER : STOP_REASON_CANCELLED_BY_APP, InternalReason::Canceled};
}

std::optional<Error> stopError(const App* app, const AppId& id) {
    if (!app) return notInstalled(id);
    if (app->manifest.system || app->manifest.hidden) {
        return fail(Errc::SECURITY, "{} is part of the system and cannot be stopped", id.name);
    }
    return std::nullopt;
}

} // namespace

void apply(Turn& turn, const Cancel& event) {
    const JobKey key{event.app, event.space, event.id};
    if (turn.state.jobs.contains(key)) {
        cancel(turn, key, cancelledBy(event.byOperator));
    } else if (event.byOperator) {
        turn.effect(Reply{.call = event.call, .error = fail(Errc::ILLEGAL_ARGUMENT, "no job {}", textOf(key))});
        return;
    }
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const CancelAll& event) {
    std::uint32_t count = 0;
    for (const JobKey& key : keysOf(turn.state, event.app)) {
        if (event.space && key.space != *event.space) continue;
        if (!turn.state.jobs.contains(key)) continue; // it waited for one of the others, and is given up
        cancel(turn, key, cancelledBy(event.byOperator));
        ++count;
    }
    turn.effect(Reply{.call = event.call, .count = count});
}

void apply(Turn& turn, const StopApp& event) {
    State& state = turn.state;
    if (auto error = stopError(turn.app(event.app), event.app)) {
        turn.effect(Reply{.call = event.call, .error = std::move(error)});
        return;
    }
    // jobs.md §5.4, in its order: the marks, the kill, and each run's end. Its jobs are demoted, running or not.
    std::vector<RunId> runs;
    for (const auto& [id, running] : state.runs) {
        if (running.run.key.app == event.app) runs.push_back(id);
    }
    if (runs.empty() && !turn.app(event.app)->running) {
        turn.effect(
            Reply{.call = event.call, .error = fail(Errc::ILLEGAL_STATE, "nothing of {} runs", event.app.name)});
        return;
    }
    for (const JobKey& key : keysOf(state, event.app)) {
        Tracked& tracked = state.jobs.at(key);
        if (isAside(tracked)) continue; // its record stays as it was found
        tracked.job.demotedByUser = true;
        turn.record(SaveJob{tracked.job});
        if (tracked.run) continue;
        ReasonSet user; // jobs.md §5.4 clause 3
        user.add(PENDING_JOB_REASON_USER);
        tracked.details.edit().history.note(turn.now.wall, user);
        park(turn, tracked);
    }
    nothingRunsOf(turn, event.app);
    turn.effect(KillApp{event.app, "user", event.call});
    noteStop(turn, event.app);
    turn.effect(Trace{.what = Trace::What::Killed, .app = event.app, .during = "user"});
    for (const RunId run : runs) {
        state.runs.at(run).run.markedForDeath = true;
        close(turn, run, End::UserStop);
    }
}

void nothingRunsOf(Turn& turn, const AppId& id) {
    App* app = turn.app(id);
    if (!app) return;
    endServices(turn, *app);
    app->visible = app->running = false;
    app->memory.pinned.reset();
    app->memory.services.clear(); // also those of a process that did not come back
    turn.save(*app);
    followState(turn, *app);
}

void apply(Turn& turn, const AppStatePinned& event) {
    App* app = turn.app(event.app);
    if (!app) {
        turn.effect(Reply{.call = event.call, .error = notInstalled(event.app)});
        return;
    }
    const bool served = stateOf(*app) == ProcessState::ForegroundService;
    app->memory.pinned = event.state;
    turn.save(*app);
    // limits.md §2.4: an app that is pinned as running a foreground service has started one.
    if (!served && stateOf(*app) == ProcessState::ForegroundService)
        noteUse(turn, *app, UsageKind::ForegroundServiceStarted);
    followState(turn, *app);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const PermissionsRevoked& event) {
    Reply reply{.call = event.call};
    if (App* app = turn.app(event.app)) {
        const Bucket before = bucketOf(*app);
        const bool exact = maySetExactAlarms(*app);
        app->memory.revoked = event.revoked;
        turn.save(*app);
        turn.changedApps.insert(event.app);
        if (exact && !maySetExactAlarms(*app)) dropAlarms(turn, event.app, true); // limits.md §7.5
        setUsage(turn, *app, before, app->memory.usage);
    } else {
        reply.error = notInstalled(event.app);
    }
    turn.effect(reply);
}

void apply(Turn& turn, const AppOpened& event) {
    if (App* app = turn.app(event.app)) {
        forgiveCrashes(app->memory);
        noteUse(turn, *app, UsageKind::Interaction); // limits.md §2.2: started as the user's act
    }
    turn.effect(Reply{.call = event.call});
}

} // namespace stint
