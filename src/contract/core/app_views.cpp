// How each app stands with its limits (limits.md §9; stint apps, stint quota).
#include <algorithm>

#include "contract/core/state.hpp"
#include "contract/rules/alarm.hpp"
#include "contract/rules/alarm_policy.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/load.hpp"
#include "contract/rules/push.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
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
        if (const NetworkVerdict* const told = state.networkTold.verdicts.find(id)) {
            view.networkAllowed = told->allowed;
            view.networkBecause = told->because;
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
        view.messages = messagesOf(app.memory, state.messages.countFor(id), now.elapsed, state.constants);
        view.days = app.memory.days;
        view.maybeVisible = maybeOnScreen(app) && !onScreen(app);
        views.push_back(std::move(view));
    }
    return views;
}

} // namespace stint
