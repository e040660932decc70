#include "rules/ending.hpp"

#include <algorithm>

#include "rules/backoff.hpp"
#include "rules/kind.hpp"

namespace stint {
namespace {

enum class Counts { Failure, SystemStop, Nothing };

// jobs.md §6.3, the table.
Counts countsAs(End end, Ending ending) {
    switch (end) {
    case End::FinishedForRetry:
    case End::BindTimeout:
    case End::NoNotification:
    case End::UserStop:
        return Counts::Failure;
    case End::StopRetry:
    case End::StopDrop:
    case End::StopSilent: // it keeps the stop's own class
        return ending.reason == StopReason::User || ending.internal == InternalReason::Timeout ? Counts::Failure
                                                                                               : Counts::SystemStop;
    case End::Lost:
        return Counts::SystemStop;
    case End::Finished:
    case End::StartSilent:
    case End::BindRefused:
        return Counts::Nothing;
    }
    return Counts::Nothing;
}

void restUntilTried(Job& job, Now now, Duration delay) {
    job.notBefore.reset();
    job.notBeforeWall.reset();
    if (delay > Duration{0}) {
        job.notBefore = now.elapsed + delay;
        job.notBeforeWall = now.wall + delay;
    }
    job.enqueued = now.elapsed; // jobs.md §3.4: a retry goes to the end of the queue
}

} // namespace

Ending endingOf(End end, const std::optional<Ending>& given) {
    switch (end) {
    case End::Finished:
    case End::FinishedForRetry:
        return {StopReason::Undefined, InternalReason::SuccessfulFinish};
    case End::BindTimeout:
    case End::StartSilent:
    case End::NoNotification:
        return {StopReason::Undefined, InternalReason::Anr};
    case End::UserStop:
        return {StopReason::User, InternalReason::UserUiStop};
    case End::StopRetry:
    case End::StopDrop:
    case End::StopSilent:
    case End::BindRefused:
    case End::Lost:
        return given.value_or(Ending{});
    }
    return {};
}

bool retries(End end, JobClass ranAs) {
    switch (end) {
    case End::Finished:
    case End::StopDrop:
    case End::StartSilent:
        return false;
    case End::UserStop:
        return ranAs != JobClass::UserInitiated; // jobs.md §5.4: dropped for good
    case End::FinishedForRetry:
    case End::StopRetry:
    case End::StopSilent:
    case End::BindTimeout:
    case End::BindRefused:
    case End::NoNotification:
    case End::Lost:
        return true;
    }
    return false;
}

Job retried(Job job, End end, Ending ending, Now now, const Constants& constants) {
    const Counts counts = countsAs(end, ending);
    if (counts == Counts::Failure) ++job.failures;
    if (counts == Counts::SystemStop) ++job.systemStops;
    // jobs.md §6.6: demoted for the next run, never for the one in progress.
    if (ending.reason == StopReason::User) job.demotedByUser = true;
    if (kindOf(job) == JobClass::UserInitiated && job.cumulative >= constants.uiCumulativeLimit) {
        job.demotedBySystem = true;
    }
    // PROPOSAL: jobs.md §4.1 does not count a service that cannot be bound; it rests as after one attempt all the same,
    // or it would be tried without end.
    const auto tries = attempts(job.failures, job.systemStops, constants);
    const auto least = end == End::BindRefused ? 1 : 0;
    restUntilTried(job, now, backoffDelay(*job.info, std::max<std::int64_t>(tries, least), constants));
    return job;
}

Job afterLostDaemon(Job job, Now now, const Constants& constants) {
    return retried(std::move(job), End::Lost, {}, now, constants);
}

Job afterBoot(Job job, Now now) {
    job.failures = 0;
    job.systemStops = 0;
    job.enqueued = now.elapsed;
    job.notBefore.reset();
    // jobs.md §7.2: elapsed = now + max(0, wall − wall now); what is over is ready at once.
    if (job.notBeforeWall && *job.notBeforeWall > now.wall) {
        job.notBefore = now.elapsed + (*job.notBeforeWall - now.wall);
    } else {
        job.notBeforeWall.reset();
    }
    return job;
}

} // namespace stint
