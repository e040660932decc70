// The ledgers of both quotas, kept by what runs and what is free (limits.md §3.4, §4).
#include "contract/rules/quota.hpp"

#include <algorithm>
#include <utility>

#include "base/result/check.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/limit_gates.hpp"

namespace stint {
namespace {

struct Counted {
    std::int64_t regular = 0;
    std::int64_t regularNew = 0; ///< without those that have slept, since the session that goes on has counted them
    std::int64_t expedited = 0;
};

// limits.md §9: a run goes by quota or by the idle path, as these come and go.
void choosePath(Turn& turn, App& app, Running& running, const World& world) {
    if (!running.run.byIdlePath && !mayIdlePath(app)) return;
    const RunFacts facts = factsOf(running, turn.now.elapsed);
    const bool before = std::exchange(running.run.byIdlePath, goesByIdlePath({world, running.gateKey, &app, &facts}));
    if (before != running.run.byIdlePath) tellTerms(turn, running.run);
    const bool joins = before && !running.run.byIdlePath && countsRegular(app, world, running.run.startedOnTop);
    if (!joins || !app.memory.quota.open) return;
    ++app.memory.quota.open->jobs;
    turn.save(app);
}

// The app's running jobs that count where nothing is free.
Counted countedOf(Turn& turn, App& app, const World& world) {
    Counted counted;
    for (auto& [id, running] : turn.state.runs) {
        if (running.run.key.app != app.manifest.package) continue;
        choosePath(turn, app, running, world);
        if (running.run.byIdlePath) continue;
        const bool onTop = running.run.startedOnTop;
        if (running.run.kind == JobClass::Regular && countsRegular(app, world, onTop)) {
            ++counted.regular;
            counted.regularNew += running.run.asleep == Duration{0};
        }
        if (running.run.kind == JobClass::Expedited) counted.expedited += countsExpedited(app, world, onTop);
    }
    return counted;
}

} // namespace

void accountQuotas(Turn& turn, App& app) {
    const World world = turn.world();
    const Instant now = turn.now.elapsed;
    const Counted counted = countedOf(turn, app, world);
    QuotaLedger& regular = app.memory.quota;
    ExpeditedLedger& expedited = app.memory.expedited;
    const Constants& constants = turn.state.constants;
    const bool asleep = world.device.sleeping; // limits.md §13: it breaks a session off
    const bool regularRuns = counted.regular > 0 && !asleep && !regularFree(app, world);
    const bool expeditedRuns = counted.expedited > 0 && !asleep && !expeditedFree(app, world);
    if (regularRuns == regular.open.has_value() && expeditedRuns == expedited.open.has_value()) return;
    if (regularRuns && !regular.open)
        openRegular(regular, isBrokenOff(regular) ? counted.regularNew : counted.regular, now, constants);
    if (!regularRuns && regular.open) {
        if (asleep && counted.regular > 0)
            breakOffRegular(regular, now, constants);
        else
            closeRegular(regular, now, constants);
    }
    if (expeditedRuns && !expedited.open) openExpedited(expedited, counted.expedited, now, constants);
    if (!expeditedRuns && expedited.open) closeExpedited(expedited, now, constants);
    STINT_CHECK(regular.open.has_value() == regularRuns); // a session is open while something of it runs
    STINT_CHECK(expedited.open.has_value() == expeditedRuns);
    turn.save(app);
    turn.changedApps.insert(app.manifest.package, only(Reads::Ledger));
}

void noteJobStart(Turn& turn, const Running& running) {
    App* app = turn.app(running.run.key.app);
    if (!app || running.run.kind == JobClass::UserInitiated) return;
    const World world = turn.world();
    if (running.run.kind == JobClass::Regular && !running.run.byIdlePath && !regularFree(*app, world)) {
        addJob(app->memory.quota, turn.now.elapsed, turn.state.constants,
               countsRegular(*app, world, running.run.startedOnTop));
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
