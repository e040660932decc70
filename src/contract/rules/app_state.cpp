#include "contract/rules/app_state.hpp"

namespace stint {

bool onScreen(const App& app) {
    const ProcessState state = stateOf(app);
    return state == ProcessState::Top || state == ProcessState::Visible;
}

bool maybeOnScreen(const App& app) { return onScreen(app) || (app.maybeVisible && !app.memory.pinned); }

std::optional<Instant> activeUntil(const App& app, Instant now, const Constants& constants) {
    if (!app.memory.leftForeground || stateOf(app) == ProcessState::NotRunning) return std::nullopt;
    const Instant until = *app.memory.leftForeground + constants.backgroundSettle;
    return until > now ? std::optional(until) : std::nullopt;
}

bool isActive(const App& app, Instant now, const Constants& constants) {
    const ProcessState state = stateOf(app);
    if (state <= ProcessState::ForegroundService) return true;
    return activeUntil(app, now, constants).has_value();
}

bool powerAllowlisted(const App& app) {
    return app.manifest.system || app.memory.batteryUse == BatteryUse::Unrestricted;
}

bool temporarilyAllowed(const App& app, Instant now) {
    return app.memory.allowlistedUntil && *app.memory.allowlistedUntil > now;
}

bool userRestricted(const App& app, Instant now, const Constants& constants) {
    return app.memory.batteryUse == BatteryUse::Restricted && !powerAllowlisted(app) && !isActive(app, now, constants);
}

std::int32_t importanceOf(const App& app, bool runsJob) {
    constexpr std::int32_t foreground = 100, foregroundService = 125, visible = 200, service = 300, cached = 400,
                           gone = 1000;
    switch (stateOf(app)) {
    case ProcessState::Top:
        return foreground;
    case ProcessState::Visible:
        return visible;
    case ProcessState::ForegroundService:
        return foregroundService;
    case ProcessState::Background:
        return runsJob ? service : cached;
    case ProcessState::NotRunning:
        return runsJob ? service : gone;
    }
    return gone;
}

} // namespace stint
