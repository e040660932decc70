#include "contract/rules/limit_gates.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/connectivity.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
namespace {

bool saverCounts(const World& world) { return world.device.batterySaver && !world.device.plugged; }

// limits.md §6.6: user-initiated, or expedited that was not stopped for its length before.
bool privileged(const Context& c) {
    const JobClass kind = treatedAs(c);
    return kind == JobClass::UserInitiated || (kind == JobClass::Expedited && !c.gateKey.exemptionLost);
}

bool pastGuarantee(const Context& c) { return c.run && c.run->pastGuarantee; }

// limits.md §6.4: the jobs that are asked about again at once when idle is left; the rest waits a moment.
bool goesOnAtOnce(const Context& c) {
    return c.run || c.gateKey.requested != JobClass::Regular ||
           isActive(*c.app, c.world.now.elapsed, c.world.constants);
}

// The quota for a waiting job.
RegularQuota quotaOf(const Context& c) {
    if (!c.memo) return regularQuota(*c.app, c.world);
    if (!c.memo->regular) c.memo->regular = regularQuota(*c.app, c.world);
    return *c.memo->regular;
}

bool inQuota(const Context& c) { return c.run ? inRegularQuota(*c.app, c.world, true) : quotaOf(c).in; }

// limits.md §2.1: an app that was never used runs no jobs, whatever is free.
bool isNever(const Context& c) {
    return c.app->memory.usage.bucket == Bucket::Never && effectiveBucket(*c.app, c.world) == Bucket::Never;
}

bool expeditedQuotaCounts(const Context& c) {
    return c.run ? c.run->kind == JobClass::Expedited : c.gateKey.kind == JobClass::Expedited;
}

// limits.md §5: all that the idle path asks for, except the network.
bool restsOnPower(const Context& c) {
    return c.app && mayIdlePath(*c.app) && c.world.state.charging && !c.world.state.batteryLow && c.world.state.idle;
}

bool unmeteredWhereAsked(const Context& c) {
    const auto& network = c.world.device.network;
    return !c.gateKey.network || (network && network->has(NET_CAPABILITY_NOT_METERED));
}

// limits.md §5: in the restricted bucket a run by the idle path needs the counts to enter the quota, like one that
// starts.
bool fitsQuota(const Context& c) {
    const bool isOfPath = c.run && c.run->byIdlePath && mayIdlePath(*c.app);
    return inRegularQuota(*c.app, c.world, c.run && !isOfPath);
}

// True for a run that began by the idle path, and has nothing else to run by.
bool needsIdlePath(const Context& c) { return c.run && c.run->byIdlePath && !(c.app && fitsQuota(c)); }

} // namespace

JobClass treatedAs(const Context& c) {
    if (c.run) return c.run->kind;
    return c.app ? treatedAs(c.gateKey.kind, *c.app, c.world) : c.gateKey.kind;
}

JobClass treatedAs(JobClass kind, const App& app, const World& world) {
    if (kind != JobClass::Expedited || inExpeditedQuota(app, world)) return kind;
    return JobClass::Regular;
}

Verdict restrictionGate(const Context& c) {
    if (!c.app || !userRestricted(*c.app, c.world.now.elapsed, c.world.constants)) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_BACKGROUND_RESTRICTION);
}

Verdict saverGate(const Context& c) {
    if (!saverCounts(c.world) || !c.app || powerAllowlisted(*c.app)) return Verdict::yes();
    if (bucketOf(*c.app) == Bucket::Exempted) return Verdict::yes(); // even if somebody has put it there (§9)
    const Instant now = c.world.now.elapsed;
    const bool seen = pastGuarantee(c) ? onScreen(*c.app) : isActive(*c.app, now, c.world.constants);
    // jobs.md §4.5 clause 3: past its guarantee only its app can spare a run.
    if (seen || temporarilyAllowed(*c.app, now) || (privileged(c) && !pastGuarantee(c))) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_DEVICE_STATE);
}

