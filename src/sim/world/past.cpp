#include "sim/world/past.hpp"

#include "contract/rules/standby.hpp"

namespace stint::sim {

AppMemory pastOf(const AppId& id, const AppSetup& setup, UsageTime time, Instant zero, const Constants& constants) {
    App app;
    app.manifest.package = id;
    app.manifest.system = setup.system;
    app.manifest.permissions = setup.permissions;
    AppMemory& memory = app.memory;
    memory.app = id;
    memory.seen = setup.state == ProcessState::Top || setup.state == ProcessState::Visible;
    if (setup.state == ProcessState::Top || setup.state == ProcessState::ForegroundService) memory.pinned = setup.state;
    if (setup.state == ProcessState::Top) memory.expedited.topSince = zero;
    memory.batteryUse = batteryUseNamed(setup.batteryUsage).value_or(BatteryUse::Optimized);
    memory.dataSaverExempt = setup.dataSaverExempt;
    const Duration ago = setup.lastUsed.value_or(Duration{0});
    const Duration lit = setup.screenOnSince.value_or(ago);
    Usage& usage = memory.usage;
    usage.bucket = Bucket::Active;
    usage.reason = BucketReason::Usage;
    usage.used = UsageTime{time.running - ago, time.screenOn - lit};
    usage.byUser = time.running - ago;
    usage = aged(usage, time, app, constants, false);
    if (setup.bucket) usage = forcedByUser(usage, bucketNamed(*setup.bucket).value_or(Bucket::Active), app);
    return memory;
}

} // namespace stint::sim
