#include "contract/core/shortage.hpp"

#include <algorithm>
#include <map>

#include "base/result/check.hpp"
#include "contract/rules/limit_gates.hpp"

namespace stint {
namespace {

std::int64_t waitingIn(const State& state) {
    std::int64_t jobs = 0;
    for (const AppGroups* appGroups : state.waiting.groups.open())
        jobs += appGroups->waitingInAll();
    return jobs;
}

} // namespace

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
    const bool slotsAreShort = waitingIn(state) + static_cast<std::int64_t>(state.runs.inSlots()) >= table_.total;
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
        const std::int64_t room = capped ? appCap(kind, world.constants.slots) - running[expedited] : jobs;
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

} // namespace stint
