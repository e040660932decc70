#include "contract/core/limits.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/alarm.hpp"
#include "contract/rules/alarm_policy.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/push.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/standby.hpp"

namespace stint {

// The ledgers of both quotas, kept by what runs and what is free (limits.md §3.4, §4).

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

// Changes of the limits that people make: the user's choices, grants, the policy; and the daemon's orderly end.

void apply(Turn& turn, const BatteryUseSet& event) {
    App* app = turn.app(event.app);
    if (!app) return turn.effect(Reply{.call = event.call, .error = notInstalled(event.app)});
    const Bucket before = bucketOf(*app);
    app->memory.batteryUse = event.use;
    turn.save(*app);
    turn.changedApps.insert(event.app);
    setUsage(turn, *app, before, app->memory.usage);
    ageUsage(turn, *app, false);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const DataSaverExemptionSet& event) {
    App* app = turn.app(event.app);
    if (!app) return turn.effect(Reply{.call = event.call, .error = notInstalled(event.app)});
    app->memory.dataSaverExempt = event.exempt;
    turn.save(*app);
    turn.changedApps.insert(event.app);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const TemporarilyAllowed& event) {
    App* app = turn.app(event.app);
    Reply reply{.call = event.call};
    if (app) {
        allowTemporarily(turn, *app, event.length);
        // PROPOSAL: like Android's tempwhitelist, this allows a service, too.
        letServe(turn, *app, *app->memory.allowlistedUntil);
    }
    if (!app) reply.error = notInstalled(event.app);
    turn.effect(reply);
}

void apply(Turn& turn, const PolicyChanged& event) {
    turn.state.constants = event.constants;
    turn.state.limited.known.clear();
    setSweep(turn.state, turn.now);
    turn.state.metering.looks.clear(); // the amounts that are left have changed
    turn.changed = readsOfAll();
    for (const auto& [id, app] : turn.state.apps)
        turn.changedApps.insert(id);
    turn.effect(Reply{.call = event.call});
}

namespace {

// jobs.md §6.3: an orderly end of the daemon does not count against a job. The next daemon finds it written down; one
// that dies writes nothing.
void tellEnd(Turn& turn, Tracked& tracked, const Run& run) {
    PastRun past = pastRunOf(tracked, &run, {}, {1, "stintd was stopped while it ran"}, turn.now.wall);
    past.waits.clear();
    JobDetails& more = tracked.job.details.edit();
    more.cumulative += turn.now.elapsed - run.began - run.stamped;
    forgetRun(more);
    more.lastRun.edit() = std::move(past);
    turn.record(SaveJob{tracked.job});
}

} // namespace

void apply(Turn& turn, const ShuttingDown&) {
    for (Tracked& tracked : turn.state.jobs.all()) {
        const Running* const running = ownRun(turn.state, tracked);
        if (running && !running->run.ending) tellEnd(turn, tracked, running->run);
    }
    foldUsage(turn);
    saveMetering(turn);
    turn.record(usageRecord(turn.state));
    turn.state.deviceLog.notePresence(false, turn.now.wall);
}

// How each app stands with its limits (limits.md §9; stint apps, stint quota).

namespace {

// The time at which each session has rolled out of the window, and its length.
std::vector<std::pair<WallTime, Duration>> comingBack(const std::vector<Session>& sessions, Duration window, Now now) {
    std::vector<std::pair<WallTime, Duration>> back;
    for (const Session& session : sessions) {
        if (session.end + window <= now.elapsed) continue;
        back.emplace_back(wallAt(session.start + window, now), session.end - session.start);
    }
    return back;
}

std::optional<WallTime> wallOf(std::optional<Instant> when, Now now) {
    return when ? std::optional(wallAt(*when, now)) : std::nullopt;
}

QuotaView regularOf(const App& app, const World& world) {
    const QuotaLedger& ledger = app.memory.quota;
    const Allowance allowance = regularAllowance(effectiveBucket(app, world), app, world.constants);
    QuotaView view{.allowed = allowance.allowed, .window = allowance.window};
    view.used = regularUsed(ledger, allowance.window, world.now.elapsed);
    const Duration left = regularLeft(app, world);
    if (left != Duration::max()) view.left = left;
    view.free = regularFree(app, world);
    view.returns = wallOf(inRegularQuota(app, world, false) ? std::nullopt : regularReturn(app, world), world.now);
    view.comesBack = comingBack(ledger.sessions, allowance.window, world.now);
    return view;
}

QuotaView expeditedOf(const App& app, const World& world) {
    const ExpeditedLedger& ledger = app.memory.expedited;
    QuotaView view{.allowed = expeditedLimit(effectiveBucket(app, world), app, world.constants),
                   .window = world.constants.ejWindow};
    const Duration left = expeditedLeft(app, world);
    if (left != Duration::max()) view.left = left;
    view.used = view.allowed && view.left ? *view.allowed - *view.left : ledger.tally;
    view.free = expeditedFree(app, world);
    view.returns = wallOf(inExpeditedQuota(app, world) ? std::nullopt : expeditedReturn(app, world), world.now);
    view.comesBack = comingBack(ledger.sessions, world.constants.ejWindow, world.now);
    return view;
}

} // namespace

std::vector<AppView> AppView::all(const State& state, Now now) {
    const World world = state.world(now);
    std::vector<AppView> views;
    for (const auto& [id, app] : state.apps) {
        AppView view{.manifest = app.manifest, .state = stateOf(app), .pinned = app.memory.pinned.has_value()};
        view.bias = biasOf(app, now.elapsed, state.constants);
        view.safeguards = countsOf(app, now.elapsed, state.constants);
        view.safeguards.heldBack = heldBackText(app, world);
        view.bad = app.memory.badUntil.has_value();
        view.bucket = bucketOf(app);
        view.bucketReason = reasonOf(app);
        view.bucketSince = app.memory.usage.since;
        view.batteryUse = app.memory.batteryUse;
        view.dataSaverExempt = app.memory.dataSaverExempt;
        view.revoked = app.memory.revoked;
        if (const std::string_view* const by = state.networkTold.shutBy.find(id)) {
            view.networkAllowed = by->empty();
            view.networkBecause = *by;
        }
        view.jobs = static_cast<std::uint32_t>(state.jobs.heldBy(id).jobs);
        view.running = static_cast<std::uint32_t>(
            std::ranges::count_if(state.runs, [&](const auto& entry) { return entry.second.run.key.app == id; }));
        view.importance = importanceOf(app, view.running > 0);
        view.quota = regularOf(app, world);
        view.expedited = expeditedOf(app, world);
        view.alarms = alarmsOf(app, world);
        const bool exact = maySetExactAlarms(app);
        view.whileIdleAlarms = whileIdleAlarmsOf(app, exact ? AlarmKind::ExactWhileIdle : AlarmKind::WhileIdle, world);
        view.messages = messagesViewOf(state, app, now);
        view.days = app.memory.days;
        view.maybeVisible = maybeOnScreen(app) && !onScreen(app);
        views.push_back(std::move(view));
    }
    return views;
}

} // namespace stint
