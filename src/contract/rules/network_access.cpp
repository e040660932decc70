#include "contract/rules/network_access.hpp"

#include <algorithm>
#include <array>

#include "contract/rules/app_state.hpp"
#include "contract/rules/doze.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
namespace {

// The apps that a rule spares, beside those that are visible or have a foreground service: no rule shuts these out.
using Spares = std::uint32_t;
constexpr Spares powerAllowlist = 1, grant = 2, dataAllowlist = 4, jobWithNetwork = 8, expedited = 16,
                 userInitiated = 32;

struct NetworkRule {
    std::string_view name;
    bool (*inForce)(const App&, const World&);
    Spares spares;
    std::optional<Instant> (*ends)(const World&); ///< by time alone; null: by events only
};

bool standby(const App& app, const World& world) { return !world.state.charging && isIdle(bucketOf(app), false); }

bool doze(const App&, const World& world) { return world.state.doze.idle(); }

bool savesBattery(const World& world) { return world.device.batterySaver && !world.device.plugged; }
bool batterySaver(const App&, const World& world) { return savesBattery(world); }

bool savesData(const World& world) {
    const auto& network = world.device.network;
    return world.device.dataSaver && network && !network->has(NET_CAPABILITY_NOT_METERED);
}
bool dataSaver(const App&, const World& world) { return savesData(world); }

// limits.md §1.1: charging lifts the limits that save power, and so this one, too.
bool background(const App& app, const World& world) {
    const auto end = networkCutOff(app, world.constants);
    return end && *end <= world.now.elapsed && !world.state.charging;
}

std::optional<Instant> dozeEnds(const World& world) {
    if (world.device.dozeForce) return std::nullopt; // limits.md §6.7: held until somebody lets go
    return holdOf(world.state.doze).ends;
}

// limits.md §8.1, row by row. LINUX: nobody restricts a single app to unmetered networks here, so that row is missing.
constexpr std::array networkRules{
    NetworkRule{"standby", standby, powerAllowlist | grant | jobWithNetwork, nullptr},
    NetworkRule{"doze", doze, powerAllowlist | grant | expedited | userInitiated, dozeEnds},
    NetworkRule{"battery_saver", batterySaver, powerAllowlist | grant | expedited | userInitiated, nullptr},
    NetworkRule{"data_saver", dataSaver, dataAllowlist | userInitiated, nullptr},
    NetworkRule{"background", background, powerAllowlist | grant | jobWithNetwork | expedited | userInitiated, nullptr},
};

bool seen(const App& app) { return stateOf(app) <= ProcessState::ForegroundService; }

Spares sparedFor(const App& app, const World& world) {
    return (powerAllowlisted(app) ? powerAllowlist : 0) | (temporarilyAllowed(app, world.now.elapsed) ? grant : 0) |
           (app.memory.dataSaverExempt ? dataAllowlist : 0);
}

bool shuts(const NetworkRule& rule, const App& app, const World& world, Spares spared) {
    return !(rule.spares & spared) && rule.inForce(app, world);
}

/// Empty: none does.
std::string_view firstShutting(const App& app, const World& world, Spares spared) {
    for (const NetworkRule& rule : networkRules)
        if (shuts(rule, app, world, spared)) return rule.name;
    return {};
}

std::optional<Instant> toCome(std::optional<Instant> when, const World& world) {
    return when && *when > world.now.elapsed ? when : std::nullopt;
}

NetworkVerdict decide(const App& app, const World& world, Spares spared) {
    if (seen(app)) return {};
    NetworkVerdict verdict;
    bool ends = true; // by time alone: all rules in force do
    for (const NetworkRule& rule : networkRules) {
        if (!shuts(rule, app, world, spared)) continue;
        const auto end = rule.ends ? rule.ends(world) : std::nullopt;
        ends = ends && end;
        verdict.askAgain = ends ? std::max(verdict.askAgain, toCome(end, world)) : std::nullopt;
        if (verdict.allowed) verdict.because = rule.name;
        verdict.allowed = false;
    }
    if (!verdict.allowed) return verdict;
    verdict.askAgain = toCome(networkCutOff(app, world.constants), world);
    const bool byGrant = (spared & grant) && !firstShutting(app, world, spared & ~grant).empty();
    if (byGrant) verdict.askAgain = earlier(verdict.askAgain, app.memory.allowlistedUntil);
    return verdict;
}

} // namespace

std::string_view networkShutBy(const App& app, const World& world, NetworkRights rights) {
    if (rights.isGuarded) return rights.guardShuts ? "guard" : "";
    if (seen(app)) return {};
    const Spares spared = sparedFor(app, world) | (rights.standbyLifted ? jobWithNetwork : 0) |
                          (rights.runsExpedited ? expedited : 0) | (rights.runsUserInitiated ? userInitiated : 0);
    return firstShutting(app, world, spared);
}

NetworkVerdict networkWithoutJobs(const App& app, const World& world) {
    return decide(app, world, sparedFor(app, world));
}

NetworkConditions networkConditions(const World& world) {
    return {world.state.charging, world.state.doze.idle(), savesBattery(world), savesData(world)};
}

std::optional<Instant> networkCutOff(const App& app, const Constants& constants) {
    if (constants.backgroundNetworkCutoffMs < 0) return std::nullopt;
    return app.memory.leftForeground.value_or(Instant{}) + Duration{constants.backgroundNetworkCutoffMs};
}

NetworkVerdict networkForJob(const Context& c) {
    if (!c.app) return {};
    // limits.md §8.3: the standby rule is lifted for the very job that needs the network.
    Spares spared = jobWithNetwork;
    const JobClass kind = treatedAs(c);
    if (kind == JobClass::UserInitiated) spared |= userInitiated;
    if (kind == JobClass::Expedited && !c.gateKey.exemptionLost) spared |= expedited;
    const auto look = [&] { return decide(*c.app, c.world, spared | sparedFor(*c.app, c.world)); };
    if (!c.memo || spared != jobWithNetwork) return look();
    if (!c.memo->network) c.memo->network = look();
    return *c.memo->network;
}

} // namespace stint
