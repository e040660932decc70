// Requests that are allowed (jobs.md §10, kinds and constraints; §1.5, the column "work layer").
#include <doctest/doctest.h>

#include <chrono>

#include "work/engine/job_of.hpp"

namespace stint::work {

using namespace std::chrono_literals;
using OneTime = OneTimeWorkRequest::Builder;
using Periodic = PeriodicWorkRequest::Builder;

namespace {

const WallTime aMoment{std::chrono::hours(24 * 365 * 50)};

template <class Built> std::string refusal(const Built& built) { return built.ok() ? "" : built.error().message; }

JobInfo jobFor(const WorkRequest& asked, Duration wait = Duration(0)) {
    Request request;
    request.spec = WorkRequestAccess::spec(asked);
    request.job = 5;
    request.notBefore = aMoment + request.spec.initialDelay + wait;
    auto job = jobOf(request, "WorkService", aMoment);
    REQUIRE_MESSAGE(job.ok(), refusal(job));
    return *job;
}

Constraints with(Constraints::Builder& (Constraints::Builder::*set)(bool)) {
    Constraints::Builder builder;
    return (builder.*set)(true).build();
}

Constraints watching(const std::string& path) {
    return Constraints::Builder().addContentUriTrigger(path, true).build();
}

Constraints onNetwork(NetworkType type) { return Constraints::Builder().setRequiredNetworkType(type).build(); }

} // namespace

TEST_CASE("a period of less than 15 minutes and a flex of less than 5 are raised") { // jobs.md §10, kinds
    //            interval flex   has interval, flex
    struct Row {
        Duration interval, flex, hasInterval, hasFlex;
    };
    // clang-format off
    for (auto& r : {Row{1min,  1min,  15min, 15min},
                    Row{15min, 4min,  15min, 5min},
                    Row{15min, 5min,  15min, 5min},
                    Row{1h,    2h,    1h,    1h},
                    Row{24h,   2h,    24h,   2h}}) {
        // clang-format on
        const auto period = *WorkRequestAccess::spec(*Periodic("W", r.interval, r.flex).build()).period;
        CHECK(period.interval == r.hasInterval);
        CHECK(period.flex == r.hasFlex);
    }
    CHECK(WorkRequestAccess::spec(*Periodic("W", 1h).build()).period->flex == 1h);
}

TEST_CASE("back-off is 30 s exponential, and between 10 s and 5 h") { // jobs.md §10, results
    const auto plain = WorkRequestAccess::spec(*OneTime("W").build());
    CHECK(plain.backoffDelay == 30s);
    CHECK(plain.backoffPolicy == BackoffPolicy::EXPONENTIAL);
    const auto set = [](Duration delay) {
        return WorkRequestAccess::spec(*OneTime("W").setBackoffCriteria(BackoffPolicy::LINEAR, delay).build())
            .backoffDelay;
    };
    CHECK(set(9s) == 10s);
    CHECK(set(11s) == 11s);
    CHECK(set(6h) == 5h);
}

TEST_CASE("a time beyond all time is far off, and not past") { // jobs.md §10
    constexpr Duration most = Duration::max();
    constexpr Duration faraway = 24h * 365 * 100;
    const auto kept = WorkRequestAccess::spec(*OneTime("W").keepResultsForAtLeast(most).build());
    CHECK(aMoment + kept.keepResults > aMoment + faraway);
    const auto late = WorkRequestAccess::spec(*OneTime("W").setInitialDelay(most).build());
    CHECK(aMoment + late.initialDelay > aMoment + faraway);
    CHECK(jobFor(*OneTime("W").setInitialDelay(most).build()).getMinimumLatency() > faraway);
    const auto rare = WorkRequestAccess::spec(*Periodic("W", most, most).build());
    CHECK(aMoment + rare.period->interval * 2 > aMoment + faraway);
    CHECK(rare.period->flex == rare.period->interval);
}

TEST_CASE("expedited work may require the network and storage not low, and nothing else") { // jobs.md §10, constraints
    const auto expedited = [](const Constraints& constraints) {
        return refusal(
            OneTime("W").setExpedited(OutOfQuotaPolicy::DROP_WORK_REQUEST).setConstraints(constraints).build());
    };
    const std::string only =
        "work of \"W\": expedited work may require the network and storage not low, and no more, not ";
    CHECK(expedited(onNetwork(NetworkType::UNMETERED)).empty());
    CHECK(expedited(with(&Constraints::Builder::setRequiresStorageNotLow)).empty());
    CHECK(expedited(with(&Constraints::Builder::setRequiresCharging)) == only + "charging");
    CHECK(expedited(with(&Constraints::Builder::setRequiresBatteryNotLow)) == only + "battery not low");
    CHECK(expedited(with(&Constraints::Builder::setRequiresDeviceIdle)) == only + "device idle");
    CHECK(expedited(watching("/tmp/x")) == only + "a content trigger");
    CHECK(refusal(OneTime("W").setExpedited(OutOfQuotaPolicy::DROP_WORK_REQUEST).setInitialDelay(1s).build()) ==
          only + "an initial delay");
}

TEST_CASE("device idle and back-off criteria do not go together") { // jobs.md §10, constraints
    const auto idle = with(&Constraints::Builder::setRequiresDeviceIdle);
    CHECK(OneTime("W").setConstraints(idle).build().ok());
    const auto both = OneTime("W").setConstraints(idle).setBackoffCriteria(BackoffPolicy::LINEAR, 1min).build();
    REQUIRE(!both.ok());
    CHECK(both.error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("a request without a worker's name, with a negative delay or a trigger without a path is refused") {
    CHECK(!OneTime("").build().ok());
    CHECK(!OneTime("W").setInitialDelay(-1ms).build().ok());
    CHECK(!OneTime("W").setConstraints(watching("")).build().ok());
    CHECK(!OneTime("W").setUserInitiated(true).build().ok()); // without a network
}

TEST_CASE("a choice that is none is refused: no file would be read with it") { // jobs.md §10, files
    const auto none = []<class Choice>(Choice) { return static_cast<Choice>(9); };
    CHECK(refusal(OneTime("W").setBackoffCriteria(none(BackoffPolicy()), 1min).build()) ==
          "work of \"W\": 9 is no back-off policy");
    CHECK(refusal(OneTime("W").setExpedited(none(OutOfQuotaPolicy())).build()) ==
          "work of \"W\": 9 is no out-of-quota policy");
    CHECK(refusal(OneTime("W").setInputMerger(none(InputMerger())).build()) == "work of \"W\": 9 is no input merger");
    CHECK(refusal(OneTime("W").setConstraints(onNetwork(none(NetworkType()))).build()) ==
          "work of \"W\": 9 is no network type");
}

// jobs.md §1.5, the column "work layer", row by row: what the job at the scheduler has of it.
TEST_CASE("addTriggerContentUri: work may watch, and its job does, and then does not outlive a boot") {
    const auto job = jobFor(*OneTime("W").setConstraints(watching("/tmp/x")).build());
    REQUIRE(job.getTriggerContentUris().size() == 1);
    CHECK(job.getTriggerContentUris().front().uri == "/tmp/x");
    CHECK(!job.isPersisted()); // V8
    const auto slow = Constraints::Builder()
                          .addContentUriTrigger("/tmp/x", false)
                          .setTriggerContentUpdateDelay(1min)
                          .setTriggerContentMaxDelay(1h)
                          .build();
    const auto slower = jobFor(*OneTime("W").setConstraints(slow).build());
    CHECK(slower.getTriggerContentUpdateDelay() == 1min);
    CHECK(slower.getTriggerContentMaxDelay() == 1h);
}

TEST_CASE("setBackoffCriteria: the job has the request's, but for one that waits for an idle device") {
    const auto job = jobFor(*OneTime("W").setBackoffCriteria(BackoffPolicy::LINEAR, 2min).build());
    CHECK(job.getInitialBackoff() == 2min);
    CHECK(job.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_LINEAR);
    const auto idle = jobFor(*OneTime("W").setConstraints(with(&Constraints::Builder::setRequiresDeviceIdle)).build());
    CHECK(idle.isRequireDeviceIdle());
    CHECK(!idle.hasExplicitBackoff());
}

TEST_CASE("what the work layer does not offer, its jobs never have: clip data, sizes, deadlines, prefetch, a period") {
    for (const auto& job : {jobFor(*OneTime("W").setConstraints(onNetwork(NetworkType::CONNECTED)).build()),
                            jobFor(*Periodic("W", 1h).build()),
                            jobFor(*OneTime("W").setExpedited(OutOfQuotaPolicy::DROP_WORK_REQUEST).build())}) {
        CHECK(!job.getClipData());
        CHECK(job.getEstimatedNetworkDownloadBytes() == NETWORK_BYTES_UNKNOWN);
        CHECK(job.getMinimumNetworkChunkBytes() == NETWORK_BYTES_UNKNOWN);
        CHECK(!job.getOverrideDeadline());
        CHECK(!job.isPrefetch());
        CHECK(!job.isPeriodic()); // each period is a job of its own
        CHECK(job.isPersisted()); // "always"
    }
}

TEST_CASE("setMinimumLatency: the initial delay, and what is left of a back-off") {
    CHECK(jobFor(*OneTime("W").setInitialDelay(10min).build()).getMinimumLatency() == 10min);
    CHECK(!jobFor(*OneTime("W").build()).getMinimumLatency());
    const auto retried = jobFor(*OneTime("W").setExpedited(OutOfQuotaPolicy::DROP_WORK_REQUEST).build(), 30s);
    CHECK(retried.getMinimumLatency() == 30s);
    CHECK(!retried.isExpedited()); // V11: what waits is no expedited job
}

TEST_CASE("setRequiredNetwork: each network type is the job's, and a request of its own is, too") {
    struct Row {
        NetworkType asked;
        std::int32_t has;
    };
    // clang-format off
    for (auto& r : {Row{NetworkType::NOT_REQUIRED, JobInfo::NETWORK_TYPE_NONE},
                    Row{NetworkType::CONNECTED,    JobInfo::NETWORK_TYPE_ANY},
                    Row{NetworkType::UNMETERED,    JobInfo::NETWORK_TYPE_UNMETERED},
                    Row{NetworkType::NOT_ROAMING,  JobInfo::NETWORK_TYPE_NOT_ROAMING},
                    Row{NetworkType::METERED,      JobInfo::NETWORK_TYPE_CELLULAR}})
        // clang-format on
        CHECK(jobFor(*OneTime("W").setConstraints(onNetwork(r.asked)).build()).getNetworkType() == r.has);
    const auto now = jobFor(*OneTime("W").setConstraints(onNetwork(NetworkType::TEMPORARILY_UNMETERED)).build());
    CHECK(now.getRequiredNetwork()->getCapabilities().contains(
        NetworkCapability::NET_CAPABILITY_TEMPORARILY_NOT_METERED));
    const auto wifi = NetworkRequest::Builder().addTransportType(NetworkTransport::TRANSPORT_WIFI).build();
    const auto own = Constraints::Builder().setRequiredNetworkRequest(wifi).build();
    CHECK(jobFor(*OneTime("W").setConstraints(own).build()).getRequiredNetwork() == wifi);
}

TEST_CASE("charging, battery not low, storage not low: the job requires them") {
    CHECK(jobFor(*OneTime("W").setConstraints(with(&Constraints::Builder::setRequiresCharging)).build())
              .isRequireCharging());
    CHECK(jobFor(*OneTime("W").setConstraints(with(&Constraints::Builder::setRequiresBatteryNotLow)).build())
              .isRequireBatteryNotLow());
    CHECK(jobFor(*OneTime("W").setConstraints(with(&Constraints::Builder::setRequiresStorageNotLow)).build())
              .isRequireStorageNotLow());
    const auto expedited = jobFor(*OneTime("W")
                                       .setExpedited(OutOfQuotaPolicy::DROP_WORK_REQUEST)
                                       .setConstraints(with(&Constraints::Builder::setRequiresStorageNotLow))
                                       .build());
    CHECK(expedited.isExpedited());
    CHECK(expedited.isRequireStorageNotLow());
}

TEST_CASE("a request has its worker's name as a tag, beside those that were given") { // jobs.md §10
    const auto request = OneTimeWorkRequest::Builder("Upload").addTag("photo").build();
    REQUIRE(request.ok());
    CHECK(request->getTags() == std::set<std::string>{"Upload", "photo"});
}

} // namespace stint::work
