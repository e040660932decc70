#include "contract/core/sleep.hpp"

#include <algorithm>

#include "contract/core/quotas.hpp"
#include "contract/core/state.hpp"

namespace stint {
namespace {

bool anyIsStopped(const State& state) {
    return std::ranges::any_of(state.runs, [](const auto& entry) { return entry.second.run.ending.has_value(); });
}

// limits.md §13: time asleep counts as elapsed but not as running.
void goOn(Turn& turn, Duration slept) {
    for (auto& [id, running] : turn.state.runs) {
        Run& run = running.run;
        run.began += slept;
        run.asleep += slept;
        run.progressAt += slept;
        if (run.notificationDue) *run.notificationDue += slept;
        turn.state.runs.setTimer(run, run.timer + slept);
        tellTerms(turn, run);
    }
}

} // namespace

void noteSleep(Turn& turn) {
    State& state = turn.state;
    const Instant now = turn.now.elapsed;
    if (state.device.sleeping == state.sleep.since.has_value()) return;
    if (state.device.sleeping) {
        state.sleep.since = now;
    } else {
        goOn(turn, now - *state.sleep.since);
        state.sleep.since.reset();
    }
    turn.effect(Trace{.what = Trace::What::Sleep, .to = state.device.sleeping ? "waiting" : "awake"});
    for (const auto& [id, running] : state.runs)
        if (App* const app = turn.app(running.run.key.app)) accountQuotas(turn, *app);
}

void settleSleep(Turn& turn) {
    State& state = turn.state;
    const auto until = nextSleepChange(state);
    const bool delay = !state.sleep.since || (until && *until > turn.now.elapsed);
    if (delay == state.sleep.delayed) return;
    state.sleep.delayed = delay;
    turn.effect(DelaySleep{delay});
    if (!delay) turn.effect(Trace{.what = Trace::What::Sleep, .to = "asleep"});
}

std::optional<Instant> nextSleepChange(const State& state) {
    const Sleep& sleep = state.sleep;
    if (!sleep.since || !sleep.delayed || !anyIsStopped(state)) return std::nullopt;
    return *sleep.since + state.constants.sleepGrace;
}

} // namespace stint
