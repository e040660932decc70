// Standby buckets as time and use go by (limits.md §2), and the effects of an app's coming to the front and leaving it.
#include "contract/rules/standby.hpp"

#include <algorithm>

#include "contract/core/events.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/app_gate.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/push.hpp"
#include "contract/rules/safeguard.hpp"

namespace stint {
namespace {

Reply unknown(CallId call, const AppId& app) { return {.call = call, .error = notInstalled(app)}; }

void earn(App& app, UsageKind kind, Instant now, const Constants& constants) {
    // limits.md §4: interaction, chooser action, interruptive notification.
    const bool acts = kind == UsageKind::Interaction || kind == UsageKind::NotificationShown;
    if (acts) reward(app.memory.expedited, interactionReward(constants), now, constants);
    if (kind == UsageKind::NotificationSeen)
        reward(app.memory.expedited, constants.ejRewardNotificationSeen, now, constants);
}

} // namespace

UsageTime UsageClock::at(Instant now, bool screenOn) const {
    UsageTime time = time_;
    time.running += now - at_;
    if (screenOn) time.screenOn += now - at_;
    return time;
}

UsageTime usageNow(const State& state, Instant now) { return state.usage.at(now, state.device.screenOn); }

void foldUsage(Turn& turn) { turn.state.usage.fold(turn.now.elapsed, turn.state.device.screenOn); }

SaveUsageTime usageRecord(const State& state) { return state.usage.record(state.device.screenOn); }

void setUsage(Turn& turn, App& app, Bucket before, Usage usage) {
    const bool changed = !(usage == app.memory.usage);
    app.memory.usage = std::move(usage);
    if (changed) {
        turn.save(app);
        turn.changedApps.insert(app.manifest.package); // also where only its next change has moved
    }
    const Bucket after = bucketOf(app);
    if (after == before) return;
    app.memory.usage.since = turn.now.wall;
    turn.save(app);
    turn.changedApps.insert(app.manifest.package);
    turn.effect(Trace{.what = Trace::What::Bucket,
                      .app = app.manifest.package,
                      .because = std::string(nameOf(reasonOf(app))),
                      .until = after > before ? std::string(endOfStay(app)) : "",
                      .from = std::string(nameOf(before)),
                      .to = std::string(nameOf(after))});
}

void noteUse(Turn& turn, App& app, UsageKind kind) {
    const State& state = turn.state;
    const Bucket before = bucketOf(app);
    earn(app, kind, turn.now.elapsed, state.constants);
    if (kind == UsageKind::NotificationShown) noteShown(app.memory, turn.now.elapsed, state.constants);
    turn.save(app);
    turn.changedApps.insert(app.manifest.package);
    setUsage(turn, app, before,
             afterUse(app.memory.usage, kind, usageNow(state, turn.now.elapsed), app, state.deviceState.doze.idle(),
                      state.constants));
}

void ageUsage(Turn& turn, App& app, bool sweep) {
    const Bucket before = bucketOf(app);
    setUsage(turn, app, before,
             aged(app.memory.usage, usageNow(turn.state, turn.now.elapsed), app, turn.state.constants, sweep));
}

void restrictAsBuggy(Turn& turn, App& app) {
    const Bucket before = bucketOf(app);
    setUsage(turn, app, before,
             forcedBySystem(app.memory.usage, usageNow(turn.state, turn.now.elapsed), true, app, turn.state.constants));
}

void tellHeldBack(Turn& turn, const App& app, const std::vector<std::string>& before) {
    for (std::string& measure : heldBackBy(app, turn.world()))
        if (std::ranges::find(before, measure) == before.end())
            turn.effect(
                Trace{.what = Trace::What::HeldBack, .app = app.manifest.package, .because = std::move(measure)});
}

void followState(Turn& turn, App& app, ReadSet what) {
    const Instant now = turn.now.elapsed;
    const ProcessState state = stateOf(app);
    turn.changedApps.insert(app.manifest.package, what);
    ExpeditedLedger& ledger = app.memory.expedited;
    if (state == ProcessState::Top && !ledger.topSince) {
        app.memory.leftTop.reset();
        beginTop(ledger, now);
        turn.save(app);
    } else if (state != ProcessState::Top && ledger.topSince) {
        app.memory.leftTop = now;
        endTop(ledger, now, turn.state.constants);
        turn.save(app);
    }
    const bool foreground = state <= ProcessState::ForegroundService;
    if (foreground != app.foreground) turn.save(app);
    if (foreground) app.memory.leftForeground.reset();
    if (!foreground && app.foreground) app.memory.leftForeground = now;
    app.foreground = foreground;
    const bool seen = onScreen(app);
    if (seen == app.memory.seen) return;
    app.memory.seen = seen;
    if (seen) forgiveCrashes(app.memory); // jobs.md §12.3: the user has opened it
    noteUse(turn, app, seen ? UsageKind::MovedToForeground : UsageKind::MovedToBackground);
}

void apply(Turn& turn, const UsageReported& event) {
    App* app = turn.app(event.app);
    if (!app) return turn.effect(unknown(event.call, event.app));
    noteUse(turn, *app, event.kind);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const BucketForced& event) {
    App* app = turn.app(event.app);
    if (!app) return turn.effect(unknown(event.call, event.app));
    const Bucket before = bucketOf(*app);
    const UsageTime time = usageNow(turn.state, turn.now.elapsed);
    const Constants& constants = turn.state.constants;
    Usage usage = event.bySystem ? forcedBySystem(app->memory.usage, time, false, *app, constants)
                                 : forcedByUser(app->memory.usage, event.bucket, *app);
    setUsage(turn, *app, before, std::move(usage));
    turn.changedApps.insert(event.app);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const BucketPredicted& event) {
    App* app = turn.app(event.app);
    if (!app) return turn.effect(unknown(event.call, event.app));
    const Bucket before = bucketOf(*app);
    setUsage(
        turn, *app, before,
        predicted(app->memory.usage, event.bucket, usageNow(turn.state, turn.now.elapsed), *app, turn.state.constants));
    turn.effect(Reply{.call = event.call});
}

} // namespace stint
