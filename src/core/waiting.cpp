// Jobs on their way to a run: asleep by their own clocks, or grouped behind gates.
#include <algorithm>
#include <limits>

#include "base/check.hpp"
#include "core/state.hpp"
#include "rules/kind.hpp"

namespace stint {
namespace {

Groups::Ask question(Turn& turn) {
    return [&turn](const Group& group, ReadSet changed) {
        const Asks& asks = *group.asks;
        const bool allAreTold = (turn.changed & readByNetworks) != 0; // and not only those whose jobs have changed
        if (asks.network && !allAreTold) turn.changedJobs.insert(asks.app);
        Line& line = *group.line;
        if (!line.installed) line.installed = turn.app(asks.app);
        const World world = turn.world();
        return shutGates({world, asks, line.installed}, changed);
    };
}

void setAlarm(State& state, Tracked& tracked, std::optional<Instant> when) {
    if (tracked.clock) state.jobClocks.erase(&tracked);
    tracked.clock = when;
    if (when) state.jobClocks.insert(&tracked);
}

bool overdue(const Tracked& tracked, Instant now) { return tracked.job.deadline && *tracked.job.deadline <= now; }

// The next instant at which what ownClock says may differ.
std::optional<Instant> nextAlarm(const Tracked& tracked, const std::optional<Instant>& until, Instant now) {
    std::optional<Instant> next;
    for (const OptionalTime<Instant> when : {OptionalTime<Instant>(until), tracked.job.deadline}) {
        if (when && *when > now && *when != Instant::max() && (!next || *when < *next)) next = when;
    }
    return next;
}

} // namespace

std::vector<ShutGate> askGates(const State& state, Now now, const Asks& asks) {
    const World world{state.constants, state.device, state.deviceState, now};
    const auto app = state.apps.find(asks.app);
    return shutGates({world, asks, app == state.apps.end() ? nullptr : &app->second});
}

std::optional<Instant> contentReady(const Tracked& tracked, const Constants& constants) {
    // jobs.md §3.2: the update delay after the last change, at most the max delay after the first; from 40 URIs on at
    // once.
    constexpr std::size_t many = 40;
    const auto& [first, last, uris] = tracked.seldom->content;
    if (!first) return std::nullopt;
    if (uris.size() >= many) return *first;
    const JobInfo& info = *tracked.job.info;
    const Duration update = info.getTriggerContentUpdateDelay().value_or(constants.contentTriggerUpdateDelay);
    const Duration most = info.getTriggerContentMaxDelay().value_or(constants.contentTriggerMaxDelay);
    return std::min(last + update, *first + most);
}

std::optional<Instant> ownClock(const Tracked& tracked, const Constants& constants, Instant now) {
    Instant until = tracked.heldUntil.value_or(now);
    const Override override = tracked.override;
    if (!overdue(tracked, now)) {
        if (tracked.job.notBefore && override < Override::Soft) until = std::max(until, *tracked.job.notBefore);
        if (!tracked.job.info->getTriggerContentUris().empty() && override < Override::Full) {
            until = std::max(until, contentReady(tracked, constants).value_or(Instant::max()));
        }
    }
    if (until <= now) return std::nullopt;
    return until;
}

void letWait(Turn& turn, Tracked& tracked) {
    STINT_CHECK(!tracked.run);
    takeOut(turn.state, tracked);
    turn.changedJobs.insert(tracked.job.key.app);
    const auto until = ownClock(tracked, turn.state.constants, turn.now.elapsed);
    setAlarm(turn.state, tracked, nextAlarm(tracked, until, turn.now.elapsed));
    if (until) {
        std::vector<PendingReason> reasons;
        for (const Blocker& blocker : blockersOf(turn.state, tracked, turn.now, Words::ReasonsOnly))
            reasons.push_back(blocker.reason);
        note(tracked.seldom.edit().history, turn.now.wall, std::move(reasons));
        return;
    }
    Asks asks = asksOf(tracked.job, turn.state.constants);
    asks.override = tracked.override;
    asks.overdue = overdue(tracked, turn.now.elapsed);
    tracked.groupedAt = turn.now.wall;
    tracked.group = &turn.state.groups.join(asks, tracked, turn.now, question(turn));
}

void takeOut(State& state, Tracked& tracked) {
    setAlarm(state, tracked, std::nullopt);
    if (auto* group = std::exchange(tracked.group, nullptr)) state.groups.leave(*group, tracked);
}

std::vector<JobKey> keysOf(const State& state, const AppId& app) {
    std::vector<JobKey> keys;
    for (const Tracked& tracked : state.jobs.from({app, "", JobId{std::numeric_limits<std::int32_t>::min()}})) {
        if (tracked.job.key.app != app) break;
        keys.push_back(tracked.job.key);
    }
    return keys;
}

void forget(Turn& turn, const JobKey& key) {
    State& state = turn.state;
    Tracked* const tracked = state.jobs.find(key);
    STINT_CHECK(tracked);
    takeOut(state, *tracked);
    turn.changedJobs.insert(key.app);
    if (--state.jobCount[key.app] == 0) state.jobCount.erase(key.app);
    if (const auto hint = state.lowestFree.find({key.app, key.space}); hint != state.lowestFree.end()) {
        if (key.id.value > 0) hint->second = std::min(hint->second, key.id.value);
    }
    uncountWatched(state, *tracked->job.info);
    turn.record(DropJob{key});
    state.jobs.erase(*tracked);
}

void wakeDue(Turn& turn) {
    State& state = turn.state;
    while (!state.jobClocks.empty() && *(*state.jobClocks.begin())->clock <= turn.now.elapsed) {
        letWait(turn, **state.jobClocks.begin());
    }
}

void askChanged(Turn& turn) {
    const ReadSet ofApps = only(Reads::App);
    const auto ofDevice = static_cast<ReadSet>(turn.changed & ~ofApps);
    if (ofDevice) turn.state.groups.changed(ofDevice, std::nullopt, turn.now, question(turn));
    for (const AppId& app : turn.changedApps)
        turn.state.groups.changed(ofApps, app, turn.now, question(turn));
    turn.state.groups.due(turn.now, question(turn)); // last: what has just changed need not be asked twice
}

} // namespace stint
