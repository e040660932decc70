#include "contract/core/runs.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/core/limits.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/connectivity.hpp"
#include "contract/rules/constraint.hpp"
#include "contract/rules/job_clocks.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/transfer_rate.hpp"

namespace stint {

void Runs::startFrom(std::uint64_t number) {
    STINT_CHECK(runs_.empty());
    next_ = number;
}

Running& Runs::add(RunId run) {
    STINT_CHECK(run); // 0 means that there is none
    const auto [entry, isNew] = runs_.try_emplace(run);
    STINT_CHECK(isNew); // a number is never used twice
    next_ = std::max(next_, run.value + 1);
    Running& running = entry->second;
    running.run.id = run;
    return running;
}

// Checks that there are as many timers as runs, and not more guards.
void Runs::checkSizes() const {
    STINT_CHECK(timers_.size() == runs_.size());
    STINT_CHECK(guards_.size() <= runs_.size());
}

Runs::Taken Runs::take(RunId run) {
    Taken taken = runs_.extract(run);
    STINT_CHECK(!taken.empty());
    const Running& running = taken.mapped();
    STINT_CHECK(timers_.erase({running.run.timer, run}) == 1);
    guards_.erase(run);
    if (!running.gateKey.pool.empty()) {
        const auto pool = pools_.find({running.gateKey.app, running.gateKey.pool});
        STINT_CHECK(pool != pools_.end());
        if (--pool->second == 0) pools_.erase(pool);
    }
    checkSizes();
    return taken;
}

void Runs::addToPool(const Running& running) {
    if (!running.gateKey.pool.empty()) ++pools_[{running.gateKey.app, running.gateKey.pool}];
}

Running* Runs::find(RunId run) { return findIn(runs_, run); }
const Running* Runs::find(RunId run) const { return findIn(runs_, run); }

Running& Runs::at(RunId run) { return const_cast<Running&>(std::as_const(*this).at(run)); }

const Running& Runs::at(RunId run) const {
    const Running* const found = find(run);
    STINT_CHECK(found);
    return *found;
}

bool Runs::anyOf(const AppId& app) const {
    return std::ranges::any_of(runs_, [&](const auto& entry) { return entry.second.run.key.app == app; });
}

void Runs::addGuard(RunId run) {
    STINT_CHECK(runs_.contains(run));
    STINT_CHECK(guards_.insert(run).second);
}

void Runs::setTimer(Run& run, Instant when) {
    timers_.erase({run.timer, run.id});
    run.timer = when;
    STINT_CHECK(timers_.emplace(when, run.id).second);
    STINT_CHECK(timers_.size() <= runs_.size()); // one for each, none for what is over
}

Running* Runs::due(Instant now) {
    if (timers_.empty() || timers_.begin()->first > now) return nullptr;
    Running& running = at(timers_.begin()->second);
    STINT_CHECK(running.run.timer == timers_.begin()->first);
    return &running;
}

std::optional<Instant> Runs::next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
}

void Runs::noteLate(const Run& run, Instant now, Instant until) {
    STINT_CHECK(!runs_.contains(run.id)); // it is over
    std::erase_if(late_, [&](const auto& entry) { return entry.second.until <= now; });
    late_[run.id] = {run.key.app, until};
}

bool Runs::isLate(const AppId& app, RunId run, Instant now) const {
    const Late* const late = findIn(late_, run);
    return late && late->app == app && now < late->until;
}

// The life of a run between its slot and its end (jobs.md §4).