Verdict dozeGate(const Context& c) {
    const Doze& doze = c.world.state.doze;
    if (!c.app || powerAllowlisted(*c.app)) return Verdict::yes();
    if (doze.idle()) {
        // jobs.md §4.5 clause 3 names deep Doze alone: light idle ends no run that may go on in Doze.
        if (privileged(c) && !(doze.deepIdle() && pastGuarantee(c))) return Verdict::yes();
        return Verdict::untilEvent(PENDING_JOB_REASON_DEVICE_STATE); // dozeGateOpens() knows when
    }
    if (!doze.settledAt || *doze.settledAt <= c.world.now.elapsed || goesOnAtOnce(c)) return Verdict::yes();
    return Verdict::until(*doze.settledAt, PENDING_JOB_REASON_DEVICE_STATE);
}

Verdict thermalGate(const Context& c) {
    if (!c.app || !thermallyRestricted(c)) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_DEVICE_STATE);
}

bool mayIdlePath(const App& app) {
    return app.memory.usage.bucket == Bucket::Restricted && bucketOf(app) == Bucket::Restricted;
}

bool idlePathOpen(const Context& c) { return restsOnPower(c) && unmeteredWhereAsked(c); }

Verdict quotaGate(const Context& c) {
    if (!c.app || treatedAs(c) == JobClass::UserInitiated) return Verdict::yes();
    if (isNever(c)) return Verdict::untilEvent(PENDING_JOB_REASON_QUOTA);
    if (c.run && (c.run->byIdlePath || goesByIdlePath(c))) return Verdict::yes();
    if (expeditedQuotaCounts(c) && inExpeditedQuota(*c.app, c.world, c.run != nullptr)) return Verdict::yes();
    if (c.run && c.run->kind == JobClass::Expedited) {
        // limits.md §4: it ends with its guarantee; until then it goes on.
        return c.run->pastGuarantee ? Verdict::untilEvent(PENDING_JOB_REASON_QUOTA) : Verdict::yes();
    }
    if (c.run && !countsRegular(*c.app, c.world, c.run->startedOnTop)) return Verdict::yes();
    if (inQuota(c) || (!c.run && idlePathOpen(c))) return Verdict::yes();
    const Instant now = c.world.now.elapsed;
    auto [in, returns, sooner] = quotaOf(c);
    if (expeditedQuotaCounts(c)) {
        returns = earlier(returns, expeditedReturn(*c.app, c.world));
        sooner = now;
    }
    // limits.md §5: the idle path may open sooner.
    const auto& idleAt = c.world.state.idleAt;
    const bool idles = idleAt && *idleAt > now; // a device that is idle already lacks something else
    if (!c.run && mayIdlePath(*c.app) && c.world.state.charging && idles) returns = earlier(returns, idleAt);
    if (returns && *returns > now) return Verdict::untilAtLatest(*returns, sooner, PENDING_JOB_REASON_QUOTA);
    return Verdict::untilEvent(PENDING_JOB_REASON_QUOTA);
}

bool goesOnByGuarantee(const Context& c) {
    return c.app && c.run && c.run->kind == JobClass::Expedited && !c.run->pastGuarantee &&
           !inExpeditedQuota(*c.app, c.world, true);
}

bool alwaysFree(const App& app, const World& world) {
    return onScreen(app) || (world.state.charging && bucketOf(app) != Bucket::Restricted);
}

bool goesByIdlePath(const Context& c) {
    if (c.gateKey.override == Override::Full || treatedAs(c) != JobClass::Regular) return false;
    const bool open = idlePathOpen(c);
    if (c.run && c.run->byIdlePath) return open || !fitsQuota(c);
    if (!open || (c.run && !countsRegular(*c.app, c.world, c.run->startedOnTop))) return false;
    return !fitsQuota(c);
}

Verdict idlePathGate(const Context& c) {
    if (!needsIdlePath(c) || restsOnPower(c)) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_APP_STANDBY);
}

Verdict idlePathNetworkGate(const Context& c) {
    if (!needsIdlePath(c) || unmeteredWhereAsked(c)) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY);
}

