#include "contract/core/requests.hpp"

#include <algorithm>
#include <set>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/alarm.hpp"
#include "contract/rules/device_state.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/job_clocks.hpp"
#include "contract/rules/notification.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/standby.hpp"

namespace stint {

// Requests of apps and people, beside new jobs: to cancel, to stop, to open an app (jobs.md §2.6, §5.4).

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

// A person's requests about the start of one job: hold it, let it go on, end its back-off (jobs.md §14.2, §14.3).

namespace {

std::optional<Error> hold(Turn& turn, const HoldJob& event) {
    State& state = turn.state;
    Tracked* const tracked = state.jobs.find(event.key);
    if (!tracked) return notTracked(state, event.key);
    if (isAside(*tracked)) return isSetAside(*tracked);
    if (tracked->job.held == event.on) return std::nullopt;
    tracked->job.held = event.on;
    turn.record(SaveJob{tracked->job});
    if (!tracked->run)
        park(turn, *tracked);
    else if (event.on)
        beginStop(turn, state.runs.at(tracked->run), {STOP_REASON_USER, InternalReason::Held});
    return std::nullopt;
}

std::optional<Error> retry(Turn& turn, const RetryJob& event) {
    State& state = turn.state;
    Tracked* const tracked = state.jobs.find(event.key);
    if (!tracked) return scheduleAgain(turn, event);
    Job& job = tracked->job;
    const bool rests = job.notBefore && *job.notBefore > turn.now.elapsed && job.failures + job.systemStops > 0;
    if (tracked->run || isAside(*tracked) || !rests)
        return fail(Errc::ILLEGAL_STATE, "{} does not wait for a retry; `stint why` says what it does",
                    textOf(event.key));
    setNotBefore(job, std::nullopt, turn.now);
    turn.record(SaveJob{job});
    park(turn, *tracked);
    return std::nullopt;
}

} // namespace

void apply(Turn& turn, const HoldJob& event) {
    replyToPerson(turn, event.call, event.key.app, event.callerVisible, hold(turn, event));
}

void apply(Turn& turn, const RetryJob& event) {
    replyToPerson(turn, event.call, event.key.app, event.callerVisible, retry(turn, event));
}

void apply(Turn& turn, const ClearEnded& event) {
    State& state = turn.state;
    std::set<JobKey> ended;
    for (const auto& [app, history] : state.endings.byApp())
        for (const Completed& one : history)
            if (event.all ? event.key.app.name.empty() || app == event.key.app : one.key == event.key)
                ended.insert(one.key);
    Reply reply{.call = event.call, .count = static_cast<std::uint32_t>(ended.size())};
    if (!event.all && state.jobs.contains(event.key)) {
        reply.error = fail(Errc::ILLEGAL_STATE, "{} has not ended; `stint cancel` ends it", textOf(event.key));
        return turn.effect(std::move(reply));
    }
    if (!event.all && ended.empty()) reply.error = notTracked(state, event.key);
    for (const JobKey& key : ended) {
        state.endings.erase(key);
        turn.record(DropCompleted{key});
    }
    turn.effect(std::move(reply));
}

// The shell's verbs (jobs.md §8), and force-stop (§7.4).

std::optional<Instant> ShellState::next() const {
    std::optional<Instant> next;
    for (const auto& [call, waiting] : waitingRuns)
        next = earlier(next, std::optional(waiting.until));
    return next;
}

namespace {

// The gates that are shut for the job with this override; null: its own clocks keep it from being asked.
const std::vector<Shut>* shutWith(Turn& turn, Tracked& tracked, Override how) {
    tracked.override = how;
    park(turn, tracked);
    return tracked.group ? &tracked.group->shut : nullptr;
}

bool onlyNetworkIsMissing(const std::vector<Shut>& shut) {
    return std::ranges::all_of(shut, [](const Shut& one) { return waitsForNetwork(*one.gate); });
}

// Takes back the override of a `run` that fails (jobs.md §8).
void leaveAlone(Turn& turn, Tracked& tracked) {
    tracked.override = Override::None;
    park(turn, tracked);
}

Error notReady(const JobKey& key) {
    return fail(Errc::ILLEGAL_STATE, "{} has functional constraints but --force not specified", textOf(key));
}
Error unknown(const JobKey& key) { return fail(Errc::ILLEGAL_ARGUMENT, "no job {}", textOf(key)); }

bool othersWait(const State& state, CallId call, const JobKey& job) {
    return std::ranges::any_of(state.shell.waitingRuns,
                               [&](const auto& entry) { return entry.first != call && entry.second.job == job; });
}

// Starts a job for which nothing is shut. One that is only moved to the front has its slot in its turn, or waits for
// one (§8, -s). Others of its pool are asked at once whether there is still room for them (§14.1).
void startPushed(Turn& turn, Tracked& tracked) {
    if (tracked.override == Override::Sorting) return;
    startRun(turn, tracked, WorkType::Background);
    if (!tracked.job.details->terms->pool.empty()) askPools(turn, tracked.job.key.app);
}

// The reply to a waiting `run`; nullopt: it waits on.
std::optional<Reply> outcome(Turn& turn, CallId call, const WaitingRun& waiting) {
    State& state = turn.state;
    Tracked* const found = state.jobs.find(waiting.job);
    if (!found) return Reply{.call = call, .error = unknown(waiting.job)};
    Tracked& tracked = *found;
    if (tracked.run) return Reply{.call = call}; // it has started meanwhile, by this or not
    const auto* shut = tracked.group ? &tracked.group->shut : nullptr;
    if (shut && shut->empty()) {
        startPushed(turn, tracked);
        return Reply{.call = call};
    }
    if (turn.now.elapsed < waiting.until) return std::nullopt;
    if (!othersWait(state, call, waiting.job)) leaveAlone(turn, tracked);
    return Reply{.call = call, .error = notReady(waiting.job)};
}

} // namespace

void apply(Turn& turn, const RunJob& event) {
    State& state = turn.state;
    Tracked* const found = state.jobs.find(event.key);
    if (!found) return turn.effect(Reply{.call = event.call, .error = unknown(event.key)});
    Tracked& tracked = *found;
    if (tracked.run) return turn.effect(Reply{.call = event.call});
    if (isAside(tracked)) return turn.effect(Reply{.call = event.call, .error = isSetAside(tracked)});
    const auto* shut = shutWith(turn, tracked, event.how);
    if (shut && shut->empty()) {
        startPushed(turn, tracked);
        turn.effect(Reply{.call = event.call});
    } else if (shut && event.patient && onlyNetworkIsMissing(*shut)) {
        state.shell.waitingRuns[event.call] = {event.key, turn.now.elapsed + state.constants.runWait};
    } else {
        leaveAlone(turn, tracked);
        turn.effect(Reply{.call = event.call, .error = notReady(event.key)});
    }
}

void endWaits(Turn& turn) {
    auto& waiting = turn.state.shell.waitingRuns;
    for (auto it = waiting.begin(); it != waiting.end();) {
        auto reply = outcome(turn, it->first, it->second);
        if (!reply) {
            ++it;
            continue;
        }
        turn.effect(*std::move(reply));
        it = waiting.erase(it);
    }
}

void apply(Turn& turn, const StopJobs& event) {
    Reply reply{.call = event.call};
    for (auto& [id, running] : turn.state.runs) {
        const Run& run = running.run;
        const bool matches = (!event.app || run.key.app == *event.app) && (!event.id || run.key.id == *event.id) &&
                             run.key.space == event.space;
        if (!matches || run.state != RunState::Executing || run.ending) continue;
        reply.jobs.push_back(run.key);
        beginStop(turn, running, event.ending);
    }
    reply.count = static_cast<std::uint32_t>(reply.jobs.size());
    turn.effect(reply);
}

void apply(Turn& turn, const ForceStop& event) {
    State& state = turn.state;
    const Ending ending{STOP_REASON_USER, InternalReason::Canceled};
    turn.effect(KillApp{event.app, "force_stop"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = event.app, .during = "force_stop"});
    std::vector<RunId> runs;
    for (auto& [id, running] : state.runs) {
        if (running.run.key.app != event.app) continue;
        running.run.ending = ending;
        runs.push_back(id);
    }
    for (const RunId run : runs)
        close(turn, run, End::Killed);
    for (const JobKey& key : keysOf(state, event.app)) {
        if (!state.jobs.contains(key)) continue; // it waited for one of the others, and is given up
        turn.effect(Trace{.what = Trace::What::Cancelled, .app = key.app, .job = key, .reason = ending.reason});
        const Completed ended = completedBy(state.jobs.find(key)->job, {.ended = turn.now.wall, .ending = ending});
        forget(turn, key);
        tellSuccessors(turn, ended);
    }
    nothingRunsOf(turn, event.app);
    dropAlarms(turn, event.app, false); // limits.md §7.4: force-stop drops the alarms and their history
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const ResetExecutionQuota& event) {
    Reply reply{.call = event.call};
    if (App* app = turn.app(event.app)) {
        // A run under way opens a session anew, from now on (accountQuotas).
        app->memory.quota = {};
        app->memory.expedited = {.topSince = app->memory.expedited.topSince};
        turn.save(*app);
        turn.changedApps.insert(event.app);
    } else {
        reply.error = notInstalled(event.app);
    }
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const ResetScheduleQuota& event) {
    for (auto& [id, app] : turn.state.apps) {
        app.scheduleCalls.clear();
        app.memory.timeouts.clear();
        app.memory.silences.clear();
        turn.save(app);
    }
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const MonitorBattery& event) {
    turn.state.shell.monitorsBattery = event.on;
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const DockFaked& event) {
    turn.state.deviceState.docked = event.idle;
    ageDevice(turn);
    turn.effect(Reply{.call = event.call});
}

void hear(State& state, const Device& report, const DeviceState& was) {
    const DeviceState& is = state.deviceState;
    ShellState& shell = state.shell;
    if (batteryNews(state.device, report, was, is, shell.monitorsBattery)) ++shell.batteryNews;
    if (was.storageLow != is.storageLow) ++shell.storageNews;
}

} // namespace stint
