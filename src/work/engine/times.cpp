#include "work/engine/times.hpp"

#include <algorithm>

namespace stint::work {

namespace {
constexpr Duration periodicBuffer = std::chrono::minutes(30); // jobs.md §0 periodic_buffer
}

Duration backoff(const Spec& spec, std::int32_t attempts) {
    Duration wait = spec.backoffDelay;
    for (std::int32_t nth = 1; nth < attempts && wait < WorkRequest::MAX_BACKOFF; ++nth)
        wait += spec.backoffPolicy == BackoffPolicy::LINEAR ? spec.backoffDelay : wait;
    return std::min<Duration>(wait, WorkRequest::MAX_BACKOFF);
}

WallTime firstWindowEnd(const Spec& spec, WallTime enqueuedAt) {
    return enqueuedAt + spec.initialDelay + spec.period->interval;
}

WallTime windowStart(const Spec& spec, WallTime windowEnd) { return windowEnd - spec.period->flex; }

Window nextWindow(const Spec& spec, WallTime windowEnd, WallTime now) {
    const auto [period, flex] = *spec.period;
    // Work does not run before its window: the clock was set back, and the grid begins anew.
    if (windowEnd - now > period) windowEnd = now + period;
    if (now <= windowEnd) {
        const Duration left = windowEnd - now;
        // Work that was done late in its window is not done again at once.
        const bool soon = left < periodicBuffer && left < period / 6;
        const Duration buffer = soon ? std::min(periodicBuffer, period / 6 - left) : Duration(0);
        const WallTime end = windowEnd + period;
        return {end - std::min(flex, period - buffer), end};
    }
    const Duration late = now - windowEnd;
    auto windows = late / period + 1;
    if (flex != period && period - flex - late % period <= flex / 6) ++windows;
    const WallTime end = windowEnd + windows * period;
    return {end - std::min(flex, period), end};
}

Duration latency(const Request& request, WallTime now) {
    const Spec& spec = request.spec;
    const Duration longest =
        std::max({spec.initialDelay + (spec.period ? spec.period->interval : Duration(0)),
                  spec.period ? spec.period->interval * 2 : Duration(0), Duration(WorkRequest::MAX_BACKOFF)});
    return std::clamp<Duration>(request.notBefore - now, Duration(0), longest);
}

} // namespace stint::work
