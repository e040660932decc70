#include "contract/rules/gates.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include <fmt/core.h>

#include "contract/model/job_fields.hpp"
#include "contract/rules/connectivity.hpp"
#include "contract/rules/constraint.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/guard.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/network_budget.hpp"
#include "contract/rules/pool.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/suspend.hpp"

namespace stint {
namespace {

// The parts of what a gate reads that matter to a job, by what it asks for.
bool isRated(const GateKey& gateKey) { return gateKey.mustDown > 0 || gateKey.mustUp > 0; }
ReadSet forNetwork(const GateKey& gateKey) {
    if (!gateKey.network) return 0;
    // Power counts only because charging makes a run longer, or waives its length (jobs.md §3.3 clause 2).
    const ReadSet always = Reads::Network | Reads::Saver | Reads::App | Reads::Doze;
    return isRated(gateKey) ? always | Reads::Power : always;
}
ReadSet forBudget(const GateKey& gateKey) { return gateKey.network ? Reads::Network | Reads::App : 0; }
ReadSet ofRuns(const GateKey&) { return 0; } // a waiting job is not asked this

// A gate that asks what a job is treated as reads the app's expedited quota, which power lifts; one that asks how long
// a run may last reads the quota, too. For such jobs all gates that read the app read its ledger as well (countsFor()).
constexpr std::array gateTable{
    Gate{.name = "restriction",
         .reads = only(Reads::App),
         .ask = restrictionGate,
         .describe = describeRestriction,
         .clears = "open the app, or lift the restriction",
         .stop = STOP_REASON_BACKGROUND_RESTRICTION,
         .explicitly = false},
    Gate{.name = "saver",
         .reads = Reads::Saver | Reads::Power | Reads::App,
         .ask = saverGate,
         .describe = describeSaver,
         .clears = "turn battery saver off, or plug it in",
         .want = "battery saver to end",
         .stop = STOP_REASON_DEVICE_STATE,
         .explicitly = false,
         .stopRank = 1,
         .system = true},
    Gate{.name = "doze",
         .reads = Reads::Doze | Reads::Power | Reads::App,
         .ask = dozeGate,
         .describe = describeDoze,
         .clears = "use the device, or wait for a window",
         .want = "the end of Doze",
         .stop = STOP_REASON_DEVICE_STATE,
         .internal = InternalReason::DeviceIdle,
         .explicitly = false,
         .stopRank = 1,
         .system = true,
         .opens = dozeGateOpens},
    Gate{.name = "battery",
         .reads = only(Reads::Power),
         .ask = batteryNotLowGate,
         .describe = describeBattery,
         .clears = "charge it, or plug it in",
         .stop = STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW,
         .passedBy = Override::Soft,
         .constraint = constraintNamed("requiresBatteryNotLow"),
         .stopRank = 5},
    Gate{.name = "charging",
         .reads = Reads::Power | Reads::App,
         .ask = chargingGate,
         .describe = describeCharging,
         .clears = "plug it in",
         .stop = STOP_REASON_CONSTRAINT_CHARGING,
         .passedBy = Override::Soft,
         .constraint = constraintNamed("requiresCharging"),
         .stopRank = 5},
    Gate{.name = "idle path",
         .reads = Reads::Power | Reads::Idle | Reads::Network | Reads::App,
         .ask = idlePathGate,
         .describe = describeIdlePath,
         .clears = "charge it and leave it alone",
         .stop = STOP_REASON_APP_STANDBY,
         .internal = InternalReason::RestrictedBucket,
         .explicitly = false,
         .readsFor = ofRuns,
         .stopRank = 6},
    Gate{.name = "unmetered",
         .reads = Reads::Network | Reads::Power | Reads::App,
         .ask = idlePathNetworkGate,
         .describe = describeIdlePath,
         .clears = "an unmetered network",
         .stop = STOP_REASON_CONSTRAINT_CONNECTIVITY,
         .explicitly = false,
         .readsFor = ofRuns,
         .stopRank = 7},
    Gate{.name = "idle",
         .reads = only(Reads::Idle),
         .ask = deviceIdleGate,
         .describe = describeIdle,
         .clears = "leave the device alone",
         .stop = STOP_REASON_CONSTRAINT_DEVICE_IDLE,
         .passedBy = Override::Soft,
         .constraint = constraintNamed("requiresDeviceIdle"),
         .stopRank = 5},
    Gate{.name = "connectivity",
         .reads = Reads::Network | Reads::Power | Reads::Saver | Reads::App | Reads::Doze,
         .ask = connectivityGate,
         .describe = describeConnectivity,
         .clears = "a network that fits, and is open to the app",
         .stop = STOP_REASON_CONSTRAINT_CONNECTIVITY,
         .readsFor = forNetwork,
         .stopRank = 5},
    Gate{.name = "storage",
         .reads = only(Reads::Storage),
         .ask = storageNotLowGate,
         .describe = describeStorage,
         .clears = "free some space",
         .stop = STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW,
         .passedBy = Override::Soft,
         .constraint = constraintNamed("requiresStorageNotLow"),
         .stopRank = 5},
    // A change that opens the idle path for a restricted app counts as a change of that app.
    Gate{.name = "quota",
         .reads = Reads::App | Reads::Ledger | Reads::Power,
         .ask = quotaGate,
         .describe = describeQuota,
         .clears = "time, power, or use of the app",
         .stop = STOP_REASON_QUOTA,
         .explicitly = false,
         .stopRank = 3,
         .opens = quotaGateOpens},
    Gate{.name = "budget",
         .reads = Reads::Network | Reads::App,
         .ask = budgetGate,
         .describe = describeBudget,
         .clears = "another network, or the next period of its budget",
         .want = "another period of its budget",
         .stop = STOP_REASON_QUOTA,
         .explicitly = false,
         .readsFor = forBudget,
         .stopRank = 4},
    Gate{.name = "app",
         .reads = only(Reads::App),
         .ask = appGate,
         .describe = describeApp,
         .clears = "install it, or stint start",
         .stopsRunning = false,
         .stop = STOP_REASON_UNDEFINED,
         .internal = InternalReason::Unknown,
         .passedBy = Override::None,
         .explicitly = false,
         .holdsGuards = true},
    Gate{.name = "thermal",
         .reads = Reads::Thermal | Reads::Power | Reads::App,
         .ask = thermalGate,
         .describe = describeThermal,
         .clears = "let it cool down",
         .want = "the device to cool down",
         .stop = STOP_REASON_DEVICE_STATE,
         .internal = InternalReason::Thermal,
         .explicitly = false,
         .stopRank = 2,
         .system = true},
    Gate{.name = "sleep",
         .reads = only(Reads::Sleep),
         .ask = sleepGate,
         .describe = describeSleep,
         .clears = "wake the machine",
         .want = "the machine to wake",
         .stop = STOP_REASON_DEVICE_STATE,
         .internal = InternalReason::Asleep,
         .passedBy = Override::None,
         .explicitly = false,
         .stopRank = 1,
         .holdsGuards = true},
    Gate{.name = "guard",
         .reads = readByGuards,
         .ask = guardGate,
         .describe = describeGuard,
         .clears = "what its condition lacks",
         .want = "its condition",
         .stop = STOP_REASON_DEVICE_STATE,
         .internal = InternalReason::Guarded,
         .explicitly = false,
         .readsFor = readByGuard,
         .stopRank = 4,
         .holdsGuards = true},
    Gate{.name = poolGateName,
         .reads = only(Reads::Pool),
         .ask = poolGate,
         .describe = describePool,
         .clears = "the end of one of them, stint move",
         .want = "its turn in its list",
         .stopsRunning = false,
         .stop = STOP_REASON_UNDEFINED,
         .internal = InternalReason::Unknown,
         .passedBy = Override::Soft,
         .explicitly = false,
         .readsFor = readByPool},
};

// A functional flag of a job that no gate asks about would be a promise that nobody keeps.
static_assert(std::ranges::all_of(jobFields, [](const JobField& field) {
    if (!field.functional || !std::holds_alternative<JobValue<bool>>(field.value)) return true;
    return std::ranges::any_of(gateTable, [&](const Gate& gate) {
        return gate.constraint == ConstraintSet{1} << (&field - jobFields.data());
    });
}));

bool passed(const Gate& gate, const GateKey& gateKey) {
    if (gateKey.isGuard() && !gate.holdsGuards) return true;
    if (gate.constraint != 0 && !gateKey.has(gate.constraint)) return true;
    if (gate.explicitly && gateKey.overdue) return true; // jobs.md §3.1 clause 5
    return gate.passedBy != Override::None && gateKey.override >= gate.passedBy;
}

// limits.md §4, jobs.md §6.6: an expedited job that is out of its quota is asked about as a regular one, until time
// brings the quota back; then a gate that shuts for a regular one may open.
Verdict ask(const Gate& gate, const Context& c) {
    Verdict verdict = gate.ask(c);
    if (verdict.open || verdict.askAgain || !(gate.reads & Reads::App)) return verdict;
    if (!c.app || c.run || c.gateKey.kind != JobClass::Expedited) return verdict;
    if (const auto returns = expeditedReturn(*c.app, c.world))
        return Verdict::untilUnreported(*returns, verdict.reason);
    return verdict;
}

} // namespace

std::span<const Gate> gates() { return gateTable; }

bool mayLag(const Gate& gate, const Context& c) {
    if (!c.app) return false;
    const bool expedited = c.gateKey.kind == JobClass::Expedited && c.app->memory.expedited.open;
    return expedited ? gate.reads & Reads::App : gate.ask == &quotaGate && c.app->memory.quota.open;
}

ReadSet readsOfAll() {
    ReadSet all = 0;
    for (const Gate& gate : gateTable)
        all |= gate.reads;
    return all;
}

GateSet gatesReading(ReadSet reads) {
    static const auto readers = [] {
        std::array<GateSet, std::numeric_limits<ReadSet>::digits> byKind{};
        for (std::size_t kind = 0; kind < byKind.size(); ++kind)
            for (std::size_t n = 0; n < gateTable.size(); ++n)
                if (gateTable[n].reads >> kind & 1U) byKind[kind] |= GateSet{1} << n;
        return byKind;
    }();
    GateSet set = 0;
    for (ReadSet left = reads; left; left &= left - 1)
        set |= readers[static_cast<std::size_t>(std::countr_zero(left))];
    return set;
}

ReadSet countsFor(const GateKey& gateKey, ReadSet changed) {
    const bool byLedger = gateKey.kind == JobClass::Expedited || isRated(gateKey);
    return byLedger && (changed & Reads::Ledger) ? changed | Reads::App : changed;
}

GateSet gatesFor(const GateKey& gateKey) {
    GateSet set = 0;
    for (std::size_t n = 0; n < gateTable.size(); ++n) {
        const Gate& gate = gateTable[n];
        if (!passed(gate, gateKey) && (!gate.readsFor || gate.readsFor(gateKey))) set |= GateSet{1} << n;
    }
    return set;
}

// Asks the gates, too, that read nothing for this GateKey, so that an error in readsFor shows.
std::vector<ShutGate> shutGates(const Context& context) {
    GateSet set = 0;
    for (std::size_t n = 0; n < gateTable.size(); ++n)
        if (!passed(gateTable[n], context.gateKey)) set |= GateSet{1} << n;
    std::vector<ShutGate> shut;
    shutGates(context, set, shut);
    return shut;
}

void shutGates(const Context& context, GateSet gates, std::vector<ShutGate>& shut) {
    for (; gates; gates &= gates - 1) {
        const Gate& gate = gateTable[static_cast<std::size_t>(std::countr_zero(gates))];
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

const Gate& guardsGate() { return *std::ranges::find(gateTable, &guardGate, &Gate::ask); }

AtDeadline atDeadline(const Gate& gate) { return gate.explicitly ? AtDeadline::Goes : AtDeadline::Stays; }

bool waitsForNetwork(const Gate& gate) { return gate.ask == &connectivityGate; }

ReadSet readsOf(const GateKey& gateKey) {
    ReadSet reads = 0;
    for (const Gate& gate : gateTable) {
        if (!passed(gate, gateKey)) reads |= gate.readsFor ? gate.readsFor(gateKey) : gate.reads;
    }
    return reads;
}

ReadSet readsOfRun(const GateKey& gateKey) {
    ReadSet reads = 0;
    for (const Gate& gate : gateTable)
        if (gate.stopsRunning && !passed(gate, gateKey)) reads |= gate.reads;
    return reads;
}

const Gate* stoppingGate(const Context& context) {
    const Gate* first = nullptr;
    for (const Gate& gate : gateTable) {
        if (!gate.stopsRunning || passed(gate, context.gateKey) || (first && first->stopRank <= gate.stopRank))
            continue;
        if (!gate.ask(context).open) first = &gate;
    }
    return first;
}

Ending endingBy(const Gate& gate, const RunFacts& run) {
    return {gate.stop, gate.system && run.pastGuarantee ? InternalReason::Timeout : gate.internal};
}

Ending endingAtLimit(const Context& run, bool abandoned) {
    // A run that reaches its quota at the same instant is stopped for the quota.
    if (!quotaGate(run).open) return {STOP_REASON_QUOTA, InternalReason::Constraints};
    if (abandoned) return {STOP_REASON_TIMEOUT_ABANDONED, InternalReason::TimeoutAbandoned};
    return {STOP_REASON_TIMEOUT, InternalReason::Timeout};
}

} // namespace stint
