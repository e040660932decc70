#include "contract/core/awake.hpp"

#include <string>

#include "base/result/check.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/awake.hpp"

namespace stint {
namespace {

bool counts(const Running& running) {
    const Run& run = running.run;
    return run.kind == JobClass::UserInitiated && run.state == RunState::Executing && !run.ending;
}

std::optional<Instant> lastProgress(const State& state) {
    std::optional<Instant> last;
    for (const auto& [id, running] : state.runs)
        if (counts(running) && (!last || running.run.progressAt > *last)) last = running.run.progressAt;
    return last;
}

} // namespace

void settleAwake(Turn& turn) {
    State& state = turn.state;
    Awake& awake = state.awake;
    if (state.device.plugged) awake.battery.reset();
    const AwakeVerdict verdict = keepAwake(turn.world(), lastProgress(state), awake.battery);
    STINT_CHECK(verdict.on == verdict.until.has_value()); // nothing keeps it awake for ever
    STINT_CHECK(!verdict.until || *verdict.until > turn.now.elapsed);
    awake.until = verdict.until;
    if (verdict.on && !state.device.plugged && !awake.battery) awake.battery = turn.now.elapsed;
    if (verdict.on == awake.on) return;
    awake.on = verdict.on;
    turn.effect(KeepAwake{awake.on, std::string(verdict.because)});
}

bool keepsAwake(const State& state, const Running& running) {
    if (!state.awake.on || !counts(running)) return false;
    // The run that moved a byte last is a reason for certain; another is one as long as it has not stalled either.
    return running.run.progressAt + state.constants.awakeStall > *lastProgress(state);
}

} // namespace stint
