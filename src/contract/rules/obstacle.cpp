#include "contract/rules/obstacle.hpp"

#include <algorithm>

#include "contract/model/reasons.hpp"

namespace stint {

std::vector<Blocker> inOrder(const std::vector<Obstacle>& obstacles) {
    std::vector<Blocker> blockers;
    blockers.reserve(obstacles.size());
    for (const Obstacle& obstacle : obstacles)
        blockers.push_back(obstacle.blocker);
    std::ranges::stable_sort(blockers, {}, [](const Blocker& blocker) { return rankOf(blocker.reason); });
    return blockers;
}

std::vector<Blocker> named(std::vector<Blocker> blockers) {
    if (blockers.size() > 1)
        std::erase_if(blockers, [](const Blocker& b) { return b.reason == PENDING_JOB_REASON_APP; });
    return blockers;
}

std::optional<WallTime> clearsAt(const std::vector<Obstacle>& obstacles) {
    WallTime others{};
    std::optional<WallTime> own = WallTime{};
    std::optional<WallTime> deadline;
    for (const auto& [blocker, atDeadline] : obstacles) {
        switch (atDeadline) {
        case AtDeadline::IsIt:
            deadline = blocker.until;
            break;
        case AtDeadline::Stays:
            if (!blocker.until) return std::nullopt;
            others = std::max(others, *blocker.until);
            break;
        case AtDeadline::Goes:
            if (own) own = blocker.until ? std::optional(std::max(*own, *blocker.until)) : std::nullopt;
            break;
        }
    }
    if (deadline) own = std::min(own.value_or(*deadline), *deadline);
    if (!own) return std::nullopt;
    return std::max(*own, others);
}

} // namespace stint
