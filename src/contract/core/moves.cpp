// A person moves a job among its equals that wait (jobs.md §14.6).
#include <algorithm>
#include <vector>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/kind.hpp"

namespace stint {
namespace {

/// True where one waits as the other does: in the same pool or in none, requested as the same class.
bool alike(const Job& one, const Job& other) {
    return one.details->terms->pool == other.details->terms->pool &&
           requestedKind(one.info) == requestedKind(other.info);
}

/// The app's jobs that wait as this one does, and itself, in their order.
std::vector<Tracked*> equalsOf(State& state, const Tracked& tracked) {
    std::vector<Tracked*> equals;
    for (const JobKey& key : keysOf(state, tracked.job.key.app)) {
        Tracked& other = state.jobs.at(key);
        if (!other.run && !isAside(other) && alike(other.job, tracked.job)) equals.push_back(&other);
    }
    std::ranges::sort(equals, {}, [](const Tracked* one) { return placeOf(*one); });
    return equals;
}

/// The place before all of them; its number makes it durable, because a boot gives all jobs one time.
Place before(const std::vector<Tracked*>& equals) {
    const auto sequence = [](const Tracked* one) { return one->job.sequence; };
    const Tracked* const lowest = *std::ranges::min_element(equals, {}, sequence);
    return {equals.front()->job.enqueued, lowest->job.sequence - 1};
}

void put(Turn& turn, Tracked& tracked, Place place) {
    unpark(turn.state, tracked);
    tracked.job.enqueued = place.enqueued;
    tracked.job.sequence = place.sequence;
    turn.record(SaveJob{tracked.job});
    park(turn, tracked);
}

void changePlaces(Turn& turn, Tracked& one, Tracked& other) {
    const Place place = placeOf(one);
    put(turn, one, placeOf(other));
    put(turn, other, place);
}

/// One that is at that end already stays.
void move(Turn& turn, Tracked& tracked, MoveTo to) {
    const auto equals = equalsOf(turn.state, tracked);
    const auto at = std::ranges::find(equals, &tracked);
    STINT_CHECK(at != equals.end());
    const bool ahead = to == MoveTo::Top || to == MoveTo::Up;
    if (ahead ? at == equals.begin() : at + 1 == equals.end()) return;
    switch (to) {
    case MoveTo::Top:
        return put(turn, tracked, before(equals));
    case MoveTo::Up:
        return changePlaces(turn, tracked, **(at - 1));
    case MoveTo::Down:
        return changePlaces(turn, tracked, **(at + 1));
    case MoveTo::Bottom:
        return put(turn, tracked, {turn.now.elapsed, turn.state.jobs.nextSequence()});
    }
}

std::optional<Error> moved(Turn& turn, const MoveJob& event) {
    Tracked* const tracked = turn.state.jobs.find(event.key);
    if (!tracked) return notTracked(turn.state, event.key);
    if (isAside(*tracked)) return isSetAside(*tracked);
    if (tracked->run) return fail(Errc::ILLEGAL_STATE, "{} runs: only a job that waits has a place", textOf(event.key));
    move(turn, *tracked, event.to);
    return std::nullopt;
}

} // namespace

void apply(Turn& turn, const MoveJob& event) {
    replyToPerson(turn, event.call, event.key.app, event.callerVisible, moved(turn, event));
}

} // namespace stint
