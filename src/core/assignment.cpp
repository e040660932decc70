// Slots: which ready jobs start now, and which running ones make room for those that find none (jobs.md §3.6).
#include <algorithm>

#include "core/queue.hpp"
#include "core/state.hpp"
#include "rules/batching.hpp"
#include "rules/limit_gates.hpp"

namespace stint {
namespace {

std::size_t at(WorkType type) { return static_cast<std::size_t>(type); }

bool pastGuarantee(const Running& running, Instant now) { return now >= running.run.began + running.run.guarantee; }

SlotTable tableOf(const State& state) {
    return slotTable(state.constants.slots, state.deviceState.interactive, state.device.memory);
}

/// One pass over the queue.
class Assignment {
public:
    explicit Assignment(Turn& turn)
        : turn_(turn), state_(turn.state), table_(tableOf(turn.state)),
          slots_(table_, runningByType(), pendingByType()), patience_(shortestGuarantee()) {}

    void run() {
        state_.slotless.clear();
        holdBack();
        Queue queue(state_.groups);
        while (auto next = queue.next()) {
            const Asks asks = *next->asks;
            if (state_.held.contains(asks)) {
                queue.skipGroup();
                continue;
            }
            // What began just now may have used up the rest of its app's quota.
            if (began_.contains(asks.app) && !askGates(state_, turn_.now, asks).empty()) {
                queue.skipGroup();
                continue;
            }
            if (auto type = slotFor(asks, next->job)) {
                startRun(turn_, state_.jobs.at(next->job), *type);
                began_.insert(asks.app);
                continue;
            }
            queue.skipGroup();
            state_.slotless.insert(asks);
        }
        std::size_t freed = 0; // slots that are on their way already
        for (const auto& [id, running] : state_.runs)
            freed += running.run.ending.has_value();
        for (const Asks& asks : state_.slotless) {
            if (freed > 0) {
                --freed;
            } else {
                makeRoom(asks);
            }
        }
    }

private:
    const App& app(const Asks& asks) const { return *turn_.app(asks.app); }
    JobClass kindOf(const Asks& asks) const {
        const World world = turn_.world();
        return treatedAs({world, asks, &app(asks)});
    }
    WorkTypes types(const Asks& asks) const { return typesOf(kindOf(asks), biasOf(stateOf(app(asks)))); }

    PerType runningByType() const {
        PerType counts{};
        for (const auto& [id, running] : state_.runs)
            ++counts[at(running.type)];
        return counts;
    }

    PerType pendingByType() const {
        PerType counts{};
        for (const Asks& asks : state_.groups.open()) {
            const WorkTypes may = types(asks);
            for (std::size_t type = 0; type < workTypes; ++type) {
                if (may[type]) counts[type] += static_cast<std::int64_t>(state_.groups.size(asks));
            }
        }
        return counts;
    }

    // W of jobs.md §3.6: the shortest remaining guarantee among running jobs that cannot be stopped now.
    Duration shortestGuarantee() {
        std::optional<Duration> shortest;
        for (const auto& [id, running] : state_.runs) {
            runningClasses_.insert(running.run.kind);
            if (pastGuarantee(running, turn_.now.elapsed)) continue;
            const Duration left = running.run.began + running.run.guarantee - turn_.now.elapsed;
            shortest = std::min(shortest.value_or(left), left);
        }
        for (const Asks& asks : state_.groups.open()) {
            pending_ += static_cast<std::int64_t>(state_.groups.size(asks));
        }
        return shortest.value_or(Duration{0});
    }

    std::optional<WorkType> slotFor(const Asks& asks, const JobKey& job) {
        const WorkTypes may = types(asks);
        const bool inSight = state_.jobs.at(job).inSight;
        if (startsAtOnce(asks, app(asks), inSight, turn_.now.elapsed)) {
            // An extra slot beyond the steady limit where none is free.
            return slots_.take(may).value_or(firstOf(may));
        }
        if (!capped(asks)) {
            if (auto type = slots_.take(may)) return type;
        }
        if (waitsTooLong(kindOf(asks))) return firstOf(may);
        return std::nullopt;
    }

    static WorkType firstOf(const WorkTypes& may) {
        return static_cast<WorkType>(std::ranges::find(may, true) - may.begin());
    }

