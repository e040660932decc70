// The end of a run, and what becomes of its job (jobs.md §6.1).
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/core/start_terms.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/wall_clock.hpp"

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

// The cause under which a day's ledger counts the run among those that were cut short.
std::string_view whyCutShort(End end, const Ending& ending) {
    if (end == End::Lost) return "LOST";
    return ending.internal == InternalReason::Anr ? "UNRESPONSIVE" : nameOf(ending.reason);
}

bool reported(End end) { return end == End::Finished || end == End::FinishedForRetry; }

void traceEnd(Turn& turn, const Running& running, End end, const Ending& ending) {
    const Run& run = running.run;
    Trace trace{.app = run.key.app, .job = run.key, .ran = turn.now.elapsed - run.began};
    if (reported(end)) {
        trace.what = Trace::What::Finished;
        trace.rescheduled = end == End::FinishedForRetry;
        return turn.effect(std::move(trace));
    }
    const bool started = run.state != RunState::Binding;
    if (started && !running.stopTraced) {
        trace.what = Trace::What::Stopped;
        trace.reason = ending.reason;
        trace.asked = false;
        turn.effect(std::move(trace));
    }
    if (const auto during = silentDuring(end); !during.empty()) {
        turn.effect(Trace{
            .what = Trace::What::Unresponsive, .app = run.key.app, .job = run.key, .during = std::string(during)});
    }
}

// jobs.md §4.8, §12.3: an app that does not answer is killed, unless it is on screen, or may be. A bind that takes too
// long is not held against it (§4.1).
void punish(Turn& turn, const AppId& id, End end) {
    if (end != End::StartSilent && end != End::StopSilent && end != End::NoNotification) return;
    const App* app = turn.app(id);
    if (app && maybeOnScreen(*app)) return;
    turn.effect(KillApp{id, "unresponsive"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = id, .during = "unresponsive"});
}

// The job waits again, with the run's outcome, and a history that begins anew (jobs.md §9.2, §9.4).
void keepRun(Turn& turn, Tracked& tracked, PastRun past) {
    STINT_CHECK(!tracked.run);
    Job& job = tracked.job;
    job.running = false;
    job.sequence = turn.state.jobs.nextSequence(); // behind those that waited for its slot
    tracked.joined = turn.now.wall;
    past.next = std::max(job.notBeforeWall.value_or(turn.now.wall), job.details->terms->at.value_or(turn.now.wall));
    if (!tracked.details->history.empty()) tracked.details.edit().history.clear();
    auto waits = std::exchange(past.waits, {}); // the log's alone
    PastRun logged = past;
    logged.waits = std::move(waits);
    log(turn, job.key, std::move(logged));
    job.details.edit().lastRun.edit() = std::move(past);
    turn.record(SaveJob{job});
}

void tryAgain(Turn& turn, Tracked& tracked, const Running& running, End end, PastRun past) {
    tracked.job = retried(std::move(tracked.job), end, past.ending, turn.now, turn.state.constants);
    keepRun(turn, tracked, std::move(past));
    keepContent(turn, tracked, *running.content);
    turn.effect(Trace{.what = Trace::What::Rescheduled,
                      .app = tracked.job.key.app,
                      .job = tracked.job.key,
                      .earliest = tracked.job.notBefore.value_or(turn.now.elapsed),
                      .failures = tracked.job.failures});
    park(turn, tracked);
}

void goOnAgain(Turn& turn, Tracked& tracked, PastRun past) {
    keepRun(turn, tracked, std::move(past));
    park(turn, tracked);
    const PastRun& ended = *tracked.job.details->lastRun;
    if (succeeded(ended)) tellSuccessors(turn, completedBy(tracked.job, ended));
}

// jobs.md §6.5: the next window of a periodic job, after a run that is not tried again.
void nextWindowOf(Turn& turn, Tracked& tracked, PastRun past) {
    tracked.job = nextPeriod(std::move(tracked.job), turn.now, turn.state.constants);
    goOnAgain(turn, tracked, std::move(past));
}

// jobs.md §14.1: the next time of its calendar, as a periodic job has its next window.
void waitForNextTime(Turn& turn, Tracked& tracked, WallTime at, PastRun past) {
    StartTerms terms = *tracked.job.details->terms;
    terms.at = at;
    tracked.job = afterItsTime(std::move(tracked.job), turn.now);
    tracked.job.details.edit().terms.set(std::move(terms));
    goOnAgain(turn, tracked, std::move(past));
}

void endJob(Turn& turn, const Tracked& tracked, End end, PastRun past) {
    const JobKey key = tracked.job.key;
    if (!reported(end)) {
        turn.effect(Trace{.what = Trace::What::Dropped, .app = key.app, .job = key, .reason = past.ending.reason});
    }
    remember(turn, tracked.job, std::move(past));
    forget(turn, key);
}

} // namespace

