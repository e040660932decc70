// The end of a run, and what becomes of its job (jobs.md §6.1).
#include "core/state.hpp"
#include "rules/ending.hpp"
#include "rules/load.hpp"
#include "rules/safeguard.hpp"

namespace stint {
namespace {

std::string_view silentDuring(End end) {
    switch (end) {
    case End::BindTimeout:
        return "bind";
    case End::StartSilent:
        return "start";
    case End::StopSilent:
        return "stop";
    case End::NoNotification:
        return "notification";
    case End::Finished:
    case End::FinishedForRetry:
    case End::StopRetry:
    case End::StopDrop:
    case End::BindRefused:
    case End::Lost:
    case End::UserStop:
    case End::Killed:
        return "";
    }
    return "";
}

bool reported(End end) { return end == End::Finished || end == End::FinishedForRetry; }

void traceEnd(Turn& turn, const Running& running, End end, const Ending& ending) {
    const Run& run = running.run;
    Trace trace{.app = run.key.app, .job = run.key, .ran = turn.now.elapsed - run.began};
    if (reported(end)) {
        trace.what = Trace::What::Finished;
        trace.rescheduled = end == End::FinishedForRetry;
        turn.effect(trace);
        return;
    }
    const bool started = run.state != RunState::Binding;
    if (started && !running.stopTraced) {
        trace.what = Trace::What::Stopped;
        trace.reason = ending.reason;
        trace.asked = false;
        turn.effect(trace);
    }
    if (const auto during = silentDuring(end); !during.empty()) {
        turn.effect(Trace{
            .what = Trace::What::Unresponsive, .app = run.key.app, .job = run.key, .during = std::string(during)});
    }
}

// jobs.md §4.8, §12.3: an app that does not answer is killed, but for one in front. A bind that takes too long is not
// held against it (§4.1).
void punish(Turn& turn, const AppId& id, End end) {
    if (end != End::StartSilent && end != End::StopSilent && end != End::NoNotification) return;
    const App* app = turn.app(id);
    if (app && stateOf(*app) == ProcessState::Top) return;
    turn.effect(KillApp{id, "unresponsive"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = id, .during = "unresponsive"});
}

void tryAgain(Turn& turn, Tracked& tracked, const Running& running, End end, const Ending& ending) {
    tracked.job = retried(std::move(tracked.job), end, ending, turn.now, turn.state.constants);
    tracked.job.running = false;
    tracked.job.sequence = turn.state.jobs.nextSequence(); // behind those that waited for its slot
    tracked.joined = turn.now.wall;
    turn.record(SaveJob{tracked.job});
    keepContent(turn, tracked, running.content);
    turn.effect(Trace{.what = Trace::What::Rescheduled,
                      .app = tracked.job.key.app,
                      .job = tracked.job.key,
                      .earliest = tracked.job.notBefore.value_or(turn.now.elapsed),
                      .failures = tracked.job.failures});
    park(turn, tracked);
}

// jobs.md §6.5: the next window of a periodic job, after a run that is not tried again.
void nextWindowOf(Turn& turn, Tracked& tracked) {
    tracked.job = nextPeriod(std::move(tracked.job), turn.now, turn.state.constants);
    tracked.job.running = false;
    tracked.job.sequence = turn.state.jobs.nextSequence();
    tracked.joined = turn.now.wall;
    turn.record(SaveJob{tracked.job});
    park(turn, tracked);
}

void endJob(Turn& turn, const Tracked& tracked, const Run& run, End end, const Ending& ending, const Outcome& outcome) {
    const JobKey key = tracked.job.key;
    if (!reported(end)) {
        turn.effect(Trace{.what = Trace::What::Dropped, .app = key.app, .job = key, .reason = ending.reason});
    }
    remember(turn, {.key = key,
                    .ended = turn.now.wall,
                    .ending = ending,
                    .outcome = outcome,
                    .transferredDown = run.transferredDown,
                    .transferredUp = run.transferredUp,
                    .label = tracked.job.details->label});
    forget(turn, key);
}

} // namespace

void killUninstalled(Turn& turn, const AppId& id) {
    if (turn.app(id) || turn.state.runs.anyOf(id)) return;
    withdrawAll(turn, id);
    turn.effect(KillApp{id, "uninstall"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = id, .during = "uninstall"});
}

void remember(Turn& turn, Completed completed) {
    const std::int64_t most = turn.state.constants.completedHistory;
    turn.state.endings.add(completed, most);
    turn.record(SaveCompleted{std::move(completed), most});
}

void close(Turn& turn, RunId id, End end, const Outcome& outcome) {
    State& state = turn.state;
    Running running = state.runs.take(id);
    Run& run = running.run;
    turn.changedJobs.insert(run.key.app);
    turn.changedApps.insert(run.key.app); // its quota has room again, or is used up
    if (App* app = turn.app(run.key.app)) noteRunEnds(*app, turn.now.elapsed, state.constants);
    const Ending ending = endingOf(end, run.ending);
    traceEnd(turn, running, end, ending);
    releaseNotification(turn, run, ending);
    turn.effect(EndRun{id});
    killUninstalled(turn, run.key.app);
    if (ending.internal != InternalReason::SuccessfulFinish) {
        state.runs.noteLate(run, turn.now.elapsed, turn.now.elapsed + state.constants.staleCallbackGrace);
    }
    punish(turn, run.key.app, end);

    Tracked* const found = state.jobs.find(run.key);
    if (!found || found->run != id) return; // cancelled meanwhile
    Tracked& tracked = *found;
    tracked.run = {};
    if (App* app = turn.app(run.key.app)) {
        if (noteEnd(*app, run, ending, running.free, turn.now.elapsed, state.constants)) turn.save(*app);
        if (buggy(*app, turn.now.elapsed, state.constants)) restrictAsBuggy(turn, *app);
    }
    if (run.dropped) return park(turn, tracked); // replaced meanwhile: the new one may wait for its start now
    tracked.job.details.edit().cumulative += turn.now.elapsed - run.began - run.stamped;
    if (retries(end, run.kind)) return tryAgain(turn, tracked, running, end, ending);
    if (run.info->isPeriodic() && end != End::UserStop && end != End::Killed) return nextWindowOf(turn, tracked);
    endJob(turn, tracked, run, end, ending, outcome);
}

} // namespace stint
