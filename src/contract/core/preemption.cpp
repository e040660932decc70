#include "contract/core/preemption.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/limit_gates.hpp"

namespace stint {

SlotTable tableOf(const State& state) {
    return slotTable(state.constants.slots, state.deviceState.interactive, state.device.memory);
}

PerType runningByType(const State& state) {
    PerType counts{};
    for (const auto& [id, running] : state.runs)
        if (!running.gateKey.isGuard()) ++counts[at(running.run.type)];
    return counts;
}

Shortage::Shortage(const State& state, Now now, std::uint64_t upTo) : table_(tableOf(state)) {
    std::map<AppId, PerCap> runs;
    for (const auto& [id, running] : state.runs) {
        if (running.run.ending || running.gateKey.isGuard()) continue;
        ++running_[at(running.run.type)];
        ++runs[running.run.key.app][running.run.kind == JobClass::Expedited];
    }
    const World world = state.world(now);
    auto wanted = static_cast<std::int64_t>(state.runs.inSlots());
    for (const AppGroups* appGroups : state.waiting.groups.open())
        wanted += appGroups->waitingInAll();
    const bool slotsAreShort = wanted >= table_.total;
    for (const AppGroups* appGroups : state.waiting.groups.open()) {
        const App* const app = state.app(*appGroups->app);
        if (!app) continue;
        const bool capped = slotsAreShort && stateOf(*app) != ProcessState::Top;
        const auto own = runs.find(*appGroups->app);
        add({state, world, *appGroups, *app, upTo, capped}, own == runs.end() ? PerCap{} : own->second);
    }
}

void Shortage::add(const Open& open, PerCap running) {
    const auto& [state, world, appGroups, app, upTo, capped] = open;
    for (const Group* group : appGroups.open) {
        if (group->opening > upTo) continue;
        const JobClass kind = treatedAs(group->gateKey->kind, app, world);
        const bool expedited = kind == JobClass::Expedited;
        const std::int64_t jobs = std::ssize(group->jobs) - displacedIn(state, world.now, *group);
        STINT_CHECK(jobs >= 0); // a displaced job waits there, once
        const std::int64_t room = capped ? appCap(kind, world.constants) - running[expedited] : jobs;
        const std::int64_t starting = std::clamp<std::int64_t>(room, 0, jobs);
        running[expedited] += starting;
        const std::size_t place = placeOf(typesOf(kind, app, world.now.elapsed, world.constants), expedited);
        waiting_[place].jobs += starting;
        if (starting < jobs) capped_.push_back({*appGroups.app, expedited, place});
    }
}

std::size_t Shortage::placeOf(const WorkTypes& may, bool expedited) {
    const auto found = std::ranges::find_if(
        waiting_, [&](const Waiting& waiting) { return waiting.may == may && waiting.expedited == expedited; });
    const auto place = static_cast<std::size_t>(found - waiting_.begin());
    if (found == waiting_.end()) waiting_.push_back({may, expedited, 0});
    STINT_CHECK(place < waiting_.size());
    return place;
}

bool Shortage::wants(const Running& running) const { return helps(running, false); }

bool Shortage::outweighs(const Running& running) const {
    return helps(running, running.run.kind == JobClass::Expedited);
}

bool Shortage::helps(const Running& running, bool expeditedAlone) const {
    PerType without = running_;
    STINT_CHECK(without[at(running.run.type)] > 0); // one that is not being stopped yet
    --without[at(running.run.type)];
    auto waiting = waiting_;
    const bool expedited = running.run.kind == JobClass::Expedited;
    const auto next = std::ranges::find_if(capped_, [&](const Capped& capped) {
        return capped.expedited == expedited && capped.app == running.run.key.app;
    });
    STINT_CHECK(next == capped_.end() || next->waiting < waiting.size());
    if (next != capped_.end()) ++waiting[next->waiting].jobs;
    return served(without, waiting, expeditedAlone) > served(running_, waiting_, expeditedAlone);
}

std::int64_t Shortage::served(const PerType& running, const std::vector<Waiting>& waiting, bool expeditedAlone) const {
    PerType pending{};
    for (const Waiting& like : waiting)
        for (std::size_t type = 0; type < workTypes; ++type)
            if (like.may[type]) pending[type] += like.jobs;
    Slots slots(table_, running, pending);
    std::int64_t served = 0;
    for (const Waiting& like : waiting) {
        if (expeditedAlone && !like.expedited) continue;
        for (std::int64_t left = like.jobs; left > 0 && slots.take(like.may); --left)
            ++served;
    }
    return served;
}

// The running jobs that make room for those that found no slot: displaced in a pass over the queue (jobs.md §3.6), or
// stopped at their own timer past their guarantee (§4.5 clause 3).

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

// The number of the app's waiting jobs for which none of its own runs makes room yet.
std::int64_t unserved(const State& state, const AppGroups& appGroups, Now now) {
    const std::int64_t jobs = appGroups.waitingInAll() - displacedIn(state, now, appGroups);
    STINT_CHECK(jobs >= 0);
    return jobs - std::ranges::count_if(state.runs, [&](const auto& entry) {
               return entry.second.run.ending && entry.second.run.key.app == *appGroups.app;
           });
}

void displaceLesser(Turn& turn, const AppGroups& appGroups) {
    STINT_CHECK(appGroups.installed); // its groups are open
    const ProcessState now = stateOf(*appGroups.installed);
    if (now > ProcessState::ForegroundService) return; // none of its runs began when it mattered less
    for (std::int64_t left = unserved(turn.state, appGroups, turn.now); left > 0; --left) {
        Running* lesser = lesserRun(turn, *appGroups.app, biasOf(now));
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
