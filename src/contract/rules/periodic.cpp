#include "contract/rules/periodic.hpp"

#include <algorithm>

#include "base/time/time.hpp"

namespace stint {
namespace {

JobInfo::Period clamped(JobInfo::Period period, const Constants& constants) {
    period.interval = std::min(period.interval, constants.maxPeriod);
    period.flex = std::min(period.flex, period.interval);
    return period;
}

} // namespace

PeriodWindow firstWindow(const JobInfo::Period& asked, Instant now, const Constants& constants) {
    const auto [interval, flex] = clamped(asked, constants);
    return {now + interval - flex, now + interval};
}

PeriodWindow nextWindow(const JobInfo::Period& asked, Instant latest, Instant now, const Constants& constants) {
    const auto [interval, flex] = clamped(asked, constants);
    if (now <= latest) {
        // The run ended so near the window's end that the next would follow on its heels: a buffer is kept between
        // them.
        const Duration left = latest - now;
        Duration buffer{0};
        if (left < constants.periodicBuffer && left < interval / 6) {
            buffer = std::min(constants.periodicBuffer, interval / 6 - left);
        }
        const Instant next = latest + interval;
        return {next - std::min(flex, interval - buffer), next};
    }
    const Duration late = now - latest;
    std::int64_t windows = late / interval + 1;
    if (flex != interval && interval - flex - late % interval <= flex / 6) ++windows;
    const Instant next = latest + windows * interval;
    return {next - std::min(flex, interval), next};
}

PeriodWindow clampedWindow(const JobInfo::Period& period, Instant latest, Instant now) {
    const Duration interval = bounded(period.interval), flex = bounded(period.flex);
    if (latest > now + interval + flex) return {now + interval, now + interval + flex};
    return {latest - flex, latest};
}

} // namespace stint
