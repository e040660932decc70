// A person's requests about the start of one job: hold it, let it go on, end its back-off (jobs.md §14.2, §14.3).
#include "base/result/fail.hpp"
#include "contract/core/events.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/job_clocks.hpp"

namespace stint {
namespace {

std::optional<Error> hold(Turn& turn, const HoldJob& event) {
    State& state = turn.state;
    Tracked* const tracked = state.jobs.find(event.key);
    if (!tracked) return notTracked(state, event.key);
    if (isAside(*tracked)) return fail(Errc::ILLEGAL_STATE, "{} is set aside", textOf(event.key));
    if (tracked->job.held == event.on) return std::nullopt;
    tracked->job.held = event.on;
    turn.record(SaveJob{tracked->job});
    if (!tracked->run)
        park(turn, *tracked);
    else if (event.on)
        beginStop(turn, state.runs.at(tracked->run), {STOP_REASON_USER, InternalReason::Held});
    return std::nullopt;
}

std::optional<Error> retry(Turn& turn, const RetryJob& event) {
    State& state = turn.state;
    Tracked* const tracked = state.jobs.find(event.key);
    if (!tracked) return notTracked(state, event.key);
    Job& job = tracked->job;
    const bool rests = job.notBefore && *job.notBefore > turn.now.elapsed && job.failures + job.systemStops > 0;
    if (tracked->run || isAside(*tracked) || !rests)
        return fail(Errc::ILLEGAL_STATE, "{} does not wait for a retry; `stint why` says what it does",
                    textOf(event.key));
    setNotBefore(job, std::nullopt, turn.now);
    turn.record(SaveJob{job});
    park(turn, *tracked);
    return std::nullopt;
}

} // namespace

void apply(Turn& turn, const HoldJob& event) { turn.effect(Reply{.call = event.call, .error = hold(turn, event)}); }

void apply(Turn& turn, const RetryJob& event) { turn.effect(Reply{.call = event.call, .error = retry(turn, event)}); }

} // namespace stint