namespace {

// The run, if it is this app's; what any other app says of it is ignored (jobs.md §4.2).
Running* findOwn(State& state, RunId run, const AppId& app) {
    Running* running = state.runs.find(run);
    return running && running->run.key.app == app ? running : nullptr;
}

// jobs.md §4.5: the next of notification deadline, end of the guarantee, limit, run-time stamp.
Instant nextTimer(const Run& run, Instant now, const Constants& constants) {
    Instant next = run.began + run.limit;
    if (run.limit >= endlessRun) return next; // a guard's: its time is not counted
    if (const Instant guaranteed = run.began + run.guarantee; guaranteed > now) next = std::min(next, guaranteed);
    if (run.notificationDue) next = std::min(next, *run.notificationDue);
    return std::min(next, run.began + run.stamped + constants.durationStamp);
}

// jobs.md §4.1: a run is bound, started, executes and is asked to stop, in this order, and leaves none of them out.
void enter(Run& run, RunState next) {
    STINT_CHECK(static_cast<int>(next) == static_cast<int>(run.state) + 1);
    run.state = next;
}

// Checks that a run that executes is not asked to stop yet, and one that stops was asked for a reason.
void checkEnding(const Run& run) {
    STINT_CHECK(run.state != RunState::Executing || !run.ending);
    STINT_CHECK(run.state != RunState::Stopping || run.ending);
}

void stamp(Turn& turn, Run& run) {
    Tracked* const tracked = turn.state.jobs.find(run.key);
    if (!tracked || run.dropped) return;
    const Duration ran = turn.now.elapsed - run.began;
    tracked->job.details.edit().cumulative += ran - run.stamped;
    run.stamped = ran;
    turn.record(SaveJob{tracked->job});
    countNetwork(turn, run.key.app);
}

// jobs.md §9.4: what the run has come to is written now and then, but not at each report, of which each would be a
// sync.
void writeProgress(Turn& turn, Run& run) {
    Tracked* const tracked = turn.state.jobs.find(run.key);
    if (!tracked || run.dropped || turn.now.elapsed - run.written < turn.state.constants.progressStamp) return;
    run.written = turn.now.elapsed;
    PastRun soFar = pastRunOf(*tracked, &run, {}, {}, turn.now.wall);
    soFar.waits.clear(); // the log's alone
    tracked->job.details.edit().runSoFar.set(std::move(soFar));
    turn.record(SaveJob{tracked->job});
}

// The ending of a run that its gates no longer let go on; nullopt: they do.
std::optional<Ending> endingByGates(Running& running, const Context& context) {
    const RunFacts& facts = *context.run;
    if (!facts.pastGuarantee) {
        running.owesQuota = goesOnByGuarantee(context);
    } else if (running.owesQuota && !quotaGate(context).open) {
        // jobs.md §4.5 clause 1: a stop for quota that was put off comes before others that its guarantee has held off.
        return Ending{STOP_REASON_QUOTA, InternalReason::Constraints};
    }
    const Gate* const gate = stoppingGate(context);
    return gate ? std::optional(endingBy(*gate, facts)) : std::nullopt;
}

void executing(Turn& turn, Running& running) {
    Run& run = running.run;
    const Constants& constants = turn.state.constants;
    const Instant now = turn.now.elapsed;
    const RunFacts facts = factsOf(running, now);
    const World world = turn.world();
    const Context context{world, running.gateKey, turn.app(running.gateKey.app), &facts};
    const auto shut = facts.pastGuarantee ? endingByGates(running, context) : std::nullopt;
    const auto past = now >= run.began + run.guarantee ? reasonToStop(turn, running) : std::nullopt;
    if (now >= run.began + run.limit) {
        beginStop(turn, running, endingAtLimit(context, run.abandoned));
    } else if (shut) {
        beginStop(turn, running, *shut); // its guarantee has held this off
    } else if (past) {
        beginStop(turn, running, *past); // jobs.md §4.5 clause 3
    } else if (run.notificationDue && now >= *run.notificationDue) {
        close(turn, run.id, End::NoNotification);
    } else {
        if (now >= run.began + run.stamped + constants.durationStamp) stamp(turn, run);
        turn.state.runs.setTimer(run, nextTimer(run, now, constants));
    }
}

void timedOut(Turn& turn, Running& running) {
    checkEnding(running.run);
    switch (running.run.state) {
    case RunState::Binding:
        return close(turn, running.run.id, End::BindTimeout);
    case RunState::Starting:
        return close(turn, running.run.id, End::StartSilent);
    case RunState::Executing:
        return executing(turn, running);
    case RunState::Stopping:
        return close(turn, running.run.id, End::StopSilent);
    }
}

// jobs.md §3.3, change of network while the job runs; §4.7: the app is told in EXECUTING only; before that, the change
// is kept. limits.md §15: so does a change of the rate.
void networkIsNow(Turn& turn, Running& running, const Network& network) {
    Run& run = running.run;
    STINT_CHECK(run.network); // it runs over a network
    run.networkNews.reset();  // a change that was not reported yet is void
    const Bytes rate = turn.state.rate.most;
    if (run.network == network && run.rate == rate) return;
    if (run.state != RunState::Executing) {
        run.networkNews = network;
        return;
    }
    run.network = network;
    if (std::exchange(run.rate, rate) != rate) tellTerms(turn, run);
    turn.effect(CallNetworkChanged{run.id, network, rate});
    turn.effect(Trace{.what = Trace::What::NetworkChanged, .app = run.key.app, .job = run.key});
}

} // namespace

