#include "contract/rules/job_clocks.hpp"

#include <algorithm>

#include "base/time/time.hpp"
#include "contract/rules/wall_clock.hpp"

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

namespace {

std::optional<WallTime> wallOf(const std::optional<Instant>& instant, Now now) {
    if (!instant) return std::nullopt;
    return wallAt(*instant, now);
}

bool isStale(const OptionalTime<Instant>& elapsed, const OptionalTime<WallTime>& wall, Now now) {
    if (!elapsed || !wall) return bool(elapsed) != bool(wall);
    return clockWasSet({*elapsed, *wall}, now);
}

// The longest rest that the job can have asked for: its latency, or as long as a period or a back-off may be.
Duration longestRest(const Job& job, const Constants& constants) {
    const JobInfo& info = job.info;
    Duration longest = bounded(info.getMinimumLatency().value_or(Duration{0}));
    if (const auto& period = info.getPeriod()) longest = bounded(period->interval) + bounded(period->flex);
    const bool wasTried = job.details->lastFailure != WallTime{};
    return wasTried ? std::max(longest, constants.maxBackoff) : longest;
}

/// The time left: by the wall clock, but no more than the job can have asked for. A job that awaits the right clock has
/// already waited some of that: it has no more than was left when its boot was last known to be running.
class Left {
public:
    Left(const Job& job, Instant died, Now now) : counts_(job.awaitsClock), died_(died), now_(now) {}

    // jobs.md §7.2: elapsed = now + max(0, wall − wall now); a time that is over is due at once.
    std::optional<Instant> of(OptionalTime<Instant> elapsed, OptionalTime<WallTime> wall, Duration most) const {
        if (!wall) return std::nullopt;
        if (counts_ && elapsed) most = std::min(most, *elapsed - died_);
        return now_.elapsed + std::max(std::min(*wall - now_.wall, most), Duration{0});
    }

private:
    bool counts_;
    Instant died_;
    Now now_;
};

} // namespace

void setNotBefore(Job& job, std::optional<Instant> when, Now now) {
    job.notBefore = when;
    job.notBeforeWall = wallOf(when, now);
}

void setDeadline(Job& job, std::optional<Instant> when, Now now) {
    job.deadline = when;
    job.deadlineWall = wallOf(when, now);
}

void setWindow(Job& job, const PeriodWindow& window, Now now) {
    setNotBefore(job, window.earliest, now);
    job.details.edit().windowEnd = window.latest;
    job.details.edit().windowEndWall = wallOf(window.latest, now);
}

void setClocks(Job& job, Now now, const Constants& constants) {
    const JobInfo& info = job.info;
    if (info.getPeriod()) return setWindow(job, firstWindow(*info.getPeriod(), now.elapsed, constants), now);
    if (info.getMinimumLatency()) setNotBefore(job, now.elapsed + bounded(*info.getMinimumLatency()), now);
    if (info.getOverrideDeadline()) setDeadline(job, now.elapsed + bounded(*info.getOverrideDeadline()), now);
}

Job afterBoot(Job job, Instant died, Now now, const Constants& constants) {
    job.failures = 0;
    job.systemStops = 0;
    JobDetails past = *job.details;
    past.abandoned = 0;
    job.exemptionLost = false;
    job.enqueued = now.elapsed;
    for (WorkItem& item : past.work)
        item.active = false;
    // The wall times stay as they were written: a clock that is wrong now must not replace them (jobs.md §7.3).
    const Left left(job, died, now);
    job.notBefore = left.of(job.notBefore, job.notBeforeWall, longestRest(job, constants));
    job.deadline =
        left.of(job.deadline, job.deadlineWall, bounded(job.info.getOverrideDeadline().value_or(Duration{0})));
    if (past.windowEndWall) {
        Instant end = now.elapsed + (*past.windowEndWall - now.wall);
        if (job.awaitsClock && past.windowEnd) end = std::min(end, now.elapsed + (*past.windowEnd - died));
        const PeriodWindow window = clampedWindow(*job.info.getPeriod(), end, now.elapsed);
        if (window.latest != end) job.notBefore = window.earliest;
        past.windowEnd = window.latest;
    }
    job.details.set(std::move(past));
    return job;
}

bool rebase(Job& job, Now now) {
    const JobDetails& past = *job.details;
    if (!isStale(job.notBefore, job.notBeforeWall, now) && !isStale(job.deadline, job.deadlineWall, now) &&
        !isStale(past.windowEnd, past.windowEndWall, now)) {
        return false;
    }
    job.notBeforeWall = wallOf(job.notBefore, now);
    job.deadlineWall = wallOf(job.deadline, now);
    if (past.windowEnd || past.windowEndWall) job.details.edit().windowEndWall = wallOf(past.windowEnd, now);
    return true;
}

} // namespace stint
