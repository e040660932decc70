#include "contract/core/standby.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/push.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/standby.hpp"

namespace stint {

// Standby buckets as time and use go by (limits.md §2), and the effects of an app's coming to the front and leaving it.

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

void noteTyped(Turn& turn, const AppId& app) {
    if (App* const used = turn.app(app)) noteUse(turn, *used, UsageKind::Interaction);
}

void replyToPerson(Turn& turn, CallId call, const AppId& app, bool typed, std::optional<Error> error) {
    if (typed && !error) noteTyped(turn, app);
    turn.effect(Reply{.call = call, .error = std::move(error)});
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

AppClocks::AppClocks(const AppClocks& other) : clocks_(other.clocks_), sweepAt_(other.sweepAt_) {
    for (Entry& entry : clocks_) {
        entry.second.place = nowhere;
        if (entry.second.when) due_.put(entry);
    }
    STINT_CHECK(due_.size() == other.due_.size());
}

void AppClocks::set(const AppId& app, std::optional<Instant> when) {
    Entry& entry = clocks_.add(app).first;
    if (entry.second.when == when) return;
    entry.second.when = when;
    if (when)
        due_.put(entry);
    else
        due_.erase(entry);
    STINT_CHECK(when.has_value() == (entry.second.place != nowhere));
    STINT_CHECK(due_.size() <= clocks_.size());
}

void AppClocks::erase(const AppId& app) {
    set(app, std::nullopt);
    clocks_.erase(app);
}

std::optional<AppId> AppClocks::takeDue(Instant now) {
    if (due_.empty()) return std::nullopt;
    STINT_CHECK(due_.front().second.when);
    if (*due_.front().second.when > now) return std::nullopt;
    AppId app = due_.front().first;
    set(app, std::nullopt);
    return app;
}

std::optional<Instant> AppClocks::next() const {
    return due_.empty() ? sweepAt_ : earlier(sweepAt_, due_.front().second.when);
}

namespace {

// The next instant at which time alone changes what gates read of an app.
std::optional<Instant> nextAppClock(const State& state, const App& app, Now now) {
    const World world = state.world(now);
    std::optional<Instant> next;
    for (const auto& when :
         {activeUntil(app, now.elapsed, state.constants), regularCutOff(app, world), expeditedCutOff(app, world),
          expeditedFreeUntil(app, world), app.memory.allowlistedUntil, networkCutOff(app, state.constants)})
        if (when && *when > now.elapsed) next = earlier(next, when);
    const auto ages =
        nextChange(app.memory.usage, usageNow(state, now.elapsed), state.device.screenOn, app, state.constants);
    return ages ? earlier(next, std::optional(now.elapsed + std::max(*ages, Duration{1}))) : next;
}

} // namespace

void setSweep(State& state, Now now) {
    const auto next = nextSweep(usageNow(state, now.elapsed), state.constants);
    state.appClocks.setSweep(next ? std::optional(now.elapsed + std::max(*next, Duration{1})) : std::nullopt);
}

void ageApps(Turn& turn) {
    State& state = turn.state;
    if (state.appClocks.sweepIsDue(turn.now.elapsed)) {
        for (auto& [id, app] : state.apps)
            ageUsage(turn, app, true);
        setSweep(state, turn.now);
        STINT_CHECK(!state.appClocks.sweepIsDue(turn.now.elapsed)); // or every turn would be a sweep
    }
    while (const auto id = state.appClocks.takeDue(turn.now.elapsed)) {
        turn.changedApps.insert(*id);
        if (App* app = turn.app(*id)) ageUsage(turn, *app, false);
    }
}

void setAppClocks(Turn& turn, ReadSet changed, const ChangedApps& apps) {
    State& state = turn.state;
    // An app's clocks go by two facts of the device: that it charges, and that the screen's clock runs.
    if (turn.agesOtherwise || (changed & Reads::Power)) {
        for (const auto& [id, app] : state.apps)
            state.appClocks.set(id, nextAppClock(state, app, turn.now));
        return;
    }
    for (const auto& [id, what] : apps) {
        if (const App* app = turn.app(id))
            state.appClocks.set(id, nextAppClock(state, *app, turn.now));
        else
            state.appClocks.erase(id);
    }
}

} // namespace stint
