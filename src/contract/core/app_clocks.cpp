#include "contract/core/app_clocks.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/standby.hpp"

namespace stint {

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
    const auto at = [&](std::optional<Instant> when) {
        if (when && *when > now.elapsed && (!next || *when < *next)) next = when;
    };
    at(activeUntil(app, now.elapsed, state.constants));
    at(regularCutOff(app, world));
    at(expeditedCutOff(app, world));
    at(expeditedFreeUntil(app, world));
    at(app.memory.allowlistedUntil);
    at(networkCutOff(app, state.constants));
    const auto ages =
        nextChange(app.memory.usage, usageNow(state, now.elapsed), state.device.screenOn, app, state.constants);
    if (ages) at(now.elapsed + std::max(*ages, Duration{1}));
    return next;
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
