// The ledgers of both quotas, kept by what runs and what is free (limits.md §3.4, §4).
#include "rules/quota.hpp"

#include <algorithm>

#include "core/state.hpp"
#include "rules/expedited_quota.hpp"

namespace stint {
namespace {

struct Counted {
    std::int64_t regular = 0;
    std::int64_t expedited = 0;
};

// The app's running jobs that count where nothing is free.
Counted countedOf(const State& state, const App& app, const World& world) {
    Counted counted;
    for (const auto& [id, running] : state.runs) {
        if (running.run.key.app != app.manifest.package || running.byIdlePath) continue;
        const bool onTop = running.startedOnTop;
        if (running.run.kind == JobClass::Regular) counted.regular += countsRegular(app, world, onTop);
        if (running.run.kind == JobClass::Expedited) counted.expedited += countsExpedited(app, world, onTop);
    }
    return counted;
}

} // namespace

void accountQuotas(Turn& turn, App& app) {
    const World world = turn.world();
    const Instant now = turn.now.elapsed;
    const Counted counted = countedOf(turn.state, app, world);
    QuotaLedger& regular = app.memory.quota;
    ExpeditedLedger& expedited = app.memory.expedited;
    const bool asleep = world.device.sleeping; // limits.md §13: a session ends with a sleep
    const bool regularRuns = counted.regular > 0 && !asleep && !regularFree(app, world);
    const bool expeditedRuns = counted.expedited > 0 && !asleep && !expeditedFree(app, world);
    if (regularRuns == regular.open.has_value() && expeditedRuns == expedited.open.has_value()) return;
    if (regularRuns && !regular.open) openRegular(regular, counted.regular, now, turn.state.constants);
    if (!regularRuns && regular.open) closeRegular(regular, now, turn.state.constants);
    if (expeditedRuns && !expedited.open) openExpedited(expedited, counted.expedited, now, turn.state.constants);
    if (!expeditedRuns && expedited.open) closeExpedited(expedited, now, turn.state.constants);
    turn.save(app);
    turn.changedApps.insert(app.manifest.package, only(Reads::Ledger));
}

void noteJobStart(Turn& turn, const Running& running) {
    App* app = turn.app(running.run.key.app);
    if (!app || running.run.kind == JobClass::UserInitiated) return;
    const World world = turn.world();
    if (running.run.kind == JobClass::Regular && !running.byIdlePath && !regularFree(*app, world)) {
        addJob(app->memory.quota, turn.now.elapsed, turn.state.constants,
               countsRegular(*app, world, running.startedOnTop));
        turn.save(*app);
    }
    accountQuotas(turn, *app);
    turn.changedApps.insert(app->manifest.package, only(Reads::Ledger));
}

void accountQuotas(Turn& turn) {
    const auto account = [&turn](const AppId& id) {
        if (App* app = turn.app(id)) accountQuotas(turn, *app);
    };
    for (const auto& [id, what] : turn.changedApps) // to account for one changes no other
        account(id);
    if (!(turn.changed & Reads::Power)) return;
    for (const auto& [id, running] : turn.state.runs)
        account(running.run.key.app);
}

} // namespace stint
