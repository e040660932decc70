#include "core/scheduler.hpp"

#include <algorithm>

#include "base/overloaded.hpp"
#include "core/state.hpp"
#include "rules/ending.hpp"

namespace stint {
namespace {

void mergeEvent(Turn& turn, const Event& event) {
    std::visit(Overloaded{[&](const NotificationSet& e) { setNotification(turn, e); },
                          [&](const NotificationTapped& e) { tapped(turn, e); }, [&](const Tick&) { runTimers(turn); },
                          [&](const auto& e) { merge(turn, e); }},
               event);
}

// The same order in every step, so that traces compare byte for byte (design.md, the core).
void settle(Turn& turn) {
    stopShut(turn);
    wakeDue(turn);
    askChanged(turn);
    endWaits(turn);
    fillSlots(turn);
}

void addTracked(State& state, Tracked tracked) {
    const JobKey key = tracked.job.key;
    state.nextSequence = std::max(state.nextSequence, tracked.job.sequence + 1);
    ++state.jobCount[key.app];
    countWatched(state, *tracked.job.info);
    state.jobs.emplace(key, std::move(tracked));
}

// jobs.md §7.2 for a boot, §12.5 for a mere restart of the daemon: what of a stored job still holds.
std::optional<Tracked> revived(StoredJob stored, const BootId& boot, bool clockGood, Now now,
                               const Constants& constants) {
    const bool sameBoot = stored.boot == boot;
    if (!sameBoot && !stored.job.info->isPersisted()) return std::nullopt;
    Tracked tracked{.joined = now.wall};
    if (!sameBoot) {
        tracked.job = afterBoot(std::move(stored.job), now);
        tracked.heldUntil = now.elapsed + constants.bootSettle;
        tracked.clockWasWrong = !clockGood;
    } else if (stored.job.running) {
        tracked.job = afterLostDaemon(std::move(stored.job), now, constants);
    } else {
        tracked.job = std::move(stored.job);
    }
    tracked.job.running = false;
    return tracked;
}

} // namespace

Scheduler::Scheduler(Constants constants) : impl_(std::make_unique<Impl>(std::move(constants))) {}
Scheduler::~Scheduler() = default;

Step Scheduler::restore(Snapshot snapshot, const BootId& boot, Now now) {
    State& state = impl_->state;
    Step step;
    Turn turn{.state = state, .now = now, .step = step};
    state.nextRun = (std::uint64_t{snapshot.generation} << 32) + 1;
    state.lastCommit = snapshot.committed;
    state.clockGood = clockIsGood(snapshot.committed, now);
    for (auto& [memory, written] : snapshot.apps) {
        const AppId app = memory.app;
        state.memories.emplace(app, written == boot ? std::move(memory) : afterBoot(memory));
    }
    for (auto& completed : snapshot.completed) {
        const AppId app = completed.key.app;
        state.completed[app].push_back(std::move(completed));
    }
    for (auto& stored : snapshot.jobs) {
        const JobKey key = stored.job.key;
        // Only what the restart changes is written again: on a full disk there is room for no more.
        const bool changed = stored.boot != boot || stored.job.running;
        auto tracked = revived(std::move(stored), boot, state.clockGood, now, state.constants);
        if (!tracked) {
            turn.record(DropJob{key});
            continue;
        }
        if (changed) turn.record(SaveJob{tracked->job});
        addTracked(state, *std::move(tracked));
    }
    for (auto& [key, tracked] : state.jobs)
        letWait(turn, tracked);
    return step;
}

Step Scheduler::handle(const Event& event, Now now) {
    Step step;
    step.effects.reserve(4); // as a start, or an end, has
    Turn turn{.state = impl_->state, .now = now, .step = step};
    ageDevice(turn);
    mergeEvent(turn, event);
    settle(turn);
    return step;
}

std::optional<Instant> Scheduler::nextDeadline() const {
    const State& state = impl_->state;
    std::optional<Instant> next = state.groups.nextAsk();
    const auto sooner = [&](Instant when) {
        if (!next || when < *next) next = when;
    };
    if (!state.timers.empty()) sooner(state.timers.begin()->first);
    if (!state.alarms.empty()) sooner(state.alarms.begin()->first);
    if (state.heldUntil) sooner(*state.heldUntil);
    for (const auto& [call, waiting] : state.waitingRuns)
        sooner(waiting.until);
    // Only where a job waits for a slot does it matter when the device counts as left alone (jobs.md §3.6).
    if (state.slotless > 0 && state.deviceState.quietAt && state.deviceState.interactive) {
        sooner(*state.deviceState.quietAt);
    }
    return next;
}

} // namespace stint
