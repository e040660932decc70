#include "core/app_clocks.hpp"

#include <algorithm>

#include "core/state.hpp"
#include "rules/app_state.hpp"
#include "rules/expedited_quota.hpp"
#include "rules/quota.hpp"
#include "rules/standby.hpp"

namespace stint {

void AppClocks::set(const AppId& app, std::optional<Instant> when) {
    Instant* const known = clockOf_.find(app);
    if (known ? when == *known : !when) return;
    if (known) clocks_.erase({*known, app});
    if (when) clocks_.emplace(*when, app);
    if (!when) {
        clockOf_.erase(app);
    } else if (known) {
        *known = *when;
    } else {
        clockOf_.add(app, *when);
    }
}

std::optional<AppId> AppClocks::takeDue(Instant now) {
    if (clocks_.empty() || clocks_.begin()->first > now) return std::nullopt;
    AppId app = clocks_.begin()->second;
    set(app, std::nullopt);
    return app;
}

std::optional<Instant> AppClocks::next() const {
    if (clocks_.empty()) return sweepAt_;
    return earlier(sweepAt_, std::optional(clocks_.begin()->first));
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
    }
    while (const auto id = state.appClocks.takeDue(turn.now.elapsed)) {
        turn.changedApps.insert(*id);
        if (App* app = turn.app(*id)) ageUsage(turn, *app, false);
    }
}

void setAppClocks(Turn& turn, ReadSet changed, const ChangedApps& apps) {
    State& state = turn.state;
    // Of the device, what an app's clocks go by is whether it charges, and whether the screen's clock goes.
    if (turn.agesOtherwise || (changed & Reads::Power)) {
        for (const auto& [id, app] : state.apps)
            state.appClocks.set(id, nextAppClock(state, app, turn.now));
        return;
    }
    for (const auto& [id, what] : apps) {
        const App* app = turn.app(id);
        state.appClocks.set(id, app ? nextAppClock(state, *app, turn.now) : std::nullopt);
    }
}

} // namespace stint
