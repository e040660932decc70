// The work that the device holds back, and since when (stint device).
#include "contract/rules/device_limits.hpp"

#include "contract/core/state.hpp"

namespace stint {
namespace {

std::pair<std::string_view, std::string_view> nameOf(const DeviceLimit& limit) { return {limit.work, limit.by}; }

} // namespace

void noteDeviceLimits(Turn& turn) {
    LimitedSince since;
    for (const DeviceLimit& limit : deviceLimits(turn.world())) {
        if (limit.open()) continue;
        const WallTime* const known = findIn(turn.state.limitedSince, nameOf(limit));
        since.emplace(nameOf(limit), known ? *known : turn.now.wall);
    }
    turn.state.limitedSince = std::move(since);
}

std::vector<DeviceLimitView> DeviceLimitView::all(const State& state, Now now) {
    const World world = state.world(now);
    std::vector<DeviceLimitView> views;
    for (const DeviceLimit& limit : deviceLimits(world)) {
        DeviceLimitView view{.work = std::string(limit.work),
                             .open = limit.open(),
                             .by = std::string(limit.by),
                             .detail = limit.open() ? std::string() : detailOf(limit, world),
                             .clears = std::string(limit.clears),
                             .cell = cellOf(limit)};
        if (const WallTime* const since = findIn(state.limitedSince, nameOf(limit))) view.since = *since;
        const auto ends = limit.open() ? std::nullopt : limitEnds(limit, world, dozeInputs(state));
        if (ends) view.until = wallAt(*ends, now);
        views.push_back(std::move(view));
    }
    return views;
}

} // namespace stint
