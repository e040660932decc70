#include "rules/gates.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "rules/app_gate.hpp"
#include "rules/connectivity.hpp"
#include "rules/constraint.hpp"

namespace stint {
namespace {

using enum StopReason;

// Of what a gate reads, what matters to a job that asks for this or that.
ReadSet forBattery(const Asks& asks) { return asks.batteryNotLow ? only(Reads::Power) : 0; }
ReadSet forCharging(const Asks& asks) { return asks.charging ? only(Reads::Power) : 0; }
ReadSet forIdle(const Asks& asks) { return asks.deviceIdle ? only(Reads::Idle) : 0; }
ReadSet forStorage(const Asks& asks) { return asks.storageNotLow ? only(Reads::Storage) : 0; }
ReadSet forNetwork(const Asks& asks) {
    if (!asks.network) return 0;
    // Charging waives a rate (jobs.md §3.3 clause 2), and nothing else.
    const bool rated = asks.leastWaived && (asks.leastDown > 0 || asks.leastUp > 0);
    return rated ? Reads::Network | Reads::Power : only(Reads::Network);
}

// clang-format off
constexpr std::array table{
    Gate{"battery",      only(Reads::Power),            batteryNotLowGate, describeBattery,      "charge it, or plug it in",             true,  ConstraintBatteryNotLow, Override::Soft, true, forBattery},
    Gate{"charging",     only(Reads::Power),            chargingGate,      describeCharging,     "plug it in",                           true,  ConstraintCharging,      Override::Soft, true, forCharging},
    Gate{"idle",         only(Reads::Idle),             deviceIdleGate,    describeIdle,         "leave the device alone",               true,  ConstraintDeviceIdle,    Override::Soft, true, forIdle},
    Gate{"connectivity", Reads::Network | Reads::Power, connectivityGate,  describeConnectivity, "a network that has what is wanted",    true,  ConstraintConnectivity,  Override::Full, true, forNetwork},
    Gate{"storage",      only(Reads::Storage),          storageNotLowGate, describeStorage,      "free some space",                      true,  ConstraintStorageNotLow, Override::Soft, true, forStorage},
    Gate{"app",          only(Reads::App),              appGate,           describeApp,          "install it, or open it by stint start", false, Undefined,              Override::None, false},
};
// clang-format on

bool passed(const Gate& gate, const Asks& asks) {
    if (gate.explicitly && asks.overdue) return true; // jobs.md §3.1 clause 5
    return gate.passedBy != Override::None && asks.override >= gate.passedBy;
}

} // namespace

std::span<const Gate> gates() { return table; }

std::vector<ShutGate> shutGates(const Context& context) {
    std::vector<ShutGate> shut;
    for (const Gate& gate : table) {
        if (passed(gate, context.asks)) continue;
        const Verdict verdict = gate.ask(context);
        if (verdict.open) continue;
        STINT_CHECK(!verdict.askAgain || *verdict.askAgain > context.world.now.elapsed);
        shut.push_back({&gate, verdict});
    }
    return shut;
}

bool waitsForNetwork(const Gate& gate) { return (gate.reads & only(Reads::Network)) != 0; }

ReadSet readsOf(const Asks& asks) {
    ReadSet reads = 0;
    for (const Gate& gate : table) {
        if (!passed(gate, asks)) reads |= gate.readsFor ? gate.readsFor(asks) : gate.reads;
    }
    return reads;
}

int rankOf(PendingReason reason) {
    using enum PendingReason;
    constexpr std::array order{BackgroundRestriction,
                               DeviceState,
                               ConstraintBatteryNotLow,
                               ConstraintCharging,
                               AppStandby,
                               ConstraintDeviceIdle,
                               ConstraintConnectivity,
                               ConstraintContentTrigger,
                               JobSchedulerOptimization,
                               ConstraintPrefetch,
                               ConstraintStorageNotLow,
                               ConstraintMinimumLatency,
                               Quota,
                               ConstraintDeadline,
                               User,
                               App};
    return static_cast<int>(std::ranges::find(order, reason) - order.begin());
}

const Gate* stoppingGate(const Context& context) {
    for (const Gate& gate : table)
        if (gate.stopsRunning && !passed(gate, context.asks) && !gate.ask(context).open) return &gate;
    return nullptr;
}

} // namespace stint
