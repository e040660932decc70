// The running jobs that make room for those that found no slot: displaced in a pass over the queue (jobs.md §3.6), or
// stopped at their own timer past their guarantee (§4.5 clause 3).
#include <algorithm>
#include <limits>

#include "base/result/check.hpp"
#include "contract/core/shortage.hpp"
#include "contract/core/state.hpp"

namespace stint {
namespace {

constexpr std::uint64_t everyOpening = std::numeric_limits<std::uint64_t>::max();

bool isStoppable(const Running& running) {
    return !running.run.ending && running.run.state == RunState::Executing && !running.gateKey.isGuard();
}

bool pastGuarantee(const Running& running, Instant now) { return now >= running.run.began + running.run.guarantee; }

// A run that was started for the app on top is not displaced while its app is there.
bool heldOnTop(const Running& running, const App* app) {
    return running.run.type == WorkType::Top && app && stateOf(*app) == ProcessState::Top;
}

// The runs that may be displaced past their guarantee, the longest running first.
std::vector<Running*> displaceable(Turn& turn) {
    std::vector<Running*> runs;
    for (auto& [id, running] : turn.state.runs) {
        if (!isStoppable(running) || !pastGuarantee(running, turn.now.elapsed)) continue;
        if (!heldOnTop(running, turn.app(running.run.key.app))) runs.push_back(&running);
    }
    std::ranges::stable_sort(runs, {}, [](const Running* running) { return running->run.began; });
    return runs;
}

// A run of the app that began when the app mattered less to the user than it does now. Its load does not matter: both
// jobs have the same.
Running* lesserRun(Turn& turn, const AppId& id, std::int32_t bias) {
    for (auto& [run, running] : turn.state.runs)
        if (running.run.key.app == id && isStoppable(running) && running.run.bias < bias) return &running;
    return nullptr;
}

bool anyLesser(Turn& turn) {
    return std::ranges::any_of(turn.state.runs, [&](const auto& entry) {
        const Running& running = entry.second;
        const App* const app = isStoppable(running) ? turn.app(running.run.key.app) : nullptr;
        return app && running.run.bias < biasOf(stateOf(*app));
    });
}

// The number of the app's waiting jobs for which none of its own runs makes room yet.
std::int64_t unserved(const State& state, const AppGroups& appGroups, Now now) {
    const std::int64_t jobs = appGroups.waitingInAll() - displacedIn(state, now, appGroups);
    STINT_CHECK(jobs >= 0);
    return jobs - std::ranges::count_if(state.runs, [&](const auto& entry) {
               return entry.second.run.ending && entry.second.run.key.app == *appGroups.app;
           });
}

void displaceLesser(Turn& turn, const AppGroups& appGroups) {
    const App* app = turn.app(*appGroups.app);
    STINT_CHECK(app); // its groups are open
    const std::int32_t bias = biasOf(stateOf(*app));
    for (std::int64_t left = unserved(turn.state, appGroups, turn.now); left > 0; --left) {
        Running* lesser = lesserRun(turn, *appGroups.app, bias);
        if (!lesser || !Shortage(turn.state, turn.now, everyOpening).wants(*lesser)) return;
        beginStop(turn, *lesser, {STOP_REASON_PREEMPT, InternalReason::Preempt});
        STINT_CHECK(!isStoppable(*lesser)); // or it would be the next one, too
    }
}

// True if more run than may, without those that are being stopped.
bool tooMany(const State& state, const Running& running) {
    const SlotTable table = tableOf(state);
    const auto goOn = [&](auto matches) {
        return std::ranges::count_if(state.runs, [&](const auto& entry) {
            const Running& other = entry.second;
            return !other.run.ending && !other.gateKey.isGuard() && matches(other);
        });
    };
    if (goOn([](const Running&) { return true; }) > table.total) return true;
    const WorkType type = running.run.type;
    return goOn([type](const Running& other) { return other.run.type == type; }) > table.most[at(type)];
}

} // namespace

void makeRoom(Turn& turn) {
    if (!turn.state.waiting.groups.anyOpen()) return;
    if (const auto runs = displaceable(turn); !runs.empty()) {
        Shortage shortage(turn.state, turn.now, everyOpening);
        for (Running* running : runs) {
            if (!shortage.outweighs(*running)) continue;
            beginStop(turn, *running, {STOP_REASON_DEVICE_STATE, InternalReason::Preempt});
            shortage = Shortage(turn.state, turn.now, everyOpening);
        }
    }
    if (!anyLesser(turn)) return;
    for (const AppGroups* appGroups : turn.state.waiting.groups.open())
        displaceLesser(turn, *appGroups);
}

std::optional<Ending> reasonToStop(const Turn& turn, const Running& running) {
    const State& state = turn.state;
    const Ending ending{STOP_REASON_DEVICE_STATE, InternalReason::Timeout};
    if (tooMany(state, running)) return ending;
    if (state.waiting.forSlot == 0) return std::nullopt; // while no job waits for a slot it runs on
    return Shortage(state, turn.now, state.waiting.forSlot).outweighs(running) ? std::optional(ending) : std::nullopt;
}

} // namespace stint