std::string describeRestriction(const Context& c) {
    return fmt::format("the user has restricted the battery use of {}", c.gateKey.app.name);
}

std::string describeSaver(const Context&) { return "battery saver is on"; }

std::string describeDoze(const Context& c) {
    const Doze& doze = c.world.state.doze;
    if (!doze.idle()) return "the device has just left Doze; background jobs follow in a moment";
    return fmt::format("the device dozes ({})", doze.deepIdle() ? "deep" : "light");
}

std::string describeThermal(const Context& c) {
    return fmt::format("the device is hot ({})", nameOf(c.world.device.thermal));
}

std::string describeQuota(const Context& c) {
    const Bucket bucket = effectiveBucket(*c.app, c.world);
    if (bucket == Bucket::Never) return fmt::format("{} was never used", c.gateKey.app.name);
    const std::string heldBack = heldBackText(*c.app, c.world);
    return fmt::format("bucket {}: {}{}{}", nameOf(bucket), regularShortage(*c.app, c.world),
                       heldBack.empty() ? "" : "; ", heldBack);
}

std::string describeIdlePath(const Context&) {
    return "out of quota in the restricted bucket; runs while charging, idle and unmetered";
}

namespace {

/// A cell of the table: what a job may do.
enum class Heat : std::uint8_t {
    Runs,
    StartsOnce, ///< the first attempt may start; what runs goes on until its guarantee is used
    GoesOn,     ///< no new start; what runs goes on until its guarantee is used
    Stops,
};

enum class Column : std::uint8_t { UserInitiated, Expedited, High, Default, Low, Min };

using HeatRow = std::array<Heat, 6>;
using enum Heat;

// clang-format off
// limits.md §10.1
//                        UI    expedited   HIGH    DEFAULT LOW     MIN
constexpr HeatRow none     {Runs, Runs,       Runs,   Runs,  Runs,   Runs};
constexpr HeatRow light    {Runs, Runs,       Runs,   Runs,  GoesOn, Stops};
constexpr HeatRow moderate {Runs, StartsOnce, GoesOn, Stops, Stops,  Stops};
constexpr HeatRow severe   {Stops, Stops,     Stops,  Stops, Stops,  Stops};
// clang-format on

const HeatRow& rowOf(Thermal thermal) {
    switch (thermal) {
    case Thermal::None:
        return none;
    case Thermal::Light:
        return light;
    case Thermal::Moderate:
        return moderate;
    case Thermal::Severe:
    case Thermal::Critical:
    case Thermal::Emergency:
    case Thermal::Shutdown:
        return severe;
    }
    return severe;
}

Column columnOf(JobClass kind, std::int32_t priority) {
    if (kind == JobClass::UserInitiated) return Column::UserInitiated;
    if (kind == JobClass::Expedited) return Column::Expedited;
    if (priority >= JobInfo::PRIORITY_HIGH) return Column::High;
    if (priority >= JobInfo::PRIORITY_DEFAULT) return Column::Default;
    return priority >= JobInfo::PRIORITY_LOW ? Column::Low : Column::Min;
}

bool spared(const App& app, Thermal thermal) {
    if (stateOf(app) == ProcessState::Top) return true;
    const bool service = stateOf(app) == ProcessState::ForegroundService || !app.foregroundServices.empty();
    return service && thermal == Thermal::Light;
}

} // namespace

bool thermallyRestricted(const Context& c) {
    const Thermal thermal = c.world.device.thermal;
    if (c.app && spared(*c.app, thermal)) return false;
    const Column column = columnOf(treatedAs(c), c.gateKey.priority);
    switch (rowOf(thermal)[static_cast<std::size_t>(column)]) {
    case Runs:
        return false;
    case StartsOnce:
        return c.run ? c.run->pastGuarantee : c.gateKey.retry;
    case GoesOn:
        return !c.run || c.run->pastGuarantee;
    case Stops:
        return true;
    }
    return true;
}

} // namespace stint