RunFacts factsOf(const Running& running, Instant now) {
    return {.kind = running.run.kind,
            .began = running.run.began,
            .pastGuarantee = now >= running.run.began + running.run.guarantee,
            .startedOnTop = running.run.startedOnTop,
            .byIdlePath = running.run.byIdlePath,
            .pluggedEnough = running.run.pluggedEnough};
}

namespace {

// Keeps with the job itself what it has waited for, for questions until the run has ended (jobs.md §9.2, §9.4).
void keepHistory(Tracked& tracked) {
    History history = historyOf(tracked);
    if (history.hasWaited()) tracked.details.edit().history = std::move(history);
}

// Sets all of the run that comes from its job, whichever core it began under; its terms are yet to be set.
Run& takeUp(Turn& turn, Running& running, Tracked& tracked, GateKey gateKey) {
    Job& job = tracked.job;
    STINT_CHECK(running.run.id);
    STINT_CHECK(!tracked.run);
    STINT_CHECK(!tracked.group); // a job that runs waits nowhere
    STINT_CHECK(!tracked.clock);
    STINT_CHECK(gateKey.app == job.key.app);
    running.gateKey = std::move(gateKey);
    running.reads = readsOfRun(running.gateKey);
    running.deadline = job.deadline;
    Run& run = running.run;
    run.key = job.key;
    run.info = job.info;
    run.overdue = running.gateKey.overdue;
    const Payload payload = payloadOf(job);
    run.estimatedDown = payload.down;
    run.estimatedUp = payload.up;
    if (job.info.getRequiredNetwork()) run.network = turn.state.device.network;
    tracked.run = run.id;
    job.running = true;
    turn.state.runs.addToPool(running);
    if (running.gateKey.isGuard()) turn.state.runs.addGuard(run.id);
    turn.changedJobs.insert(job.key.app); // limits.md §8.1: its kind, or its guard, decides on the app's network
    return run;
}

// jobs.md §4.4.
void setTimes(Running& running, const App& app, Instant now, const Constants& constants) {
    Run& run = running.run;
    run.guarantee = run.limit = endlessRun;
    if (running.gateKey.isGuard()) return;
    const JobClass timed = timedAs(run.kind, app);
    const bool over = overTimeouts(app, timed, now, constants);
    run.guarantee = guaranteedRun(timed, over, {run.estimatedDown, run.estimatedUp}, run.network, constants);
    run.limit = std::max(longestRun(timed, over, constants), run.guarantee);
}

} // namespace

void startRun(Turn& turn, Tracked& tracked, WorkType type) {
    State& state = turn.state;
    STINT_CHECK(!tracked.run);
    STINT_CHECK(tracked.group && tracked.group->open());
    STINT_CHECK(!isAside(tracked));
    STINT_CHECK(at(type) < workTypes);
    GateKey gateKey = *tracked.group->gateKey;
    keepHistory(tracked);
    unpark(state, tracked);
    Job& job = tracked.job;
    STINT_CHECK(!job.running);
    STINT_CHECK(turn.app(job.key.app)); // the group of an app that is not installed is shut
    const App& app = *turn.app(job.key.app);
    Running& running = state.runs.add();
    Run& run = takeUp(turn, running, tracked, std::move(gateKey));
    const World world = turn.world();
    const Context context{world, running.gateKey, &app};
    run.kind = treatedAs(context);
    run.type = type;
    run.bias = biasOf(stateOf(app));
    run.startedOnTop = stateOf(app) == ProcessState::Top;
    run.byIdlePath = goesByIdlePath(context);
    run.pluggedEnough = pluggedIsEnough(context);
    run.began = run.written = turn.now.elapsed;
    run.beganWall = turn.now.wall;
    setTimes(running, app, turn.now.elapsed, state.constants);
    noteFreeTime(turn, running);
    state.runs.setTimer(run, turn.now.elapsed + state.constants.bindTimeout);

    tracked.inSight = false;
    tracked.override = Override::None;
    if (job.awaitsClock) { // jobs.md §7.3: its start drops the wall times that it remembered
        job.awaitsClock = false;
        rebase(job, turn.now);
    }
    job.details.edit().runBegan = turn.now.wall;
    turn.record(SaveJob{job});
    turn.effect(Bind{.run = run.id,
                     .key = job.key,
                     .service = job.info.getService().name,
                     .terms = run,
                     .override = running.gateKey.override,
                     .guarded = running.gateKey.isGuard()});
    noteRunBegins(*turn.app(job.key.app), turn.now.elapsed, state.constants);
    noteRunInWindow(turn, job.key.app);
    noteJobStart(turn, running);
}

