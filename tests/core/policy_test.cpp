// The core judges a job by its own policy, whatever the end that built it knew (jobs.md §0, §1.1, §1.2).
#include <doctest/doctest.h>

#include "contract/model/job_info.hpp"
#include "core/stage.hpp"

using namespace stint;

namespace {

/// Schedules a job that comes from the wire: nothing validated, nothing raised.
Reply asks(Stage& stage, const JobInfo::Builder& builder, std::optional<WorkItem> work = std::nullopt) {
    const auto info = *JobInfoAccess::requested(builder);
    return stage.ask(Schedule{.call = {1}, .app = mail, .info = info, .callerVisible = true, .work = std::move(work)});
}

} // namespace

TEST_CASE("a job made by hand is refused by the rule that it breaks") { // jobs.md §1.2
    Stage stage;
    const auto reply = asks(stage, stage.job(1).setUserInitiated(true));
    REQUIRE(reply.error);
    CHECK(reply.error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(reply.error->message.starts_with("V12"));
    CHECK_FALSE(stage.tracked(1));
    CHECK(stage.last(1, Trace::What::Refused).result == "IllegalArgumentException");
    CHECK(asks(stage, stage.job(1).setEstimatedNetworkBytes(5)).error->message.starts_with("V2"));
    CHECK(asks(stage, stage.job(1).setMinimumLatency(-2ms)).error->message.starts_with("V5"));
}

TEST_CASE("the policy's least window decides, and not the documentation's") { // jobs.md §0, §1.2 V10
    for (const Duration narrowest : {Duration{1min}, Duration{1h}}) {
        Constants policy;
        policy.minTimeWindow = narrowest;
        Stage stage{policy};
        const auto accepted = [&](Duration deadline) {
            return !asks(stage, stage.job(1).setRequiresCharging(true).setOverrideDeadline(deadline)).error;
        };
        CHECK(accepted(narrowest));
        CHECK_FALSE(accepted(narrowest - 1ms));
    }
}

TEST_CASE("the core shows a job as its policy raised it") { // jobs.md §0, §1.1
    Constants policy;
    policy.minPeriod = 1min;
    policy.minFlex = 10s;
    policy.minBackoff = 20s;
    Stage stage{policy};
    asks(stage, stage.job(1).setPeriodic(2min, 1s).setBackoffCriteria(1s, JobInfo::BACKOFF_POLICY_LINEAR));
    const JobInfo info = *stage.view(1)->info;
    CHECK(info.getPeriod() == JobInfo::Period{2min, 10s});
    CHECK(info.getInitialBackoff() == 20s);
    CHECK(stage.earliest(1) == Duration{1min + 50s});
}

TEST_CASE("an item joins the job that the same request made, though it was raised") { // jobs.md §2.5
    Stage stage;
    const auto job = stage.job(1).setRequiresCharging(true).setBackoffCriteria(1s, JobInfo::BACKOFF_POLICY_LINEAR);
    asks(stage, job, WorkItem{});
    asks(stage, job, WorkItem{});
    CHECK(stage.times(1, Trace::What::Scheduled).size() == 2);
    CHECK(stage.times(1, Trace::What::Replaced).empty());
}
