// Jobs on their way to a run: asleep by their own clock, grouped behind gates, started when there is room.
#include <algorithm>

#include "base/check.hpp"
#include "core/state.hpp"
#include "rules/kind.hpp"

namespace stint {
namespace {

Groups::Ask question(Turn& turn) {
    return [&turn](const Asks& asks) { return askGates(turn.state, turn.now, asks); };
}

// A job's own clocks: back-off, and the wait until apps may start after a boot.
std::optional<Instant> ownClock(const Tracked& tracked, Instant now) {
    std::optional<Instant> until;
    for (const auto& clock : {tracked.job.notBefore, tracked.heldUntil}) {
        if (clock && *clock > now && (!until || *clock > *until)) until = clock;
    }
    return until;
}

bool roomLeft(const State& state) { return std::ssize(state.runs) < state.constants.slots; }

} // namespace

std::vector<ShutGate> askGates(const State& state, Now now, const Asks& asks) {
    const World world{state.constants, state.device, state.deviceState, now};
    const auto app = state.apps.find(asks.app);
    return shutGates({world, asks, app == state.apps.end() ? nullptr : &app->second});
}

void letWait(Turn& turn, Tracked& tracked) {
    STINT_CHECK(!tracked.run);
    takeOut(turn.state, tracked);
    tracked.asks = asksOf(tracked.job, turn.state.constants);
    tracked.place = placeOf(tracked.asks, tracked.job.enqueued, tracked.job.sequence);
    if (const auto wakes = ownClock(tracked, turn.now.elapsed)) {
        tracked.where = Tracked::Where::Asleep;
        tracked.wakes = *wakes;
        turn.state.asleep.emplace(*wakes, tracked.job.key);
        return;
    }
    tracked.where = Tracked::Where::Grouped;
    turn.state.groups.join(tracked.asks, tracked.place, tracked.job.key, turn.now, question(turn));
}

void takeOut(State& state, Tracked& tracked) {
    switch (tracked.where) {
    case Tracked::Where::Nowhere:
        break;
    case Tracked::Where::Asleep:
        state.asleep.erase({tracked.wakes, tracked.job.key});
        break;
    case Tracked::Where::Grouped:
        state.groups.leave(tracked.asks, tracked.place);
        break;
    }
    tracked.where = Tracked::Where::Nowhere;
}

void forget(Turn& turn, const JobKey& key) {
    State& state = turn.state;
    const auto found = state.jobs.find(key);
    STINT_CHECK(found != state.jobs.end());
    takeOut(state, found->second);
    if (--state.jobCount[key.app] == 0) state.jobCount.erase(key.app);
    if (const auto hint = state.lowestFree.find({key.app, key.space}); hint != state.lowestFree.end()) {
        if (key.id.value > 0) hint->second = std::min(hint->second, key.id.value);
    }
    state.jobs.erase(found);
    turn.record(DropJob{key});
}

void wakeDue(Turn& turn) {
    State& state = turn.state;
    while (!state.asleep.empty() && state.asleep.begin()->first <= turn.now.elapsed) {
        letWait(turn, state.jobs.at(state.asleep.begin()->second));
    }
    state.groups.due(turn.now, question(turn));
}

void askChanged(Turn& turn) {
    const ReadSet ofApps = only(Reads::App);
    const auto ofDevice = static_cast<ReadSet>(turn.changed & ~ofApps);
    if (ofDevice) turn.state.groups.changed(ofDevice, std::nullopt, turn.now, question(turn));
    for (const AppId& app : turn.changedApps)
        turn.state.groups.changed(ofApps, app, turn.now, question(turn));
}

void fillSlots(Turn& turn) {
    State& state = turn.state;
    while (true) {
        // jobs.md §3.6: with no slot left, only what starts at once goes on.
        const bool room = roomLeft(state);
        const JobKey* next = state.groups.first([&](const Asks& asks) {
            const App* app = turn.app(asks.app);
            return room || (app && startsAtOnce(asks, *app, false));
        });
        if (!next) break;
        startRun(turn, state.jobs.at(JobKey{*next}));
    }
    if (someoneNeedsASlot(turn)) displace(turn);
}

bool someoneNeedsASlot(const Turn& turn) {
    return !roomLeft(turn.state) && turn.state.groups.first([](const Asks&) { return true; });
}

} // namespace stint