void goOn(Turn& turn, Tracked& tracked, const GoingOn& begun) {
    constexpr Duration untilAnnounced = 1s;
    const Constants& constants = turn.state.constants;
    const Instant now = turn.now.elapsed;
    const Job& job = tracked.job;
    GateKey gateKey = gateKeyOf(job);
    gateKey.override = begun.override;
    gateKey.overdue = isOverdue(job, begun.terms.began - begun.terms.asleep);
    Running& running = turn.state.runs.add(begun.run);
    Run& run = takeUp(turn, running, tracked, std::move(gateKey));
    static_cast<RunTerms&>(run) = begun.terms;
    running.stopTraced = begun.stopping.has_value();
    run.state = begun.stopping ? RunState::Stopping : RunState::Executing;
    run.beganWall = job.details->runBegan.value_or(turn.now.wall);
    run.progressAt = run.written = now;
    run.ending = begun.stopping;
    run.stamped = (now - run.began) / constants.durationStamp * constants.durationStamp; // as stamp() does
    if (running.gateKey.isGuard()) turn.effect(CallFreeze{run.id, false}); // its guard holds it again, if it has to
    const Instant next = nextTimer(run, now, constants);
    turn.state.runs.setTimer(run, begun.stopping ? now + constants.opTimeout : std::max(next, now + untilAnnounced));
}

void tellTerms(Turn& turn, const Run& run) { turn.effect(RunChanged{run.id, run}); }

// jobs.md §6.7: free time is charging, or the app visible.
bool noteFreeTime(Turn& turn, Running& running) {
    Run& run = running.run;
    const App* const app = turn.app(run.key.app);
    if (run.unfreeAt || !app || alwaysFree(*app, turn.world())) return false;
    run.unfreeAt = turn.now.elapsed;
    return true;
}

void beginStop(Turn& turn, Running& running, Ending ending) {
    Run& run = running.run;
    if (run.ending) return;
    run.ending = ending;
    if (ending.reason == STOP_REASON_CONSTRAINT_CONNECTIVITY && running.gateKey.network)
        running.stopText =
            fmt::format("stopped because {} ({})", networkLoss(*running.gateKey.network, turn.state.device.network),
                        nameOf(ending.reason));
    if (run.state != RunState::Executing) return; // jobs.md §4.3: remembered until the service can be asked
    enter(run, RunState::Stopping);
    checkEnding(run);
    turn.state.runs.setTimer(run, turn.now.elapsed + turn.state.constants.opTimeout);
    running.stopTraced = true;
    turn.effect(CallStop{run.id, ending.reason, ending.internal});
    turn.effect(Trace{.what = Trace::What::Stopped,
                      .app = run.key.app,
                      .job = run.key,
                      .reason = ending.reason,
                      .asked = true,
                      .ran = turn.now.elapsed - run.began});
}

namespace {

// True if anything that decides on the run may have changed since its gates were last asked.
bool mayStopOtherwise(const Turn& turn, const Running& running, const RunFacts& facts) {
    constexpr ReadSet always = Reads::Power | Reads::Network; // these decide if its time is free, and what it runs over
    return running.unasked || (turn.changed & (running.reads | always)) ||
           facts.pastGuarantee != running.pastGuarantee || turn.changedApps.contains(running.run.key.app);
}

} // namespace

