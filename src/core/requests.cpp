// What apps and people ask for (jobs.md §2, §5.4).
#include "base/fail.hpp"
#include "core/state.hpp"
#include "rules/admission.hpp"
#include "rules/app_gate.hpp"
#include "rules/kind.hpp"
#include "rules/work_item.hpp"

namespace stint {
namespace {

std::string_view resultName(const Error& error) {
    switch (error.code) {
    case Errc::IllegalArgument:
        return "IllegalArgumentException";
    case Errc::IllegalState:
        return "IllegalStateException";
    case Errc::Security:
        return "SecurityException";
    case Errc::LimitExceeded:
        return "limit_exceeded";
    case Errc::Storage:
    case Errc::Busy:
    case Errc::Unavailable:
    case Errc::System:
        break;
    }
    return "error";
}

void refuse(Turn& turn, const Schedule& event, Error error) {
    turn.effect(Trace{.what = Trace::What::Refused,
                      .app = event.app,
                      .job = JobKey{event.app, event.space, event.info->getId()},
                      .result = std::string(resultName(error))});
    turn.effect(Reply{.call = event.call, .error = std::move(error)});
}

void refuseQuietly(Turn& turn, const Schedule& event) {
    turn.effect(Trace{.what = Trace::What::Refused,
                      .app = event.app,
                      .job = JobKey{event.app, event.space, event.info->getId()},
                      .result = "failure"});
    turn.effect(Reply{.call = event.call, .result = 0, .id = event.info->getId()});
}

JobId smallestFree(State& state, const AppId& app, const std::string& space) {
    auto [hint, isNew] = state.lowestFree.try_emplace({app, space}, 1);
    while (state.jobs.contains({app, space, JobId{hint->second}}))
        ++hint->second;
    return JobId{hint->second};
}

// jobs.md §2.4, replace: counters, marks and cumulative time begin anew; a run of the old one is asked to stop.
Tracked& replaceOrAdd(Turn& turn, const JobKey& key) {
    State& state = turn.state;
    const auto found = state.jobs.find(key);
    if (found == state.jobs.end()) {
        ++state.jobCount[key.app];
        return state.jobs[key];
    }
    Tracked& tracked = found->second;
    takeOut(state, tracked);
    if (tracked.run) {
        Running& running = state.runs.at(*tracked.run);
        running.run.dropped = true;
        beginStop(turn, running, {StopReason::CancelledByApp, InternalReason::Canceled});
    }
    const auto run = tracked.run;
    tracked = Tracked{};
    tracked.run = run;
    return tracked;
}

// jobs.md §2.5: an item joins a job with an equal JobInfo, running or not; else the job is replaced, and its items move
// to the new one, those not completed first.
std::vector<WorkItem> inheritedWork(const State& state, const JobKey& key) {
    const auto old = state.jobs.find(key);
    if (old == state.jobs.end()) return {};
    std::vector<WorkItem> work = old->second.job.work;
    for (WorkItem& item : work)
        item.active = false;
    return work;
}

bool joins(const State& state, const Schedule& event, const JobKey& key) {
    const auto found = state.jobs.find(key);
    return event.work && found != state.jobs.end() && *found->second.job.info == *event.info;
}

void addWork(Turn& turn, Job& job, WorkItem item) {
    item.id = job.nextWork++;
    turn.record(SaveWork{job.key, item});
    job.work.push_back(std::move(item));
}

// The app was in an allowed state just now: the marks are taken away (jobs.md §2.5).
void join(Turn& turn, const Schedule& event, const JobKey& key) {
    Tracked& tracked = turn.state.jobs.at(key);
    addWork(turn, tracked.job, *event.work);
    const bool demoted = tracked.job.demotedByUser || tracked.job.demotedBySystem;
    if (event.info->isUserInitiated() && demoted) {
        tracked.job.demotedByUser = tracked.job.demotedBySystem = false;
        turn.record(SaveJob{tracked.job});
    }
    turn.effect(Trace{.what = Trace::What::Scheduled, .app = key.app, .job = key, .result = "success"});
    turn.effect(Reply{.call = event.call, .result = 1, .id = key.id});
    if (!tracked.run) letWait(turn, tracked);
}

// What it watches may have changed while the one before it ran (jobs.md §3.2).
ContentChanges collected(const State& state, const JobKey& key) {
    const auto old = state.jobs.find(key);
    if (old == state.jobs.end() || !old->second.run) return {};
    return state.runs.at(*old->second.run).content;
}

void accept(Turn& turn, const Schedule& event, const JobKey& key, JobInfoPtr info) {
    State& state = turn.state;
    const bool replaces = state.jobs.contains(key);
    std::vector<WorkItem> work = event.work ? inheritedWork(state, key) : std::vector<WorkItem>{};
    ContentChanges content = collected(state, key);
    // Its work goes with it, but where enqueue() hands it on.
    if (replaces && !event.work && !state.jobs.at(key).job.work.empty()) turn.record(DropJob{key});
    Tracked& tracked = replaceOrAdd(turn, key);
    tracked.job = Job{.key = key,
                      .info = std::move(info),
                      .scheduled = turn.now.wall,
                      .enqueued = turn.now.elapsed,
                      .sequence = state.nextSequence++,
                      .work = std::move(work),
                      .label = event.info->getExtras().getString("label")};
    for (const WorkItem& item : tracked.job.work)
        tracked.job.nextWork = std::max(tracked.job.nextWork, item.id + 1);
    setClocks(tracked.job, turn.now, state.constants);
    tracked.content = std::move(content);
    tracked.joined = turn.now.wall;
    tracked.inSight = event.callerVisible;
    turn.record(SaveJob{tracked.job});
    if (event.work) addWork(turn, tracked.job, *event.work);
    turn.effect(Trace{.what = replaces ? Trace::What::Replaced : Trace::What::Scheduled,
                      .app = key.app,
                      .job = key,
                      .result = "success"});
    turn.effect(Reply{.call = event.call, .result = 1, .id = key.id});
    if (!tracked.run) letWait(turn, tracked); // else nothing of it starts before the old run has ended
}

std::optional<Error> workError(const State& state, const Schedule& event, const JobKey& key) {
    if (!event.work) return std::nullopt;
    const WorkItem& item = *event.work;
    if (auto error = brokenRule(item)) return error;
    const bool bytes = std::max({item.estimatedDown, item.estimatedUp, item.minimumChunk}) > 0;
    if (bytes && !event.info->getRequiredNetwork()) {
        return fail(Errc::IllegalArgument, "an item with network bytes on a job that requires no network; require one");
    }
    const auto old = state.jobs.find(key);
    const auto queued = old == state.jobs.end() ? 0 : std::ssize(old->second.job.work);
    if (event.info->isPersisted() && queued >= state.constants.maxPersistedWorkItems) {
        return fail(Errc::IllegalState, "{} has {} work items already, and at most {} are allowed", textOf(key), queued,
                    state.constants.maxPersistedWorkItems);
    }
    return std::nullopt;
}

// jobs.md §2.6. The job is gone at once; its run is asked to stop, and its answer is ignored.
void cancel(Turn& turn, const JobKey& key, Ending ending) {
    State& state = turn.state;
    Tracked& tracked = state.jobs.at(key);
    Completed completed{
        .key = key, .ended = turn.now.wall, .ending = ending, .outcome = {1, "cancelled"}, .label = tracked.job.label};
    turn.effect(Trace{.what = Trace::What::Cancelled, .app = key.app, .job = key, .reason = ending.reason});
    if (tracked.run) {
        Running& running = state.runs.at(*tracked.run);
        completed.transferredDown = running.run.transferredDown;
        completed.transferredUp = running.run.transferredUp;
        running.run.dropped = true;
        beginStop(turn, running, ending);
    }
    remember(turn, std::move(completed));
    forget(turn, key);
}

Ending cancelledBy(bool anOperator) {
    // jobs.md §4.6: the app's own cancel is 1, the shell's 13; both canceled.
    return {anOperator ? StopReason::User : StopReason::CancelledByApp, InternalReason::Canceled};
}

std::vector<JobKey> keysOf(const State& state, const AppId& app) {
    std::vector<JobKey> keys;
    for (auto it = state.jobs.lower_bound({app, "", JobId{std::numeric_limits<std::int32_t>::min()}});
         it != state.jobs.end() && it->first.app == app; ++it) {
        keys.push_back(it->first);
    }
    return keys;
}

std::optional<Error> stopError(const App* app, const AppId& id) {
    if (!app) return fail(Errc::IllegalArgument, "no app {} is installed; `stint apps` lists those that are", id.name);
    if (app->manifest.system || app->manifest.hidden) {
        return fail(Errc::Security, "{} is part of the system and cannot be stopped", id.name);
    }
    return std::nullopt;
}

} // namespace

void merge(Turn& turn, const Schedule& event) {
    // The order of jobs.md §2.4; whatever fails leaves an existing job of the same id untouched.
    State& state = turn.state;
    App* app = turn.app(event.app);
    if (!app) return refuse(turn, event, fail(Errc::Security, "{} is not an installed app", event.app.name));
    if (auto error = manifestError(*app, *event.info)) return refuse(turn, event, *std::move(error));
    switch (admission(*app, event, turn.now.elapsed)) {
    case Admission::NotDeclared:
        return refuse(
            turn, event,
            fail(Errc::Security, "{} does not declare the permission {}", event.app.name, runUserInitiatedJobs));
    case Admission::NotAllowed:
        return refuseQuietly(turn, event);
    case Admission::Admitted:
        break;
    }
    auto space = trimmedNamespace(event.space, state.constants);
    if (!space) return refuse(turn, event, std::move(space).error());
    if (event.info->isPersisted()) {
        const bool over = overScheduleRate(*app, turn.now.elapsed, state.constants);
        if (over && app->manifest.debuggable) {
            return refuse(turn, event,
                          fail(Errc::LimitExceeded, "{} schedules persisted jobs more than {} times within {}",
                               event.app.name, state.constants.scheduleRate,
                               formatDuration(state.constants.scheduleRateWindow)));
        }
        // Noted up to the limit: one more note tells nothing new.
        if (!over) app->scheduleCalls.push_back(turn.now.elapsed);
    }
    JobInfoPtr info = event.info;
    JobKey key{event.app, *space, info->getId()};
    if (event.newId) {
        key.id = smallestFree(state, event.app, *space);
        info = std::make_shared<const JobInfo>(info->withId(key.id));
    }
    if (auto error = workError(state, event, key)) return refuse(turn, event, *std::move(error));
    if (joins(state, event, key)) return join(turn, event, key);
    const auto tracked = state.jobCount.find(event.app);
    if (auto error = capError(event.app, tracked == state.jobCount.end() ? 0 : tracked->second,
                              state.jobs.contains(key), state.constants)) {
        return refuse(turn, event, *std::move(error));
    }
    accept(turn, event, key, std::move(info));
}

void merge(Turn& turn, const Cancel& event) {
    const JobKey key{event.app, event.space, event.id};
    if (turn.state.jobs.contains(key)) {
        cancel(turn, key, cancelledBy(event.byOperator));
    } else if (event.byOperator) {
        turn.effect(Reply{.call = event.call, .error = fail(Errc::IllegalArgument, "no job {}", textOf(key))});
        return;
    }
    turn.effect(Reply{.call = event.call});
}

void merge(Turn& turn, const CancelAll& event) {
    std::uint32_t count = 0;
    for (const JobKey& key : keysOf(turn.state, event.app)) {
        if (event.space && key.space != *event.space) continue;
        cancel(turn, key, cancelledBy(event.byOperator));
        ++count;
    }
    turn.effect(Reply{.call = event.call, .count = count});
}

void merge(Turn& turn, const StopApp& event) {
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
        turn.effect(Reply{.call = event.call, .error = fail(Errc::IllegalState, "nothing of {} runs", event.app.name)});
        return;
    }
    for (const JobKey& key : keysOf(state, event.app)) {
        Tracked& tracked = state.jobs.at(key);
        tracked.job.demotedByUser = true;
        turn.record(SaveJob{tracked.job});
        if (tracked.run) continue;
        note(tracked.history, turn.now.wall, {PendingReason::User}); // jobs.md §5.4 clause 3
        letWait(turn, tracked);
    }
    nothingRunsOf(turn, event.app);
    turn.effect(KillApp{event.app, "user"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = event.app, .during = "user"});
    for (RunId run : runs) {
        state.runs.at(run).run.markedForDeath = true;
        close(turn, run, End::UserStop);
    }
    turn.effect(Reply{.call = event.call, .count = static_cast<std::uint32_t>(runs.size())});
}

void nothingRunsOf(Turn& turn, const AppId& id) {
    App* app = turn.app(id);
    if (!app) return;
    endServices(turn, *app);
    app->visible = app->running = false;
    turn.changedApps.insert(id);
    if (!app->memory.pinned) return;
    app->memory.pinned.reset();
    turn.record(SaveApp{app->memory});
}

void merge(Turn& turn, const AppStatePinned& event) {
    App* app = turn.app(event.app);
    if (!app) {
        turn.effect(
            Reply{.call = event.call, .error = fail(Errc::IllegalArgument, "no app {} is installed", event.app.name)});
        return;
    }
    app->memory.pinned = event.state;
    const bool seen = event.state == ProcessState::Top || event.state == ProcessState::Visible;
    if (seen) forgiveCrashes(app->memory);
    turn.record(SaveApp{app->memory});
    turn.changedApps.insert(event.app);
    turn.effect(Reply{.call = event.call});
}

void merge(Turn& turn, const AppOpened& event) {
    if (App* app = turn.app(event.app)) {
        forgiveCrashes(app->memory);
        turn.record(SaveApp{app->memory});
        turn.changedApps.insert(event.app);
    }
    turn.effect(Reply{.call = event.call});
}

} // namespace stint
