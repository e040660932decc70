#include "contract/core/guards.hpp"

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/guard.hpp"

namespace stint {
namespace {

void freeze(Turn& turn, const Running& running, const std::string& lacks) {
    const bool on = !lacks.empty();
    const Run& run = running.run;
    turn.effect(CallFreeze{run.id, on});
    turn.effect(Trace{
        .what = on ? Trace::What::Frozen : Trace::What::Thawed, .app = run.key.app, .job = run.key, .because = lacks});
}

// A run that is being stopped is thawed by stint-shell: a frozen program does not notice the stop.
void settleGuard(Turn& turn, Running& running) {
    STINT_CHECK(running.gateKey.isGuard());
    if (running.run.state != RunState::Executing || running.gateKey.guardElse == GuardElse::Stop) return;
    const std::string lacks = guardLacks(running.gateKey, turn.world());
    if (lacks.empty() != running.heldSince.has_value()) return;
    running.heldSince = lacks.empty() ? std::nullopt : std::optional(turn.now.wall);
    if (running.gateKey.guardElse == GuardElse::Freeze)
        freeze(turn, running, lacks);
    else
        turn.changedJobs.insert(running.run.key.app);
}

} // namespace

void settleGuards(Turn& turn) {
    for (const RunId run : turn.state.runs.guards())
        settleGuard(turn, turn.state.runs.at(run));
}

std::optional<Instant> nextGuardChange(const State& state) {
    if (state.deviceState.idle) return std::nullopt;
    for (const RunId run : state.runs.guards())
        if (readByGuard(state.runs.at(run).gateKey) & Reads::Idle) return state.deviceState.idleAt;
    return std::nullopt;
}

void addGuard(const State& state, const Running& running, Now now, NetworkRights& rights) {
    if (!running.gateKey.isGuard()) return;
    rights.isGuarded = true;
    rights.guardShuts |=
        running.gateKey.guardElse == GuardElse::Offline && !guardLacks(running.gateKey, state.world(now)).empty();
}

std::string_view guardHolds(const Running& running) {
    if (!running.heldSince) return "";
    return running.gateKey.guardElse == GuardElse::Freeze ? "frozen" : "offline";
}

} // namespace stint
