#include "rules/gates.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "rules/app_gate.hpp"
#include "rules/connectivity.hpp"
#include "rules/constraint.hpp"
#include "rules/expedited_quota.hpp"
#include "rules/limit_gates.hpp"

namespace stint {
namespace {

using enum StopReason;

using In = InternalReason;

// Of what a gate reads, what matters to a job that asks for this or that.
ReadSet forBattery(const Asks& asks) { return asks.batteryNotLow ? only(Reads::Power) : 0; }
ReadSet forCharging(const Asks& asks) { return asks.charging ? Reads::Power | Reads::App : 0; }
ReadSet forIdle(const Asks& asks) { return asks.deviceIdle ? only(Reads::Idle) : 0; }
ReadSet forStorage(const Asks& asks) { return asks.storageNotLow ? only(Reads::Storage) : 0; }
ReadSet forNetwork(const Asks& asks) {
    if (!asks.network) return 0;
    // Charging makes a run longer, or waives its length (jobs.md §3.3 clause 2), and nothing else.
    const bool rated = asks.mustDown > 0 || asks.mustUp > 0;
    const ReadSet always = Reads::Network | Reads::Saver | Reads::App | Reads::Doze;
    return rated ? always | Reads::Power : always;
}
ReadSet forRunning(const Asks&) { return 0; } // a job that waits is not asked this

// Whoever asks what a job is treated as reads the app's expedited quota, which power lifts.
// clang-format off
constexpr std::array table{
    Gate{"restriction",  only(Reads::App),                         restrictionGate,   describeRestriction,  "open the app, or lift the restriction", true,  BackgroundRestriction,   In::Constraints,      Override::Full, false, nullptr,     0},
    Gate{"saver",        Reads::Saver | Reads::Power | Reads::App, saverGate,         describeSaver,        "turn battery saver off, or plug it in", true,  DeviceState,             In::Constraints,      Override::Full, false, nullptr,     1, true},
    Gate{"doze",         Reads::Doze | Reads::Power | Reads::App,  dozeGate,          describeDoze,         "use the device, or wait for a window",  true,  DeviceState,             In::DeviceIdle,       Override::Full, false, nullptr,     1, true, dozeGateOpens},
    Gate{"battery",      only(Reads::Power),                       batteryNotLowGate, describeBattery,      "charge it, or plug it in",              true,  ConstraintBatteryNotLow, In::Constraints,      Override::Soft, true,  forBattery,  5},
    Gate{"charging",     Reads::Power | Reads::App,                chargingGate,      describeCharging,     "plug it in",                            true,  ConstraintCharging,      In::Constraints,      Override::Soft, true,  forCharging, 5},
    Gate{"idle path",    Reads::Power | Reads::Idle | Reads::Network | Reads::App, idlePathGate, describeIdlePath, "charge it and leave it alone",   true,  AppStandby,              In::RestrictedBucket, Override::Full, false, forRunning,  6},
    Gate{"unmetered",    Reads::Network | Reads::Power | Reads::App, idlePathNetworkGate, describeIdlePath,      "an unmetered network",                  true,  ConstraintConnectivity,  In::Constraints,      Override::Full, false, forRunning,  7},
    Gate{"idle",         only(Reads::Idle),                        deviceIdleGate,    describeIdle,         "leave the device alone",                true,  ConstraintDeviceIdle,    In::Constraints,      Override::Soft, true,  forIdle,     5},
    Gate{"connectivity", Reads::Network | Reads::Power | Reads::Saver | Reads::App | Reads::Doze, connectivityGate, describeConnectivity, "a network that fits, and is open to the app", true, ConstraintConnectivity, In::Constraints, Override::Full, true, forNetwork, 5},
    Gate{"storage",      only(Reads::Storage),                     storageNotLowGate, describeStorage,      "free some space",                       true,  ConstraintStorageNotLow, In::Constraints,      Override::Soft, true,  forStorage,  5},
    // What opens the idle path for a restricted app counts as a change of that app.
    Gate{"quota",        Reads::App | Reads::Power,                quotaGate,         describeQuota,        "time, power, or use of the app",        true,  Quota,                   In::Constraints,      Override::Full, false, nullptr,     3, false, quotaGateOpens, joinsSession},
    Gate{"app",          only(Reads::App),                         appGate,           describeApp,          "install it, or open it by stint start", false, Undefined,               In::Unknown,          Override::None, false},
    Gate{"thermal",      Reads::Thermal | Reads::Power | Reads::App, thermalGate,      describeThermal,      "let it cool down",                      true,  DeviceState,             In::Thermal,          Override::Full, false, nullptr,     2, true},
};
// clang-format on

bool passed(const Gate& gate, const Asks& asks) {
    if (gate.explicitly && asks.overdue) return true; // jobs.md §3.1 clause 5
    return gate.passedBy != Override::None && asks.override >= gate.passedBy;
}

// limits.md §4, jobs.md §6.6: an expedited job that is out of its quota is asked as a regular one, until time brings
// the quota back; whatever shuts for a regular one may open then.
Verdict ask(const Gate& gate, const Context& c) {
    Verdict verdict = gate.ask(c);
    const bool waits = c.app && !c.run && c.asks.kind == JobClass::Expedited;
    if (verdict.open || verdict.askAgain || !waits || !(gate.reads & Reads::App)) return verdict;
    if (const auto returns = expeditedReturn(*c.app, c.world)) return Verdict::untilUntold(*returns, verdict.reason);
    return verdict;
}

} // namespace

std::span<const Gate> gates() { return table; }

ReadSet readsOfAll() {
    ReadSet all = 0;
    for (const Gate& gate : table)
        all |= gate.reads;
    return all;
}

std::vector<ShutGate> shutGates(const Context& context) {
    std::vector<ShutGate> shut;
    shutGates(context, everything, shut);
    return shut;
}

void shutGates(const Context& context, ReadSet read, std::vector<ShutGate>& shut) {
    for (const Gate& gate : table) {
        if (!(gate.reads & read) || passed(gate, context.asks)) continue;
        const Verdict verdict = ask(gate, context);
        if (verdict.open) continue;
        const bool broken = verdict.askAgain && *verdict.askAgain <= context.world.now.elapsed;
        shut.push_back({&gate, broken ? Verdict::untilEvent(verdict.reason) : verdict, broken});
    }
}

std::string whyBroken(const Gate& gate) {
    return fmt::format("its gate \"{}\" asks to be asked again at a time that is over", gate.name);
}

std::optional<Instant> opensAt(const ShutGate& shut, const Context& context, const Foresight& foresight) {
    if (shut.gate->opens) return shut.gate->opens(context, shut.verdict, foresight);
    return shut.verdict.forecast ? shut.verdict.askAgain : std::nullopt;
}

AtDeadline atDeadline(const Gate& gate) { return gate.explicitly ? AtDeadline::Goes : AtDeadline::Stays; }

bool waitsForNetwork(const Gate& gate) { return gate.ask == &connectivityGate; }

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
    const Gate* first = nullptr;
    for (const Gate& gate : table) {
        if (!gate.stopsRunning || passed(gate, context.asks) || (first && first->stopRank <= gate.stopRank)) continue;
        if (!gate.ask(context).open) first = &gate;
    }
    return first;
}

Ending endingBy(const Gate& gate, const RunFacts& run) {
    return {gate.stop, gate.system && run.pastGuarantee ? InternalReason::Timeout : gate.internal};
}

Ending endingAtLimit(const Context& run, bool abandoned) {
    // What reaches its quota at the same instant is stopped for that.
    if (!quotaGate(run).open) return {StopReason::Quota, InternalReason::Constraints};
    if (abandoned) return {StopReason::TimeoutAbandoned, InternalReason::TimeoutAbandoned};
    return {StopReason::Timeout, InternalReason::Timeout};
}

} // namespace stint