void stopShut(Turn& turn) {
    if (!turn.changed && turn.changedApps.empty()) return;
    const World world = turn.world();
    for (auto& [id, running] : turn.state.runs) {
        // jobs.md §3.1 clause 5: a deadline that passes while it runs frees it of its constraints, too.
        if (!running.run.ending && !running.run.dropped && running.deadline)
            running.gateKey.overdue = running.gateKey.overdue || *running.deadline <= turn.now.elapsed;
        const RunFacts facts = factsOf(running, turn.now.elapsed);
        if (!mayStopOtherwise(turn, running, facts)) continue;
        if (noteFreeTime(turn, running)) tellTerms(turn, running.run);
        if (running.run.ending) continue;
        running.pastGuarantee = facts.pastGuarantee;
        running.unasked = false;
        if (const auto ending =
                endingByGates(running, {world, running.gateKey, turn.app(running.gateKey.app), &facts})) {
            beginStop(turn, running, *ending);
        } else if ((turn.changed & Reads::Network) && running.run.network && turn.state.device.network) {
            networkIsNow(turn, running, *turn.state.device.network);
        }
    }
}

void followRate(Turn& turn) {
    State& state = turn.state;
    const Bytes before = std::exchange(state.rate, transferRate(turn.world())).most;
    if (state.rate.most == before) return;
    for (auto& [id, running] : state.runs)
        if (running.run.network) networkIsNow(turn, running, *running.run.network);
}

std::optional<Instant> nextRate(const State& state) {
    return state.runs.empty() ? std::nullopt : state.rate.until; // whoever starts later is told then
}

void noteUnasked(Turn& turn) {
    if (turn.changedApps.empty()) return;
    for (auto& [id, running] : turn.state.runs)
        if (turn.changedApps.contains(running.run.key.app)) running.unasked = true;
}

std::optional<Instant> nextRunTimer(const State& state) { return state.sleep.since ? std::nullopt : state.runs.next(); }

void runTimers(Turn& turn) {
    if (turn.state.sleep.since) return;
    Runs& runs = turn.state.runs;
    while (Running* const due = runs.due(turn.now.elapsed)) {
        const RunId run = due->run.id;
        const Instant rang = due->run.timer;
        timedOut(turn, *due);
        const Running* const still = runs.find(run);
        STINT_CHECK(!still || still->run.timer != rang); // it is over, or armed anew
    }
}

void apply(Turn& turn, const Connected& event) {
    Running* running = turn.state.runs.find(event.run);
    if (!running || running->run.state != RunState::Binding) return;
    Run& run = running->run;
    if (run.ending) return close(turn, run.id, End::StopRetry); // jobs.md §4.3: onStartJob is never called
    enter(run, RunState::Starting);
    turn.state.runs.setTimer(run, turn.now.elapsed + turn.state.constants.opTimeout);
    if (run.network && std::exchange(run.rate, turn.state.rate.most) != run.rate) tellTerms(turn, run);
    CallStart call{run.id,   run.key,     run.info.getService().name,
                   run.info, run.kind,    run.network,
                   run.rate, run.overdue, run.began + run.limit - turn.now.elapsed};
    const Tracked* const tracked = turn.state.jobs.find(run.key);
    if (tracked) {
        const auto& uris = tracked->details->content->changes.uris; // they stay: a retry is told of them again
        call.triggeredUris.assign(uris.begin(), uris.end());
        call.ended = tracked->job.details->terms->ended;
    }
    turn.effect(std::move(call));
    turn.effect(Trace{
        .what = Trace::What::Started, .app = run.key.app, .job = run.key, .kind = run.kind, .overdue = run.overdue});
}

namespace {

// jobs.md §12.3.
void noteCrash(Turn& turn, const Running& running) {
    App* app = turn.app(running.run.key.app);
    if (!app) return;
    const Constants& constants = turn.state.constants;
    const Instant began = running.run.began, now = turn.now.elapsed;
    if (guardsEachJob(app->manifest)) {
        Tracked* tracked = turn.state.jobs.find(running.run.key);
        if (!tracked || tracked->run != running.run.id || running.run.dropped) return;
        CrashNotes& notes = tracked->details.edit().crashes.edit();
        if (const auto rest = restAfterCrash(notes.times, began, now, constants)) notes.restsUntil = rest;
        return;
    }
    if (const auto rest = restAfterCrash(app->memory.crashes, began, now, constants)) app->memory.badUntil = rest;
    turn.save(*app);
    turn.changedApps.insert(app->manifest.package);
}

} // namespace

void apply(Turn& turn, const BindFailed& event) {
    Running* running = turn.state.runs.find(event.run);
    if (running && running->run.state == RunState::Binding) close(turn, event.run, End::BindRefused);
}

