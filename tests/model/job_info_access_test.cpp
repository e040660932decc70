// Values below the least allowed are raised: by the documentation's limits in the app, by the policy's in the core.
#include <doctest/doctest.h>

#include "contract/model/job_info.hpp"

using namespace stint;
using Period = JobInfo::Period;

namespace {

JobInfo requested(const JobInfo::Builder& builder) { return *JobInfoAccess::requested(builder); }

JobInfo::Builder job() { return {1, "Jobs"}; }

} // namespace

TEST_CASE("a period and its flex are raised to the policy's least") { // jobs.md §0, §1.1, §11 example 4
    struct Row {
        Period asked;
        Duration minPeriod, minFlex;
        std::int64_t percent;
        Period raised;
    };
    // clang-format off
    const Row rows[] = {
        {{1min, 1min},  15min, 5min, 5,   {15min, 5min}},
        {{10h, 1min},   15min, 5min, 5,   {10h, 30min}},
        {{2min, 2min},  1min,  10s,  5,   {2min, 2min}},
        {{2min, 1s},    1min,  10s,  5,   {2min, 10s}},
        {{30s, 1s},     1min,  10s,  50,  {1min, 30s}},
        {{2min, 1min},  1min,  5min, 5,   {2min, 2min}},   // a flex is never longer than its period
        {{1h, 2h},      1min,  1min, 100, {1h, 1h}},
        {{-1ms, -1ms},  1min,  1ms,  0,   {1min, 1ms}},
    };
    // clang-format on
    for (const Row& row : rows) {
        Constants policy;
        policy.minPeriod = row.minPeriod;
        policy.minFlex = row.minFlex;
        policy.minFlexPercent = row.percent;
        const auto asked = requested(job().setPeriodic(row.asked.interval, row.asked.flex));
        CHECK(*JobInfoAccess::adjusted(asked, policy).getPeriod() == row.raised);
    }
}

TEST_CASE("a back-off and the delays of a content trigger are raised to the policy's least") { // jobs.md §0, §1.1
    auto builder = job().setBackoffCriteria(1s, JobInfo::BACKOFF_POLICY_LINEAR);
    builder.setTriggerContentUpdateDelay(1ms).setTriggerContentMaxDelay(2ms);
    const auto asked = requested(builder);
    CHECK(asked.getInitialBackoff() == 1s);
    CHECK(asked.getTriggerContentUpdateDelay() == 1ms);

    auto info = JobInfoAccess::adjusted(asked, {});
    CHECK(info.getInitialBackoff() == 10s);
    CHECK(info.getTriggerContentUpdateDelay() == 500ms);
    CHECK(info.getTriggerContentMaxDelay() == 1s);

    Constants policy;
    policy.minBackoff = 1min;
    policy.minContentTriggerUpdateDelay = 1ms;
    policy.minContentTriggerMaxDelay = 3ms;
    info = JobInfoAccess::adjusted(asked, policy);
    CHECK(info.getInitialBackoff() == 1min);
    CHECK(info.getTriggerContentUpdateDelay() == 1ms);
    CHECK(info.getTriggerContentMaxDelay() == 3ms);
}

TEST_CASE("a delay that is unset stays so, whatever the least") { // jobs.md §1.1
    const auto info = JobInfoAccess::adjusted(requested(job().setTriggerContentUpdateDelay(-1ms)), {});
    CHECK_FALSE(info.getTriggerContentUpdateDelay().has_value());
}

TEST_CASE("a job that asks for enough is handed on, not copied") {
    const auto info = requested(job().setPeriodic(1h));
    const auto words = [](const JobInfo& job) { return &job.getService(); };
    CHECK(words(JobInfoAccess::adjusted(info, {})) == words(info));
    Constants policy;
    policy.minPeriod = 2h;
    CHECK(words(JobInfoAccess::adjusted(info, policy)) != words(info));
}

TEST_CASE("jobs are equal when the same comes of them") { // jobs.md §2.5
    const auto once = requested(job().setPeriodic(1min));
    const auto twice = requested(job().setPeriodic(2min));
    CHECK_FALSE(once == twice);
    CHECK(JobInfoAccess::adjusted(once, {}) == JobInfoAccess::adjusted(twice, {}));
}