PastRun pastRunOf(const Tracked& tracked, const Run* run, const Ending& ending, Outcome outcome, WallTime now) {
    PastRun past{.scheduled = tracked.job.scheduled,
                 .waits = historyOf(tracked).list(),
                 .ended = now,
                 .ending = ending,
                 .outcome = std::move(outcome)};
    if (!run) {
        goOnFrom(past, *tracked.job.details->lastRun); // jobs.md §4.7
        return past;
    }
    past.began = run->beganWall;
    past.kind = run->kind;
    past.resumedAt = run->resumedAt.value_or(0);
    past.transferredDown = run->transferredDown;
    past.transferredUp = run->transferredUp;
    countTogether(past, *tracked.job.details->lastRun, *run);
    past.timeouts = timeoutsAfter(tracked.job.details->lastRun->timeouts, ending);
    return past;
}

void killUninstalled(Turn& turn, const AppId& id) {
    if (turn.app(id) || turn.state.runs.anyOf(id)) return;
    withdrawAll(turn, id);
    turn.effect(KillApp{id, "uninstall"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = id, .during = "uninstall"});
}

void log(Turn& turn, const JobKey& key, PastRun past) {
    constexpr std::size_t longestWord = 512; // there may be ten thousand entries
    cut(past.outcome.text, longestWord);
    const Constants& constants = turn.state.constants;
    turn.record(SavePastRun{key, std::move(past), constants.logRuns,
                            oldestKept(turn.state.boot.steady, turn.now, constants.logAge)});
}

void remember(Turn& turn, const Job& job, PastRun past) {
    past.last = true;
    Completed completed = completedBy(job, past);
    log(turn, job.key, std::move(past));
    // An app that is not known yet, after a start, has the larger number, so that none of its jobs is forgotten too
    // soon.
    const App* const app = turn.app(job.key.app);
    const Constants& constants = turn.state.constants;
    const std::int64_t most =
        app && !app->manifest.builtIn ? constants.completedHistory : constants.completedHistoryOwn;
    // jobs.md §14.3: after a start it may not be known yet that an app is built in.
    if ((!app || app->manifest.builtIn) && job.details->terms->guard.empty() && !succeeded(completed))
        completed.again.set({job.info, *job.details->terms});
    turn.state.endings.add(completed, most);
    turn.record(SaveCompleted{completed, most});
    turn.state.succession.erase(job); // even if a damaged store has a circle, no end that this one causes is told to it
    tellSuccessors(turn, completed);
}

void close(Turn& turn, RunId id, End end, const Outcome& outcome) {
    State& state = turn.state;
    Runs::Taken taken = state.runs.take(id);
    Running& running = taken.mapped();
    Run& run = running.run;
    STINT_CHECK(run.id == id);
    STINT_CHECK(running.gateKey.app == run.key.app);
    turn.changedJobs.insert(run.key.app);
    turn.changedApps.insert(run.key.app, only(Reads::Ledger)); // its quota has room again, or is used up
    if (!running.gateKey.pool.empty()) turn.changedApps.insert(run.key.app, only(Reads::Pool));
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

    countRun(turn, running);
    if (App* app = turn.app(run.key.app); app && !reported(end) && run.state != RunState::Binding)
        noteCutShort(turn, *app, whyCutShort(end, ending));
    Tracked* const found = state.jobs.find(run.key);
    if (!found || found->run != id) return; // cancelled meanwhile
    Tracked& tracked = *found;
    STINT_CHECK(!tracked.group); // a job with a run, its own or its forerunner's, waits nowhere
    STINT_CHECK(!tracked.clock);
    STINT_CHECK(tracked.job.running != run.dropped); // it is its own, unless it was replaced meanwhile
    tracked.run = {};
    if (App* app = turn.app(run.key.app)) {
        const auto heldBack = heldBackBy(*app, turn.world());
        // The event that took the app out of sight at this instant may also have ended the run.
        const bool free = running.run.unfreeAt.value_or(turn.now.elapsed) == turn.now.elapsed;
        if (noteEnd(*app, run, ending, free, turn.now.elapsed, state.constants)) {
            turn.save(*app);
            turn.changedApps.insert(run.key.app);
        }
        if (buggy(*app, turn.now.elapsed, state.constants)) restrictAsBuggy(turn, *app);
        tellHeldBack(turn, *app, heldBack);
    }
    if (run.dropped) return park(turn, tracked); // replaced meanwhile: the new one may wait for its start now
    if (ending.internal == InternalReason::Preempt) state.waiting.displaced.note(run.key, turn.now.elapsed);
    tracked.job.details.edit().cumulative += turn.now.elapsed - run.began - run.stamped;
    forgetRun(tracked.job.details.edit());
    PastRun past = pastRunOf(tracked, &run, ending, outcome, turn.now.wall);
    if (past.outcome.text.empty()) past.outcome.text = std::move(running.stopText);
    // jobs.md §14.5: a person's Stop ends a guard as it ends a user-initiated job.
    const JobClass stoppedAs = running.gateKey.isGuard() ? JobClass::UserInitiated : run.kind;
    if (retries(end, stoppedAs)) return tryAgain(turn, tracked, running, end, std::move(past));
    const bool goesOn = end != End::UserStop && end != End::Killed;
    if (goesOn && run.info.isPeriodic()) return nextWindowOf(turn, tracked, std::move(past));
    if (const auto next = goesOn ? nextTime(turn, tracked.job) : std::nullopt)
        return waitForNextTime(turn, tracked, *next, std::move(past));
    endJob(turn, tracked, end, std::move(past));
}

} // namespace stint
