// Each app's background network: who is told when it opens or shuts (limits.md §8.1).
#include <algorithm>

#include "core/state.hpp"

namespace stint {
namespace {

// limits.md §8.3: ready, but for the network or for a slot.
bool lacksOnlyNetwork(const GateKey& gateKey, const std::vector<Shut>& shut) {
    return gateKey.network && std::ranges::all_of(shut, [](const Shut& one) { return waitsForNetwork(*one.gate); });
}

NetworkRights rightsOfRuns(const State& state, const AppId& app) {
    NetworkRights rights;
    for (const auto& [id, running] : state.runs) {
        if (running.run.key.app != app) continue;
        rights.standbyLifted |= running.gateKey.network.has_value();
        rights.runsExpedited |= running.run.kind == JobClass::Expedited;
        rights.runsUserInitiated |= running.run.kind == JobClass::UserInitiated;
    }
    return rights;
}

NetworkVerdict ask(Turn& turn, const AppId& id, const App& app) {
    // What runs, and what waits, is looked through only where it may help.
    NetworkVerdict verdict = networkFor(app, turn.world(), {});
    if (verdict.allowed) return verdict;
    NetworkRights rights = rightsOfRuns(turn.state, id);
    if (rights != NetworkRights{}) verdict = networkFor(app, turn.world(), rights);
    if (verdict.allowed || rights.standbyLifted) return verdict;
    rights.standbyLifted = turn.state.waiting.groups.anyOf(id, lacksOnlyNetwork);
    return rights.standbyLifted ? networkFor(app, turn.world(), rights) : verdict;
}

using Told = ToldNetworks::iterator;

// `next`: where in the order of apps what it was told stands, or would. What stands behind it.
Told tell(Turn& turn, const AppId& id, const App& app, Told next) {
    const NetworkVerdict verdict = ask(turn, id, app);
    auto& toldOf = turn.state.networkTold;
    const bool isNew = next == toldOf.end() || next->first != id;
    const auto told = isNew ? toldOf.emplace_hint(next, id, verdict) : next;
    const bool same = told->second.allowed == verdict.allowed && told->second.because == verdict.because;
    told->second = verdict;
    next = std::next(told);
    if (same && !isNew) return next;
    turn.effect(NetworkAccess{id, verdict.allowed, std::string(verdict.because)});
    if (isNew) return next; // how an app is found is no change
    turn.effect(Trace{
        .what = Trace::What::Network, .app = id, .allowed = verdict.allowed, .because = std::string(verdict.because)});
    return next;
}

} // namespace

bool tellsAll(const Turn& turn) { return (turn.changed & readByNetworks) != 0; }

void tellNetworks(Turn& turn) {
    State& state = turn.state;
    std::set<AppId> changed = std::exchange(turn.changedJobs, {});
    if (tellsAll(turn)) {
        turn.step.effects.reserve(turn.step.effects.size() + 2 * state.apps.size()); // often all of them change
        Told next = state.networkTold.begin();
        for (const auto& [id, app] : state.apps)
            next = tell(turn, id, app, next);
        return;
    }
    changed.insert(turn.changedApps.begin(), turn.changedApps.end());
    for (const AppId& id : changed) {
        const App* app = turn.app(id);
        if (app) tell(turn, id, *app, state.networkTold.lower_bound(id));
    }
}

} // namespace stint
