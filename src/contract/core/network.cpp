// Each app's background network, and the effects when it opens or shuts (limits.md §8.1).
#include <algorithm>

#include "base/result/check.hpp"
#include "contract/core/guards.hpp"
#include "contract/core/state.hpp"

namespace stint {
namespace {

/// The facts of the device that decide on an app's network. Those of the app come with changedApps and changedJobs.
constexpr ReadSet readByNetworks = Reads::Power | Reads::Network | Reads::Doze | Reads::Saver;

// limits.md §8.3: the group is ready, but for the network or for a slot.
bool lacksOnlyNetwork(const GateKey& gateKey, const std::vector<Shut>& shut) {
    return gateKey.network && std::ranges::all_of(shut, [](const Shut& one) { return waitsForNetwork(*one.gate); });
}

NetworkRights rightsOfRuns(const State& state, const AppId& app, Now now) {
    NetworkRights rights;
    for (const auto& [id, running] : state.runs) {
        if (running.run.key.app != app) continue;
        addGuard(state, running, now, rights);
        rights.standbyLifted |= running.gateKey.network.has_value();
        rights.runsExpedited |= running.run.kind == JobClass::Expedited;
        rights.runsUserInitiated |= running.run.kind == JobClass::UserInitiated;
    }
    return rights;
}

NetworkVerdict ask(Turn& turn, const AppId& id, const App& app) {
    // Runs, and jobs that wait, are looked through only where they may help.
    NetworkVerdict verdict = networkFor(app, turn.world(), {});
    if (verdict.allowed && turn.state.runs.guards().empty()) return verdict;
    NetworkRights rights = rightsOfRuns(turn.state, id, turn.now);
    if (verdict.allowed && !rights.isGuarded) return verdict;
    if (rights != NetworkRights{}) verdict = networkFor(app, turn.world(), rights);
    if (verdict.allowed || rights.standbyLifted) return verdict;
    rights.standbyLifted = turn.state.waiting.groups.anyOf(id, lacksOnlyNetwork);
    return rights.standbyLifted ? networkFor(app, turn.world(), rights) : verdict;
}

void tell(Turn& turn, const AppId& id, const App& app) {
    const NetworkVerdict verdict = ask(turn, id, app);
    const auto [entry, isNew] = turn.state.networkTold.verdicts.add(id, verdict);
    const NetworkVerdict told = std::exchange(entry.second, verdict);
    if (!isNew && told.allowed == verdict.allowed && told.because == verdict.because) return;
    auto& access = turn.effect<NetworkAccess>();
    access.app = id;
    access.allowed = verdict.allowed;
    access.because = verdict.because;
    if (isNew) return; // the first state of an app is no change
    auto& trace = turn.effect<Trace>();
    trace.what = Trace::What::Network;
    trace.app = id;
    trace.allowed = verdict.allowed;
    trace.because = verdict.because;
}

} // namespace

// Once it is true it stays so, since single apps are not noted any more.
bool tellsAll(Turn& turn) {
    if (!turn.allNetworks && (turn.changed & readByNetworks))
        turn.allNetworks = networkConditions(turn.world()) != turn.state.networkTold.under;
    return turn.allNetworks;
}

void tellNetworks(Turn& turn) {
    State& state = turn.state;
    AppSet changed = std::exchange(turn.changedJobs, {});
    if (tellsAll(turn)) {
        state.networkTold.under = networkConditions(turn.world());
        turn.step.effects.reserve(turn.step.effects.size() + 2 * state.apps.size()); // often all of them change
        for (const auto& [id, app] : state.apps)
            tell(turn, id, app);
        STINT_CHECK(state.networkTold.verdicts.size() == state.apps.size()); // one of each installed app, and no other
        return;
    }
    if (turn.changed & readByNetworks)
        for (const auto& [id, running] : state.runs) // their gates and guards may read more of the device
            changed.insert(running.run.key.app);
    for (const auto& [id, what] : turn.changedApps)
        changed.insert(id);
    for (const AppId& id : changed) {
        if (const App* app = turn.app(id)) tell(turn, id, *app);
    }
    STINT_CHECK(state.networkTold.verdicts.size() <= state.apps.size());
}

} // namespace stint
