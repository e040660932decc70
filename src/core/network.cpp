// Each app's background network: who is told when it opens or shuts (limits.md §8.1).
#include <algorithm>

#include "core/state.hpp"

namespace stint {
namespace {

// limits.md §8.3: ready, but for the network or for a slot.
bool lacksOnlyNetwork(const Asks& asks, const std::vector<Shut>& shut) {
    return asks.network && std::ranges::all_of(shut, [](const Shut& one) { return waitsForNetwork(*one.gate); });
}

NetworkRights rightsOfRuns(const State& state, const AppId& app) {
    NetworkRights rights;
    for (const auto& [id, running] : state.runs) {
        if (running.run.key.app != app) continue;
        rights.standbyLifted |= running.asks.network.has_value();
        rights.runsExpedited |= running.run.kind == JobClass::Expedited;
        rights.runsUserInitiated |= running.run.kind == JobClass::UserInitiated;
    }
    return rights;
}

NetworkVerdict ask(Turn& turn, const AppId& id, const App& app) {
    NetworkRights rights = rightsOfRuns(turn.state, id);
    const NetworkVerdict verdict = networkFor(app, turn.world(), rights);
    // What waits is looked through only where it may help.
    if (verdict.allowed || rights.standbyLifted) return verdict;
    rights.standbyLifted = turn.state.groups.anyOf(id, lacksOnlyNetwork);
    return rights.standbyLifted ? networkFor(app, turn.world(), rights) : verdict;
}

void tell(Turn& turn, const AppId& id, const App& app) {
    const NetworkVerdict verdict = ask(turn, id, app);
    const auto [told, isNew] = turn.state.networkTold.try_emplace(id, verdict);
    const bool same = told->second.allowed == verdict.allowed && told->second.because == verdict.because;
    told->second = verdict;
    if (same && !isNew) return;
    turn.effect(NetworkAccess{id, verdict.allowed, std::string(verdict.because)});
    if (isNew) return; // how an app is found is no change
    turn.effect(Trace{
        .what = Trace::What::Network, .app = id, .allowed = verdict.allowed, .because = std::string(verdict.because)});
}

} // namespace

void tellNetworks(Turn& turn) {
    State& state = turn.state;
    std::set<AppId> changed = std::exchange(turn.changedJobs, {});
    if (turn.changed & readByNetworks) {
        for (const auto& [id, app] : state.apps)
            tell(turn, id, app);
        return;
    }
    changed.insert(turn.changedApps.begin(), turn.changedApps.end());
    for (const AppId& id : changed) {
        const App* app = turn.app(id);
        if (app) tell(turn, id, *app);
    }
}

} // namespace stint