void apply(Turn& turn, const StartAnswered& event) {
    Running* running = turn.state.runs.find(event.run);
    if (!running || running->run.state != RunState::Starting) return;
    Run& run = running->run;
    if (!event.ongoing) return close(turn, run.id, End::Finished);
    enter(run, RunState::Executing);
    run.progressAt = turn.now.elapsed;
    if (const auto remembered = std::exchange(run.ending, std::nullopt)) {
        return beginStop(turn, *running, *remembered);
    }
    // jobs.md §5.2: the ten seconds begin with this answer.
    if (run.kind == JobClass::UserInitiated && !run.notification) {
        run.notificationDue = turn.now.elapsed + turn.state.constants.notificationTimeout;
    }
    turn.state.runs.setTimer(run, nextTimer(run, turn.now.elapsed, turn.state.constants));
    if (const auto news = std::exchange(run.networkNews, std::nullopt)) networkIsNow(turn, *running, *news);
}

void apply(Turn& turn, const StopAnswered& event) {
    Running* running = turn.state.runs.find(event.run);
    if (!running || running->run.state != RunState::Stopping) return;
    // jobs.md §14.2: a job that a person holds goes on later, whatever its app answers.
    const bool held = running->run.ending && running->run.ending->internal == InternalReason::Held;
    close(turn, event.run, event.reschedule || held ? End::StopRetry : End::StopDrop);
}

void apply(Turn& turn, const RunLost& event) {
    Running* running = turn.state.runs.find(event.run);
    if (!running) return;
    if (event.crash) noteCrash(turn, *running);
    close(turn, event.run, End::Lost, event.how.empty() ? Outcome{} : Outcome{1, event.how});
}

void apply(Turn& turn, const JobFinished& event) {
    Running* running = findOwn(turn.state, event.run, event.app);
    if (!running || running->run.state == RunState::Binding) return;
    // PROPOSAL: also while onStartJob is not answered yet: a short job may be done before its answer is on its way.
    // Where onStopJob was called it acts as the answer (§4.2).
    const bool stopping = running->run.state == RunState::Stopping;
    const End retry = stopping ? End::StopRetry : End::FinishedForRetry;
    const End done = stopping ? End::StopDrop : End::Finished;
    close(turn, event.run, event.reschedule ? retry : done, event.outcome);
}

void apply(Turn& turn, const Abandoned& event) {
    // jobs.md §4.2: only marked, and only in EXECUTING; it matters at the limit.
    Running* running = findOwn(turn.state, event.run, event.app);
    if (running && running->run.state == RunState::Executing) running->run.abandoned = true;
}

void apply(Turn& turn, const BytesUpdated& event) {
    Running* running = findOwn(turn.state, event.run, event.app);
    if (!running) return;
    if (event.item) return updateItem(turn, *running, event);
    Run& run = running->run;
    if (!event.estimate) {
        std::optional<Moved> before;
        if (run.resumedAt) before = {run.transferredDown, run.transferredUp};
        if (!run.resumedAt) run.resumedAt = std::max<Bytes>({event.down, event.up, 0});
        const bool isNew = event.down != run.transferredDown || event.up != run.transferredUp;
        if (isNew) run.progressAt = turn.now.elapsed;
        run.transferredDown = event.down;
        run.transferredUp = event.up;
        notePace(run, turn.now.elapsed);
        noteReport(turn, *running, before);
        if (isNew) writeProgress(turn, run);
        return;
    }
    run.estimatedDown = event.down;
    run.estimatedUp = event.up;
    // jobs.md §4.4: a new estimate may lengthen the guarantee, never shorten it.
    const App* app = turn.app(run.key.app);
    const JobClass timed = app ? timedAs(run.kind, *app) : run.kind;
    const bool over = app && overTimeouts(*app, timed, turn.now.elapsed, turn.state.constants);
    const Duration fresh = guaranteedRun(timed, over, {event.down, event.up}, run.network, turn.state.constants);
    if (fresh > run.guarantee) {
        run.guarantee = fresh;
        tellTerms(turn, run);
    }
    if (run.state == RunState::Executing) {
        turn.state.runs.setTimer(run, nextTimer(run, turn.now.elapsed, turn.state.constants));
    }
}

} // namespace stint
