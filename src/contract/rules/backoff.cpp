#include "contract/rules/backoff.hpp"

#include <algorithm>

namespace stint {

std::int64_t attempts(std::int32_t failures, std::int32_t systemStops, const Constants& constants) {
    return failures + systemStops / constants.systemStopToFailureRatio;
}

Duration backoffDelay(const JobInfo& info, std::int64_t attempts, bool aggressive, const Constants& constants) {
    if (attempts <= 0) return Duration{0};
    const bool asked = info.hasExplicitBackoff();
    const Duration initial =
        std::max(asked ? info.getInitialBackoff() : constants.defaultBackoff, constants.minBackoff);
    const auto policy = asked ? info.getBackoffPolicy() : constants.defaultBackoffPolicy;
    if (policy == JobInfo::BACKOFF_POLICY_LINEAR && !aggressive) {
        // Compared before it is multiplied, so that no number of attempts overflows.
        return attempts > constants.maxBackoff / initial ? constants.maxBackoff : initial * attempts;
    }
    // Doubled step by step up to the cap, so that no number of attempts overflows.
    Duration delay = initial;
    for (std::int64_t n = 1; n < attempts && delay < constants.maxBackoff; ++n)
        delay *= 2;
    return std::min(delay, constants.maxBackoff);
}

} // namespace stint