    // jobs.md §3.7: held until enough are ready, one was held long enough, or something runs anyway.
    void holdBack() {
        state_.held.clear();
        state_.heldUntil.reset();
        const Constants& constants = state_.constants;
        std::int64_t ready = 0;
        Instant until = Instant::max();
        for (const Asks& asks : state_.groups.open()) {
            if (!mayBeHeld(asks, constants)) return state_.held.clear();
            state_.held.insert(asks);
            ready += static_cast<std::int64_t>(state_.groups.size(asks));
            until = std::min(until, state_.groups.openSince(asks) + constants.batchMaxDelay);
        }
        const bool goOn = !state_.runs.empty() || ready >= batchSize(constants) || until <= turn_.now.elapsed;
        if (goOn || state_.held.empty()) return state_.held.clear();
        state_.heldUntil = until;
    }

    // Not for the app on top, and only once the slots are short.
    bool capped(const Asks& asks) const {
        if (stateOf(app(asks)) == ProcessState::Top) return false;
        if (pending_ + runningAtStart_ < table_.total) return false;
        const JobClass kind = kindOf(asks);
        const bool expedited = kind == JobClass::Expedited;
        const auto same = std::ranges::count_if(state_.runs, [&](const auto& entry) {
            const Run& run = entry.second.run;
            return run.key.app == asks.app && (run.kind == JobClass::Expedited) == expedited;
        });
        return same >= appCap(kind, state_.constants.slots);
    }

    // jobs.md §3.6, waiting too long: one extra slot a class, an instant, and only where none of that class ran.
    bool waitsTooLong(JobClass kind) {
        if (!state_.constants.waitingTooLong) return false;
        if (state_.generous == turn_.now.elapsed && generousTo_.empty())
            return false; // an earlier pass of this instant
        for (JobClass as : {kind, JobClass::Regular}) {
            if (runningClasses_.contains(as) || generousTo_.contains(as) || patience_ < patience(as)) continue;
            generousTo_.insert(as);
            state_.generous = turn_.now.elapsed;
            return true;
        }
        return false;
    }

    // jobs.md §3.6, preemption, for one job that found no slot.
    void makeRoom(const Asks& asks) {
        const std::int32_t bias = biasOf(stateOf(app(asks)));
        Running* lesser = nullptr; // of the same app, begun with less bias
        Running* oldest = nullptr; // past its guarantee, in a slot that would do
        const WorkTypes may = types(asks);
        for (auto& [id, running] : state_.runs) {
            if (running.run.ending || running.run.state != RunState::Executing) continue;
            if (running.run.key.app == asks.app && running.bias < bias && !lesser) lesser = &running;
            if (!pastGuarantee(running, turn_.now.elapsed) || !may[at(running.type)]) continue;
            if (!oldest || running.run.began < oldest->run.began) oldest = &running;
        }
        if (oldest) {
            beginStop(turn_, *oldest, {StopReason::DeviceState, InternalReason::Preempt});
        } else if (lesser) {
            beginStop(turn_, *lesser, {StopReason::Preempt, InternalReason::Preempt});
        }
    }

    Turn& turn_;
    State& state_;
    SlotTable table_;
    std::int64_t pending_ = 0;
    std::int64_t runningAtStart_ = std::ssize(state_.runs);
    std::set<AppId> began_;             ///< apps with a job that began in this pass
    std::set<JobClass> runningClasses_; ///< at the start of the pass
    std::set<JobClass> generousTo_;
    Slots slots_;
    Duration patience_;
};

} // namespace

void fillSlots(Turn& turn) {
    if (turn.state.groups.anyOpen()) {
        Assignment(turn).run();
    } else {
        turn.state.slotless.clear();
        turn.state.held.clear();
        turn.state.heldUntil.reset();
    }
}

std::optional<Ending> reasonToStop(const Turn& turn, const Running& running) {
    const State& state = turn.state;
    const SlotTable table = tableOf(state);
    const auto sameType =
        std::ranges::count_if(state.runs, [&](const auto& entry) { return entry.second.type == running.type; });
    const bool tooMany = std::ssize(state.runs) > table.total || sameType > table.most[at(running.type)];
    const bool wanted = std::ranges::any_of(state.slotless, [&](const Asks& asks) {
        if (running.run.kind == JobClass::Expedited) return asks.kind == JobClass::Expedited;
        const auto app = state.apps.find(asks.app);
        return app != state.apps.end() && typesOf(asks.kind, biasOf(stateOf(app->second)))[at(running.type)];
    });
    // With nobody waiting it runs on, however many there are.
    if (!state.slotless.empty() && (tooMany || wanted)) return Ending{StopReason::DeviceState, InternalReason::Timeout};
    return std::nullopt;
}

} // namespace stint
