#include "rules/gates.hpp"

#include <array>

#include "base/check.hpp"
#include "rules/app_gate.hpp"
#include "rules/connectivity.hpp"
#include "rules/constraint.hpp"

namespace stint {
namespace {

using enum StopReason;

// clang-format off
constexpr std::array table{
    Gate{"battery",      only(Reads::Power),                   batteryNotLowGate, describeBattery,      "charge it, or plug it in",              true,  ConstraintBatteryNotLow},
    Gate{"charging",     only(Reads::Power),                   chargingGate,      describeCharging,     "plug it in",                            true,  ConstraintCharging},
    Gate{"connectivity", Reads::Network | Reads::Power,        connectivityGate,  describeConnectivity, "a network that has what is wanted",     true,  ConstraintConnectivity},
    Gate{"storage",      only(Reads::Storage),                 storageNotLowGate, describeStorage,      "free some space",                       true,  ConstraintStorageNotLow},
    Gate{"app",          only(Reads::App),                     appGate,           describeApp,          "install it, or open it by stint start", false, Undefined, true},
};
// clang-format on

} // namespace

std::span<const Gate> gates() { return table; }

std::vector<ShutGate> shutGates(const Context& context) {
    std::vector<ShutGate> shut;
    for (const Gate& gate : table) {
        if (gate.onlyIfNothingElse && !shut.empty()) continue;
        const Verdict verdict = gate.ask(context);
        if (verdict.open) continue;
        STINT_CHECK(!verdict.askAgain || *verdict.askAgain > context.world.now.elapsed);
        shut.push_back({&gate, verdict});
    }
    return shut;
}

const Gate* stoppingGate(const Context& context) {
    for (const Gate& gate : table)
        if (gate.stopsRunning && !gate.ask(context).open) return &gate;
    return nullptr;
}

} // namespace stint
