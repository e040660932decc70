// The rest before a retry (jobs.md §6.2), and what each way to end counts as (§6.3).
#include <doctest/doctest.h>

#include "contract/rules/ending.hpp"
#include "contract/rules/kind.hpp"

using namespace stint;

namespace {

JobInfo info(Duration initial, std::int32_t policy) {
    return *JobInfo::Builder(1, "Jobs").setBackoffCriteria(initial, policy).build();
}

Job userInitiated() {
    auto built =
        JobInfo::Builder(1, "Jobs").setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY).setUserInitiated(true).build();
    return {.key = {AppId{"com.example.mail"}, "", JobId{1}}, .info = *built};
}

} // namespace

TEST_CASE("exponential back-off doubles up to five hours") { // §6.2, §11 example 32
    const JobInfo job = info(30s, JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    const Duration expected[] = {0s, 30s, 1min, 2min, 4min, 8min, 16min, 32min, 64min, 128min, 256min, 300min, 300min};
    for (std::int64_t attempt = 0; attempt < std::ssize(expected); ++attempt)
        CHECK(backoffDelay(job, attempt, false, {}) == expected[attempt]);
    CHECK(backoffDelay(job, 1'000'000, false, {}) == 5h);
}

TEST_CASE("linear back-off grows by its initial delay up to five hours") { // §6.2, §11 example 33
    const JobInfo job = info(10min, JobInfo::BACKOFF_POLICY_LINEAR);
    CHECK(backoffDelay(job, 1, false, {}) == 10min);
    CHECK(backoffDelay(job, 3, false, {}) == 30min);
    CHECK(backoffDelay(job, 30, false, {}) == 5h);
    CHECK(backoffDelay(job, 1'000'000'000, false, {}) == 5h);
    const JobInfo slow = info(2h, JobInfo::BACKOFF_POLICY_LINEAR);
    CHECK(backoffDelay(slow, 2, false, {}) == 4h);
    CHECK(backoffDelay(slow, 3, false, {}) == 5h);
}

TEST_CASE("a job that asks for no back-off has the policy's") { // jobs.md §0, §6.2
    const JobInfo asksForNone = *JobInfo::Builder(1, "Jobs").build();
    CHECK(backoffDelay(asksForNone, 3, false, {}) == 2min);
    Constants policy;
    policy.defaultBackoff = 1min;
    CHECK(backoffDelay(asksForNone, 3, false, policy) == 4min);
    policy.defaultBackoffPolicy = JobInfo::BACKOFF_POLICY_LINEAR;
    CHECK(backoffDelay(asksForNone, 3, false, policy) == 3min);
    CHECK(backoffDelay(info(30s, JobInfo::BACKOFF_POLICY_EXPONENTIAL), 3, false, policy) == 2min); // its own
    policy.minBackoff = 2min;
    CHECK(backoffDelay(asksForNone, 3, false, policy) == 6min);
}

TEST_CASE("three system stops count as one failure") { // §6.2, §11 example 34
    CHECK(attempts(1, 5, {}) == 2);
    CHECK(attempts(1, 6, {}) == 3);
    CHECK(attempts(0, 2, {}) == 0);
}

TEST_CASE("each way to end counts as the table says") { // §6.3
    struct Row {
        End end;
        Ending ending;
        int failures, stops;
    };
    // clang-format off
    const Row rows[] = {
        {End::FinishedForRetry, {},                                                               1, 0},
        {End::StopRetry,        {STOP_REASON_TIMEOUT, InternalReason::Timeout},                   1, 0},
        {End::StopRetry,        {STOP_REASON_DEVICE_STATE, InternalReason::Timeout},               1, 0},
        {End::StopRetry,        {STOP_REASON_DEVICE_STATE, InternalReason::Preempt},               0, 1},
        {End::StopRetry,        {STOP_REASON_CONSTRAINT_CONNECTIVITY, InternalReason::Constraints}, 0, 1},
        {End::StopSilent,       {STOP_REASON_CONSTRAINT_CONNECTIVITY, InternalReason::Constraints}, 0, 1},
        {End::BindTimeout,      {},                                                               1, 0},
        {End::BindRefused,      {},                                                               0, 0},
        {End::NoNotification,   {},                                                               1, 0},
        {End::Lost,             {},                                                               0, 1},
        {End::UserStop,         {STOP_REASON_USER, InternalReason::UserUiStop},                   1, 0},
    };
    // clang-format on
    for (const Row& row : rows) {
        const Job job = retried(userInitiated(), row.end, row.ending, {}, {});
        CHECK(job.failures == row.failures);
        CHECK(job.systemStops == row.stops);
    }
}

TEST_CASE("a stop by the user demotes the job for its next run") { // §6.6
    const Job job = retried(userInitiated(), End::StopRetry, {STOP_REASON_USER, InternalReason::Unknown}, {}, {});
    CHECK(job.demotedByUser);
    CHECK(kindOf(job) == JobClass::Regular);
    CHECK(effectivePriority(job) == JobInfo::PRIORITY_HIGH);
}

TEST_CASE("what is not user-initiated loses priority with its failures") { // §1.4
    Job job = userInitiated();
    job.failures = 9;
    CHECK(effectivePriority(job) == JobInfo::PRIORITY_MAX);
    job.demotedBySystem = true;
    job.failures = 0;
    for (const std::int32_t expected : {400, 400, 300, 300, 200, 200, 100, 100}) {
        CHECK(effectivePriority(job) == expected);
        ++job.failures;
    }
}

TEST_CASE("an expedited job has its own priority, and is HIGH from its second failure on") { // §1.4
    Job job = userInitiated();
    job.info = *JobInfo::Builder(1, "Jobs").setExpedited(true).build();
    for (const std::int32_t expected : {500, 500, 400, 400, 400, 400, 400}) {
        CHECK(effectivePriority(job) == expected);
        ++job.failures;
    }
}

TEST_CASE("whether a job is tried again follows from how its run ended") { // §4.1, §4.2, §5.4
    using enum End;
    for (const End end : {FinishedForRetry, StopRetry, StopSilent, BindTimeout, BindRefused, NoNotification, Lost})
        CHECK(retries(end, JobClass::UserInitiated));
    for (const End end : {Finished, StopDrop, StartSilent, UserStop})
        CHECK_FALSE(retries(end, JobClass::UserInitiated));
    CHECK(retries(UserStop, JobClass::Regular));
}
