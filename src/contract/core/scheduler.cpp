#include "contract/core/scheduler.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/core/guards.hpp"
#include "contract/core/limits.hpp"
#include "contract/core/registrations.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/device_limits.hpp"
#include "contract/rules/device_state.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/job_clocks.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/recovery.hpp"
#include "contract/rules/wall_clock.hpp"

namespace stint {
namespace {

void applyEvent(Turn& turn, const Event& event) {
    std::visit(Overloaded{[&](const Tick&) {
                              runTimers(turn);
                              lookAtNetworks(turn);
                              showWithheld(turn);
                          },
                          [&](const auto& e) { apply(turn, e); }},
               event);
}

// The order is the same in every step, so that traces compare byte for byte (architecture.md, the core). All is done
// once more where a maintenance window closes because nothing runs any more, and where a start has opened a gate for
// others.
void settle(Turn& turn) {
    ReadSet changed = 0;
    ChangedApps apps;
    bool isSettled = false;
    while (!isSettled) {
        deliverAlarms(turn);
        deliverMessages(turn); // first: a delivery may grant what jobs are asked about
        accountQuotas(turn);
        stopShut(turn);
        wakeDue(turn);
        askChanged(turn, turn.changed & ~allOfApp);
        endWaits(turn);
        fillSlots(turn);
        const std::uint64_t openings = turn.state.waiting.groups.openings();
        accountQuotas(turn);
        askChanged(turn, 0); // nothing of the device has changed meanwhile
        changed |= std::exchange(turn.changed, 0);
        apps.merge(std::exchange(turn.changedApps, {}));
        isSettled = turn.state.waiting.groups.openings() == openings;
        if (ageDoze(turn, turn.state.device)) isSettled = false;
    }
    setAppClocks(turn, changed, apps);
    turn.changed = changed;
    turn.changedApps = std::move(apps);
}

// True if the event only says that a process is there, and nothing that gates read has changed. While a job waits for a
// slot no turn is quiet, since each look may find it one.
bool isQuiet(const Turn& turn, const Event& event) {
    return std::holds_alternative<Connected>(event) && !turn.changed && turn.changedApps.empty() &&
           !turn.state.waiting.groups.anyOpen();
}

void writeApps(Turn& turn) {
    for (const AppId& id : turn.saved.sorted())
        if (const App* app = turn.app(id)) turn.record(SaveApp{app->memory, turn.now});
    if (!turn.saved.empty()) turn.record(usageRecord(turn.state));
}

void addTracked(State& state, Tracked tracked) {
    noteAsked(state, tracked.job, false);
    state.jobs.noteSequence(tracked.job.sequence);
    state.jobs.hold(tracked.job.key.app, holdingsOf(tracked.job));
    state.watched.add(tracked.job.key.app, tracked.job.info);
    state.succession.add(tracked.job);
    state.jobs.add(std::move(tracked));
}

/// The facts that a daemon starts with.
struct Former {
    BootId boot;    ///< the present boot
    Instant died;   ///< the last instant at which the stored boot was known to go on
    bool clockGood; ///< the clock is good now
    WallTime seen;  ///< the former daemon's last commit
};

// The run that was lost with its daemon, or with the machine.
PastRun lostRun(const Job& job, bool sameBoot, const Former& former, Now now) {
    const OptionalTime<WallTime> began = job.details->runBegan;
    const Duration unseen = std::max<Duration>(std::chrono::ceil<std::chrono::seconds>(now.elapsed - former.died), 1s);
    PastRun lost = *job.details->runSoFar;
    if (!lost.began) { // none of its bytes was written
        lost = {.scheduled = job.scheduled, .kind = kindOf(job)};
        goOnFrom(lost, *job.details->lastRun);
    }
    lost.began = began; // by the clock as it is: it may have been set since they were
    lost.ended = std::max(former.seen, began.value_or(former.seen));
    lost.outcome = {1, sameBoot ? fmt::format("stintd ended while it ran, then or within {}", roughDuration(unseen))
                                : "the machine went down while it ran, then or later"};
    lost.atLeast = true;
    return lost;
}

// The stored job as it is now: jobs.md §7.2 after a boot, §12.5 after a mere restart of the daemon. Sets `changed`
// where it differs from what is stored.
Tracked revived(StoredJob stored, const Former& former, Now now, const Constants& constants, bool& changed) {
    const bool sameBoot = stored.boot == former.boot;
    const bool persisted = stored.job.info.isPersisted();
    Tracked tracked{.job = std::move(stored.job), .joined = now.wall};
    Job& job = tracked.job;
    const bool endTold = endWasTold(job);
    changed = !sameBoot || job.running || (job.awaitsClock && former.clockGood);
    if (!sameBoot || (job.awaitsClock && former.clockGood)) {
        job = afterBoot(std::move(job), sameBoot ? now.elapsed : former.died, now, constants);
        job.awaitsClock = !former.clockGood;
        tracked.settles = !sameBoot;
    } else if (job.running) {
        job = afterLostDaemon(std::move(job), now, constants);
    }
    if (job.running && !endTold) job.details.edit().lastRun.edit() = lostRun(job, sameBoot, former, now);
    if (endTold && !sameBoot) job.details.edit().lastRun.edit().outcome.text = "the machine went down while it ran";
    job.running = false;
    // jobs.md §7.3: the clock may have been set while no daemon was there to see it, or is not the one it was.
    if (persisted && !job.awaitsClock && rebase(job, now)) changed = true;
    return tracked;
}

// jobs.md §7.2: a job that is not persisted ends with its boot.
PastRun endOfBoot(const Job& job, const Former& former, Now now) {
    PastRun end{.scheduled = job.scheduled, .ended = now.wall};
    if (job.running) end = endWasTold(job) ? *job.details->lastRun : lostRun(job, false, former, now);
    end.outcome = {1, "a reboot ended it: it was not persisted"};
    return end;
}

// The instant at which the former daemon of this boot died. A run is stamped every job.duration_stamp (limits.md §12.7
// example 99), so a longer silence began at its last commit; a shorter one counts as none.
Instant lastAlive(const Stamp& last, Now now, const Constants& constants) {
    if (!last.alive || now.elapsed - *last.alive <= constants.durationStamp) return now.elapsed;
    return *last.alive;
}

// The run that goes on: its job's row has it running, and the daemon knows of it. nullptr: there is none.
const GoingOn* goingOn(const Snapshot& snapshot, const Job& job) {
    const auto found = std::ranges::find(snapshot.goingOn, job.key, &GoingOn::job);
    return job.running && found != snapshot.goingOn.end() ? &*found : nullptr;
}

void takeIn(Turn& turn, StoredJob stored, const Former& former, const std::map<JobKey, std::string>& heldBack,
            Snapshot& snapshot) {
    State& state = turn.state;
    const GoingOn* const begun = goingOn(snapshot, stored.job);
    const JobKey key = stored.job.key;
    if (state.jobs.contains(key)) return; // a store that is damaged may have it twice: the first stands
    state.numbers.note(key);
    const Job named{.key = key, .sequence = stored.job.sequence};
    const AskedAbout asked(state, named);
    auto changes = snapshot.content.extract(key);
    if (stored.boot != former.boot && !stored.job.info.isPersisted()) {
        turn.record(DropJob{key});
        return remember(turn, stored.job, endOfBoot(stored.job, former, turn.now));
    }
    const auto held = heldBack.find(key);
    std::string unfit = held == heldBack.end() ? whyUnfit(stored.job) : held->second;
    if (!unfit.empty()) {
        if (begun) turn.effect(EndRun{begun->run});
        addTracked(state, takenAside(std::move(stored.job), turn.now.wall));
        return setAside(turn, state.jobs.at(key), std::move(unfit));
    }
    // Only what the restart changes is written again: on a full disk there is room for no more.
    if (begun) stored.job.running = false; // that run is not lost
    const bool ran = stored.job.running;
    bool changed = false;
    Tracked tracked = revived(std::move(stored), former, turn.now, state.constants, changed);
    if (begun && !begun->called) {
        forgetRun(tracked.job.details.edit()); // it waits again: no time of it has passed
        changed = true;
    }
    if (ran) {
        JobDetails& past = tracked.job.details.edit();
        forgetRun(past);
        past.lastRun.edit().next = tracked.job.notBeforeWall.value_or(turn.now.wall);
        log(turn, key, *past.lastRun);
    }
    const bool runs = begun && begun->called;
    tracked.job.running = runs;
    if (changed) turn.record(SaveJob{tracked.job});
    if (changes) restoreContent(turn, tracked, std::move(changes.mapped()), ran);
    addTracked(state, std::move(tracked));
    if (runs) goOn(turn, state.jobs.at(key), *begun);
}

void restoreUsage(Turn& turn, const std::optional<StoredUsageTime>& stored, const BootId& boot) {
    State& state = turn.state;
    const Instant now = turn.now.elapsed;
    // limits.md §2.2: time off does not age apps.
    const bool sameBoot = stored && stored->boot == boot;
    state.usage.restore(stored ? stored->saved.time : UsageTime{}, sameBoot ? std::min(stored->saved.at, now) : now);
    if (!sameBoot) return;
    state.usage.fold(now, stored->saved.screenOn);
    // Otherwise the next restart would go on counting by the former state of the screen.
    if (stored->saved.screenOn != state.device.screenOn) turn.record(usageRecord(state));
}

// The state that was derived from reports goes on from where it was, by the present device and the time that has passed
// (jobs.md §12.5).
void restoreDeviceState(Turn& turn, const std::optional<DeviceState>& stored) {
    State& state = turn.state;
    const Instant now = turn.now.elapsed;
    const DeviceState known = stored.value_or(DeviceState{});
    const DeviceState before = believable(known, now, state.constants);
    state.deviceState = nextDeviceState(state.device, before, now, state.constants);
    ageDoze(turn, state.device);
    if (state.deviceState != known) turn.record(SaveDeviceState{state.deviceState});
}

} // namespace

void checkState(const State& state) {
    const Waiting& waiting = state.waiting;
    STINT_CHECK(!state.asked); // no job is asked about between turns, so a later death is not its fault
    STINT_CHECK(state.runs.guards().size() <= state.runs.size());
    STINT_CHECK(waiting.forSlot <= waiting.groups.openings());
    STINT_CHECK(waiting.groups.open().size() <= state.apps.size());
    STINT_CHECK(state.notices.asked.size() <= state.jobs.size());
    STINT_CHECK(state.networkTold.shutBy.size() <= state.apps.size());
    STINT_CHECK(state.device.sleeping == state.sleep.since.has_value()); // each report of it was noted
    STINT_CHECK(state.awake.on == state.awake.until.has_value());
    STINT_CHECK(!state.awake.on || !state.runs.empty()); // it is kept awake for a run
}

Scheduler::Scheduler(Constants constants) : impl_(std::make_unique<Impl>(std::move(constants))) {}
Scheduler::~Scheduler() = default;

Step Scheduler::restore(Snapshot snapshot, const BootId& boot, const Device& device, Now now,
                        const std::map<JobKey, std::string>& heldBack) {
    State& state = impl_->state;
    STINT_CHECK(state.jobs.size() == 0); // once, before anything else
    STINT_CHECK(state.apps.empty() && state.runs.empty());
    Step step;
    Turn turn{.state = state, .now = now, .step = step};
    const std::uint64_t first = (std::uint64_t{snapshot.generation} << 32) + 1;
    state.runs.startFrom(first);
    state.deliveries.startFrom(first); // an app that outlives the daemon may still answer an old one
    // A clock that was good stays so while the boot lasts: it is at boot that it may be wrong (jobs.md §7.3).
    const Stamp& last = snapshot.stamp;
    state.boot.clock = now;
    state.boot.lastCommit = last.good;
    state.boot.steady = now; // where nothing was ever written
    if (last.good != WallTime{})
        state.boot.steady = {snapshot.sameBoot ? last.alive.value_or(now.elapsed) : now.elapsed, last.good};
    state.boot.clockGood = (snapshot.sameBoot && last.clockGood) || clockIsGood(last.good, now);
    const Former former{boot, last.alive.value_or(Instant{}), state.boot.clockGood, last.good};
    state.device = device;
    if (device.sleeping) state.sleep.since = now.elapsed;
    restoreUsage(turn, snapshot.usageTime, boot);
    setSweep(state, now);
    state.boot.settledAt = now.elapsed + state.constants.bootSettle;
    if (!snapshot.sameBoot) state.boot.justUntil = state.boot.settledAt + state.constants.startGrant;
    for (StoredApp& stored : snapshot.apps) {
        const AppMemory before = stored.memory;
        AppMemory memory =
            stored.boot == boot
                ? afterRestart(std::move(stored.memory), lastAlive(last, now, state.constants), state.constants)
                : afterBoot(std::move(stored.memory), stored.written, former.died, now, state.constants);
        // Written at once: a second restart must not count the same session again.
        if (!(memory == before) || clockWasSet(stored.written, now)) turn.record(SaveApp{memory, now});
        state.memories.emplace(memory.app, std::move(memory));
    }
    restoreAlarms(turn, std::move(snapshot.alarms), boot, former.died);
    restoreDeviceState(turn, snapshot.deviceState);
    state.notices.digested = snapshot.digested.value_or(WallTime{});
    for (StoredMessage& stored : snapshot.messages) {
        PushMessage message = std::move(stored.message);
        if (stored.boot != boot) message.arrived = now.elapsed - std::max(now.wall - message.arrivedWall, Duration{0});
        state.messages.putBack(std::move(message));
    }
    restoreLine(state, snapshot);
    restoreUnknown(turn, snapshot.sameBoot, former.died);
    beginWatching(turn);
    for (const auto& [app, id] : snapshot.highestIds)
        state.numbers.note({app, "", JobId{id}});
    for (Completed& completed : snapshot.completed)
        state.numbers.note(completed.key);
    for (Completed& completed : snapshot.completed)
        state.endings.add(std::move(completed), state.constants.completedHistoryOwn);
    for (StoredJob& stored : snapshot.jobs)
        takeIn(turn, std::move(stored), former, heldBack, snapshot);
    // The rest is of jobs that could not be read: the next job of such an id is not to be told of it.
    for (const auto& [key, changes] : snapshot.content)
        turn.record(SaveContent{key, {}});
    for (Tracked& tracked : state.jobs.all()) {
        const AskedAbout asked(state, tracked.job);
        if (!tracked.run) park(turn, tracked);
    }
    setBrokenAside(turn);
    settleSuccession(turn);
    settleNotices(turn);
    STINT_CHECK(turn.broken.empty());
    STINT_CHECK(!state.asked);
    noteDeviceLimits(turn);
    beginDeviceLog(turn, snapshot.lastDeviceChange, former.seen);
    return step;
}

Step Scheduler::handle(const Event& event, Now now, Step room) {
    room.records.clear();
    room.effects.clear();
    Step step{.records = std::move(room.records), .effects = std::move(room.effects)};
    step.effects.reserve(4); // a start has so many, or an end
    Turn turn{.state = impl_->state, .now = now, .step = step};
    const DeviceState before = impl_->state.deviceState;
    const auto deadline = std::holds_alternative<Connected>(event) ? nextDeadline() : std::nullopt;
    const bool isDue = deadline && *deadline <= now.elapsed;
    followWallClock(turn);
    noteWake(turn);
    ageDevice(turn);
    ageApps(turn);
    applyEvent(turn, event);
    followRate(turn);
    if (!isDue && isQuiet(turn, event)) {
        endWaits(turn);
    } else {
        settle(turn);
    }
    settleGuards(turn);
    settleNotices(turn);
    tellNetworks(turn);
    settleSleep(turn);
    settleAwake(turn);
    planWake(turn);
    settleLine(turn);
    settleShown(turn);
    settleMetering(turn);
    if (turn.changed & readByDeviceLimits) noteDeviceLimits(turn);
    writeApps(turn);
    if (!(impl_->state.deviceState == before)) turn.record(SaveDeviceState{impl_->state.deviceState});
    settleDeviceLog(turn, std::holds_alternative<ShuttingDown>(event) ? TurnsGoOn::No : TurnsGoOn::Yes);
    noteUnasked(turn);
    STINT_CHECK(turn.broken.empty());      // each was set aside
    STINT_CHECK(turn.changedJobs.empty()); // each app's network was looked at
    checkState(impl_->state);
    step.waitsOtherwise = turn.waitsOtherwise || turn.changed || !turn.changedApps.empty();
    if (impl_->witness) impl_->witness->handled(event, now, step);
    return step;
}

// Nothing begins, ends or is delivered.
void Scheduler::learn(const Event& event, Now now) {
    Step unwritten;
    Turn turn{.state = impl_->state, .now = now, .step = unwritten};
    applyEvent(turn, event);
    askChanged(turn, turn.changed & ~allOfApp);
}

void Scheduler::tell(Witness* witness) { impl_->witness = witness; }

Stamp Scheduler::stamp(Now now) const {
    const State& state = impl_->state;
    return {now.elapsed, state.boot.clockGood ? now.wall : state.boot.lastCommit, state.boot.clockGood};
}

std::optional<Instant> Scheduler::nextDeadline() const {
    const State& state = impl_->state;
    std::optional<Instant> next;
    const auto note = [&next](const std::optional<Instant>& when) {
        if (when && (!next || *when < *next)) next = when;
    };
    note(state.waiting.next());
    note(nextRunTimer(state));
    note(nextRate(state));
    note(state.appClocks.next());
    note(state.notifications.next());
    note(state.alarms.next());
    note(state.deliveries.next());
    note(state.messages.next());
    note(nextLineChange(state.line));
    note(state.watching.next);
    note(state.shell.next());
    note(nextDeviceChange(state));
    note(nextGuardChange(state));
    note(nextSleepChange(state));
    note(state.awake.until);
    note(nextLook(state));
    note(state.notices.next());
    return next;
}

} // namespace stint
