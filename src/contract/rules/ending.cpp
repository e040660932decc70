#include "contract/rules/ending.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/model/reasons.hpp"
#include "contract/rules/job_clocks.hpp"
#include "contract/rules/kind.hpp"

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

namespace {

void countUp(std::int16_t& attempts) {
    if (attempts < mostAttempts) ++attempts;
}

enum class Counts { Failure, SystemStop, Nothing };

bool countsAsFailure(Ending ending) {
    return ending.reason == STOP_REASON_USER || ending.internal == InternalReason::Timeout ||
           ending.internal == InternalReason::TimeoutAbandoned;
}

// jobs.md §6.3, the table.
Counts countsAs(End end, Ending ending) {
    if (ending.internal == InternalReason::Held) return Counts::Nothing;    // jobs.md §14.2
    if (ending.internal == InternalReason::Asleep) return Counts::Nothing;  // limits.md §13
    if (ending.internal == InternalReason::Guarded) return Counts::Nothing; // jobs.md §14.5
    switch (end) {
    case End::FinishedForRetry:
    case End::BindTimeout:
    case End::NoNotification:
    case End::UserStop:
        return Counts::Failure;
    case End::StopRetry:
    case End::StopDrop:
    case End::StopSilent:
    case End::Lost: // a stop keeps its own class, whether or not the app lives to answer it
        return countsAsFailure(ending) ? Counts::Failure : Counts::SystemStop;
    case End::Finished:
    case End::StartSilent:
    case End::Killed:
    case End::BindRefused:
        return Counts::Nothing;
    }
    return Counts::Nothing;
}

void restUntilTried(Job& job, Now now, Duration delay) {
    setNotBefore(job, delay > Duration{0} ? std::optional(now.elapsed + delay) : std::nullopt, now);
    setDeadline(job, std::nullopt, now); // jobs.md §6.1: a retry has none
    job.enqueued = now.elapsed;          // jobs.md §3.4: a retry goes to the end of the queue
}

} // namespace

Ending endingOf(End end, const std::optional<Ending>& given) {
    switch (end) {
    case End::Finished:
    case End::FinishedForRetry:
        return {STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish};
    case End::BindTimeout:
    case End::StartSilent:
    case End::NoNotification:
        return {STOP_REASON_UNDEFINED, InternalReason::Anr};
    case End::UserStop:
        return {STOP_REASON_USER, InternalReason::UserUiStop};
    case End::StopRetry:
    case End::StopDrop:
    case End::StopSilent:
    case End::BindRefused:
    case End::Killed:
    case End::Lost:
        return given.value_or(Ending{});
    }
    return {};
}

bool retries(End end, JobClass ranAs) {
    switch (end) {
    case End::Finished:
    case End::StopDrop:
    case End::Killed:
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
    JobDetails& past = job.details.edit();
    past.lastFailure = now.wall;
    if (counts == Counts::Failure) countUp(job.failures);
    if (counts == Counts::SystemStop) countUp(job.systemStops);
    if (ending.internal == InternalReason::TimeoutAbandoned) ++past.abandoned;
    // jobs.md §6.4: a run stopped for its length costs the exemption, but not a user-initiated job's.
    const bool forLength = ending.internal == InternalReason::Timeout || ending.internal == InternalReason::Preempt ||
                           ending.internal == InternalReason::TimeoutAbandoned;
    if (forLength && kindOf(job) != JobClass::UserInitiated) job.exemptionLost = true;
    // jobs.md §6.6: demoted for the next run, never for the one in progress.
    if (ending.reason == STOP_REASON_USER && ending.internal != InternalReason::Held) job.demotedByUser = true;
    if (kindOf(job) == JobClass::UserInitiated && past.cumulative >= constants.uiCumulativeLimit) {
        job.demotedBySystem = true;
    }
    // PROPOSAL: jobs.md §4.1 does not count a service that cannot be bound; it rests as after one attempt all the same,
    // or it would be tried without end.
    const auto tries = attempts(job.failures, job.systemStops, constants);
    const auto least = end == End::BindRefused ? 1 : 0;
    const bool aggressive = past.abandoned > constants.abandonedBeforeAggressive; // jobs.md §6.4
    restUntilTried(job, now, backoffDelay(job.info, std::max<std::int64_t>(tries, least), aggressive, constants));
    for (WorkItem& item : past.work)
        item.active = false; // handed out again, with one more delivery
    return job;
}

namespace {

// jobs.md §6.5, §6.3: a run that is not tried again resets the counters.
Job begunAnew(Job job, Now now) {
    job.failures = 0;
    job.systemStops = 0;
    job.details.edit().abandoned = 0;
    job.details.edit().cumulative = Duration{0};
    job.details.edit().lastSuccess = now.wall;
    job.enqueued = now.elapsed;
    return job;
}

} // namespace

Job nextPeriod(Job job, Now now, const Constants& constants) {
    STINT_CHECK(job.info.isPeriodic());
    const Instant latest = job.details->windowEnd.value_or(now.elapsed);
    setWindow(job, nextWindow(*job.info.getPeriod(), latest, now.elapsed, constants), now);
    return begunAnew(std::move(job), now);
}

Job afterItsTime(Job job, Now now) {
    setNotBefore(job, std::nullopt, now);
    return begunAnew(std::move(job), now);
}

bool endWasTold(const Job& job) { return job.running && !job.details->runBegan; }

void forgetRun(JobDetails& details) {
    details.runBegan.reset();
    details.runSoFar = {};
}

Job afterLostDaemon(Job job, Now now, const Constants& constants) {
    if (endWasTold(job)) {
        restUntilTried(job, now, Duration{0});
        for (WorkItem& item : job.details.edit().work)
            item.active = false;
        return job;
    }
    return retried(std::move(job), End::Lost, {}, now, constants);
}

namespace {

/// The bytes of an extra that are kept at most.
constexpr std::size_t longestKept = 2048;

std::string extra(const Job& job, std::string_view key) {
    std::string text = job.info.getExtras().getString(key);
    cut(text, longestKept);
    return text;
}

} // namespace

bool succeeded(const PastRun& run) {
    return run.ending.internal == InternalReason::SuccessfulFinish && run.outcome.exitCode == 0;
}

bool goesOnFrom(const PastRun& last) { return last.began && !succeeded(last); }

void goOnFrom(PastRun& past, const PastRun& last) {
    if (!goesOnFrom(last)) return;
    past.transferredDown = last.transferredDown;
    past.transferredUp = last.transferredUp;
    past.resumedAt = std::max(last.transferredDown, last.transferredUp);
    past.estimatedDown = last.estimatedDown;
    past.estimatedUp = last.estimatedUp;
    past.moved = last.moved;
    past.runs = last.runs;
    past.firstBegan = last.firstBegan;
}

void countTogether(PastRun& past, const PastRun& last, const Run& run) {
    const Bytes down = past.transferredDown, up = past.transferredUp;
    goOnFrom(past, last);
    const Bytes before = past.resumedAt; // 0: nothing was
    if (run.estimatedDown != NETWORK_BYTES_UNKNOWN) past.estimatedDown = run.estimatedDown;
    if (run.estimatedUp != NETWORK_BYTES_UNKNOWN) past.estimatedUp = run.estimatedUp;
    if (!run.resumedAt) return;
    past.transferredDown = down;
    past.transferredUp = up;
    past.resumedAt = *run.resumedAt;
    const auto add = [&past](Bytes bytes, const std::optional<WallTime>& began, bool isCounted) {
        if (bytes <= 0) return;
        past.moved += bytes;
        if (isCounted) return;
        ++past.runs;
        if (!past.firstBegan) past.firstBegan = began;
    };
    // The run whose end nobody saw has moved what is there beyond what is known of it.
    if (last.atLeast && goesOnFrom(last)) add(past.resumedAt - before, last.began, before > last.resumedAt);
    add(run.gained, past.began, false);
}

std::int32_t timeoutsAfter(std::int32_t before, const Ending& ending) {
    if (ending.internal == InternalReason::SuccessfulFinish) return 0;
    const bool timeUp = ending.reason == STOP_REASON_TIMEOUT || ending.reason == STOP_REASON_TIMEOUT_ABANDONED ||
                        ending.reason == STOP_REASON_QUOTA;
    return timeUp ? before + 1 : before;
}

std::string endingText(const PastRun& run) {
    if (!run.outcome.text.empty()) return run.outcome.text;
    if (run.ending.internal == InternalReason::Anr) return "its app did not answer in time";
    if (run.ending.internal != InternalReason::SuccessfulFinish)
        return fmt::format("{} ({})", meaningOf(run.ending.reason), nameOf(run.ending.reason));
    return run.outcome.exitCode == 0 ? "done" : fmt::format("failed with exit code {}", run.outcome.exitCode);
}

Completed completedBy(const Job& job, PastRun run) {
    Completed completed;
    static_cast<PastRun&>(completed) = std::move(run);
    completed.key = job.key;
    completed.label = job.details->label;
    completed.url = withoutSecrets(extra(job, "url"));
    completed.path = extra(job, "output");
    if (completed.path.empty()) completed.path = extra(job, "source");
    return completed;
}

} // namespace stint
