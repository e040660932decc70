// Refusals of build(), in the app and in the daemon alike (jobs.md §1.1, §1.2), and the values that setters store.
#include "contract/rules/validation.hpp"

#include <doctest/doctest.h>
#include <functional>
#include <limits>

#include "contract/model/job_info.hpp"
#include "rules/kinds_of_job.hpp"

using namespace stint;

namespace {

using Change = std::function<void(Builder&)>;
constexpr Bytes unknown = JobInfo::NETWORK_BYTES_UNKNOWN;
constexpr std::int32_t any = JobInfo::NETWORK_TYPE_ANY;

// The id of the rule that is broken: what stands before the colon; "ok" where none is.
std::string ruleOf(const Builder& builder) {
    auto job = builder.build();
    if (job) return "ok";
    CHECK(job.error().code == Errc::ILLEGAL_ARGUMENT);
    return job.error().message.substr(0, job.error().message.find(':'));
}

ClipData clip() { return ClipData{.items = {{.path = "/photos/1.jpg", .file = nullptr}}}; }

PersistableBundle nested(int deep) {
    PersistableBundle bundle;
    for (int i = 0; i < deep; ++i)
        bundle = PersistableBundle{}.putPersistableBundle("in", std::move(bundle));
    return bundle;
}

NetworkRequest oneNetwork() { return NetworkRequest::Builder{}.setNetworkSpecifier("home").build(); }

} // namespace

TEST_CASE("a user-initiated job needs a network requirement, and then has priority MAX") { // jobs.md §11 example 1
    auto without = regular().setUserInitiated(true).build();
    REQUIRE_FALSE(without.ok());
    CHECK(without.error() == Error{Errc::ILLEGAL_ARGUMENT,
                                   "V12: a user-initiated job needs a network requirement; call "
                                   "setRequiredNetwork or setRequiredNetworkType"});
    auto with = transfer().build();
    REQUIRE(with.ok());
    CHECK(with->getPriority() == 500);
    CHECK(ruleOf(transfer().setRequiredNetworkType(JobInfo::NETWORK_TYPE_NONE)) == "V12");
    CHECK(ruleOf(transfer().setRequiredNetwork(std::nullopt)) == "V12");
    CHECK(ruleOf(regular().setUserInitiated(true).setRequiredNetwork(NetworkRequest::Builder{}.build())) == "ok");
}

TEST_CASE("a user-initiated job may carry every setter the seed allows") { // jobs.md §1.5, §11 example 3
    CHECK(ruleOf(transfer().setRequiresCharging(true).setRequiresBatteryNotLow(true).setRequiresStorageNotLow(true)) ==
          "ok");
    CHECK(ruleOf(transfer()
                     .setEstimatedNetworkBytes(1_GB, 1_MB)
                     .setMinimumNetworkChunkBytes(1_MB)
                     .setBackoffCriteria(30s, JobInfo::BACKOFF_POLICY_LINEAR)
                     .setPersisted(true)
                     .setExtras(PersistableBundle{}.putString("label", "a film"))) == "ok");
    CHECK(ruleOf(transfer().setClipData(clip(), ClipData::FLAG_GRANT_READ_URI_PERMISSION)) == "ok");
    CHECK(ruleOf(transfer().setPersisted(true).setClipData(clip(), ClipData::FLAG_GRANT_READ_URI_PERMISSION)) ==
          "V8"); // example 3
}

TEST_CASE("each rule is broken on its far side and kept on its near one") { // jobs.md §1.1, §1.2
    struct Row {
        std::string_view rule;
        Builder builder;
    };
    const Bytes largest = std::numeric_limits<Bytes>::max();
    auto online = [] { return regular().setRequiredNetworkType(any); };
    // clang-format off
    const Row rows[] = {
        {"service", Builder{JobId{7}, ""}},
        {"service", Builder{JobId{7}, {"", "a/b"}}},
        {"service", Builder{JobId{7}, {"a/b", "Jobs"}}},
        {"ok",  regular()},
        // V2: bytes without a network requirement.
        {"V2",  regular().setEstimatedNetworkBytes(1000, 0)}, // §11 example 6
        {"V2",  regular().setEstimatedNetworkBytes(unknown, 1)},
        {"V2",  regular().setMinimumNetworkChunkBytes(1)},
        {"ok",  regular().setEstimatedNetworkBytes(0, 0)},
        {"ok",  regular().setEstimatedNetworkBytes(-5, 0)}, // V3 is checked only where there is a network requirement
        // V3: an estimate that is neither -1 nor >= 0.
        {"V3",  online().setEstimatedNetworkBytes(-2, 0)},
        {"V3",  online().setEstimatedNetworkBytes(0, -2)},
        {"ok",  online().setEstimatedNetworkBytes(unknown, unknown)},
        {"ok",  online().setEstimatedNetworkBytes(0, 0)},
        {"ok",  online().setEstimatedNetworkBytes(largest, largest)},
        // V4: the chunk against what is known of the payload.
        {"V4",  online().setEstimatedNetworkBytes(1000, unknown).setMinimumNetworkChunkBytes(2000)}, // §11 example 6
        {"V4",  online().setEstimatedNetworkBytes(1000, unknown).setMinimumNetworkChunkBytes(1001)},
        {"ok",  online().setEstimatedNetworkBytes(1000, unknown).setMinimumNetworkChunkBytes(1000)},
        {"ok",  online().setEstimatedNetworkBytes(unknown, 1000).setMinimumNetworkChunkBytes(1000)},
        {"ok",  online().setEstimatedNetworkBytes(600, 400).setMinimumNetworkChunkBytes(1000)},
        {"V4",  online().setEstimatedNetworkBytes(600, 399).setMinimumNetworkChunkBytes(1000)},
        {"V4",  online().setEstimatedNetworkBytes(0, 0).setMinimumNetworkChunkBytes(1)},
        {"ok",  online().setEstimatedNetworkBytes(largest, largest).setMinimumNetworkChunkBytes(largest)},
        {"ok",  online().setMinimumNetworkChunkBytes(largest)}, // all unknown: no check
        {"ok",  online().setMinimumNetworkChunkBytes(unknown)},
        // V8: what a persisted job cannot keep.
        {"V8",  regular().setPersisted(true).setRequiredNetwork(oneNetwork())},
        {"V8",  regular().setPersisted(true).setClipData(clip(), 0)},
        {"V8",  regular().setPersisted(true).setClipData(ClipData{}, 0)},
        {"ok",  regular().setRequiredNetwork(oneNetwork())},
        {"ok",  regular().setPersisted(true).setClipData(std::nullopt, 0)},
        // V9: priorities.
        {"V9",  regular().setPriority(JobInfo::PRIORITY_MAX)},
        {"V9",  regular().setPriority(250)},
        {"V9",  regular().setPriority(0)},
        {"ok",  regular().setPriority(JobInfo::PRIORITY_HIGH)},
        {"ok",  regular().setPriority(JobInfo::PRIORITY_MIN)},
        // V12: a user-initiated job's priority is MAX.
        {"V12", transfer().setPriority(JobInfo::PRIORITY_HIGH)}, // §1.2 note (b)
        {"V12", transfer().setPriority(JobInfo::PRIORITY_DEFAULT)},
        {"ok",  transfer().setPriority(JobInfo::PRIORITY_MAX)},
        {"ok",  regular().setPriority(JobInfo::PRIORITY_MAX).setUserInitiated(true).setRequiredNetworkType(any)},
        {"V12", regular().setPriority(JobInfo::PRIORITY_LOW).setUserInitiated(true).setRequiredNetworkType(any)},
        // Refusals of the setters themselves.
        {"V4",  online().setMinimumNetworkChunkBytes(0)}, // §11 example 6
        {"V4",  online().setMinimumNetworkChunkBytes(-2)},
        {"setRequiredNetworkType", regular().setRequiredNetworkType(5)},
        {"setRequiredNetworkType", regular().setRequiredNetworkType(-1)},
        {"setBackoffCriteria", regular().setBackoffCriteria(30s, 2)},
        // §12.9: extras.
        {"ok",     regular().setExtras(nested(10))},
        {"extras", regular().setExtras(nested(11))},
        {"ok",     regular().setExtras(PersistableBundle{}.putString("k", std::string(65'535, 'x')))},
        {"extras", regular().setExtras(PersistableBundle{}.putString("k", std::string(65'536, 'x')))},
        {"extras", regular().setExtras(PersistableBundle{}.putInt(std::string(65'533, 'k'), 1))},
        {"extras", regular().setExtras(PersistableBundle{}.putStringArray("k", {std::string(40'000, 'x'), std::string(40'000, 'x')}))},
        {"extras", regular().setExtras(PersistableBundle{}.put("k", BundleValue{std::vector<std::int64_t>(8'192)}))},
        {"ok",     regular().setExtras(PersistableBundle{}.put("k", BundleValue{std::vector<bool>(8'192)}))},
        {"extras", regular().setExtras(PersistableBundle{}.putPersistableBundle("k", PersistableBundle{}.putString("", std::string(65'536, 'x'))))},
    };
    // clang-format on
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        CAPTURE(i);
        CHECK(ruleOf(rows[i].builder) == rows[i].rule);
    }
}

TEST_CASE("the first broken rule of the documentation's order names the error") {          // jobs.md §1.2
    auto job = regular().setUserInitiated(true).setPersisted(true).setClipData(clip(), 0); // V8 and V12
    CHECK(ruleOf(job) == "V8");
    CHECK(ruleOf(Builder{job}.setEstimatedNetworkBytes(1)) == "V2");
    CHECK(ruleOf(regular().setPriority(500).setExtras(nested(11))) == "V9");
}

TEST_CASE("how wide a window must be is the policy's word") { // jobs.md §0 min_time_window, §1.2 V10
    const auto window = [](Duration wide, Duration narrowest) {
        auto builder = regular().setRequiresCharging(true).setMinimumLatency(1h).setOverrideDeadline(1h + wide);
        Constants policy;
        policy.minTimeWindow = narrowest;
        return !brokenRule(*JobInfoAccess::requested(builder), policy);
    };
    CHECK(window(15min, 15min));
    CHECK_FALSE(window(15min - 1ms, 15min));
    CHECK(window(1min, 1min));
    CHECK_FALSE(window(59min, 1h));
    CHECK(window(0min, 0min));
    CHECK_FALSE(window(-1ms, 0min));
}

TEST_CASE("a setter's complaint stands, even if the setter is called again with what is right") { // jobs.md §1.1
    auto builder = transfer().setMinimumNetworkChunkBytes(0).setMinimumNetworkChunkBytes(1000);
    CHECK(ruleOf(builder) == "V4");
    CHECK(ruleOf(regular().setRequiredNetworkType(9).setPriority(250)) == "setRequiredNetworkType"); // the first one
}

TEST_CASE("user-initiated raises a DEFAULT priority and puts it back") { // jobs.md §1.1, §1.2 note (a)
    CHECK(transfer().build()->getPriority() == JobInfo::PRIORITY_MAX);
    CHECK(regular().setPriority(300).setUserInitiated(true).setRequiredNetworkType(any).build()->getPriority() == 500);
    CHECK(transfer().setUserInitiated(false).build()->getPriority() == JobInfo::PRIORITY_DEFAULT);
    CHECK(transfer().setPriority(200).setUserInitiated(false).build()->getPriority() == JobInfo::PRIORITY_LOW);
    // It was never on, so there is nothing to put back: MAX stays, and is refused.
    CHECK(ruleOf(regular().setPriority(500).setUserInitiated(false)) == "V9");
}

TEST_CASE("a first back-off below ten seconds is raised to them") { // jobs.md §1.1, §11 example 4
    auto backoff = [](Duration initial) {
        return regular().setBackoffCriteria(initial, JobInfo::BACKOFF_POLICY_LINEAR).build()->getInitialBackoff();
    };
    CHECK(backoff(1s) == 10s);
    CHECK(backoff(9999ms) == 10s);
    CHECK(backoff(10s) == 10s);
    CHECK(backoff(-5s) == 10s);
    CHECK(backoff(7h) == 7h);
}

TEST_CASE("a job without a back-off of its own has 30 s, exponential") { // jobs.md §0, §1.1
    auto job = regular().build();
    CHECK(job->getInitialBackoff() == 30s);
    CHECK(job->getBackoffPolicy() == JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    CHECK_FALSE(job->hasExplicitBackoff());
    CHECK(regular().setBackoffCriteria(30s, JobInfo::BACKOFF_POLICY_EXPONENTIAL).build()->hasExplicitBackoff());
}

TEST_CASE("a network type expands to a request and maps back to itself") { // jobs.md §1.3
    struct Row {
        std::int32_t type;
        std::set<NetworkCapability> capabilities;
        std::set<NetworkTransport> transports;
    };
    // clang-format off
    for (auto& r : {Row{1, {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_TRUSTED},             {}},
                    Row{2, {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_TRUSTED, NET_CAPABILITY_NOT_METERED}, {}},
                    Row{3, {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_TRUSTED, NET_CAPABILITY_NOT_ROAMING}, {}},
                    Row{4, {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_TRUSTED},             {TRANSPORT_CELLULAR}}}) {
        // clang-format on
        CAPTURE(r.type);
        auto job = regular().setRequiredNetworkType(r.type).build();
        REQUIRE(job->getRequiredNetwork());
        CHECK(job->getRequiredNetwork()->getCapabilities() == r.capabilities);
        CHECK(job->getRequiredNetwork()->getTransportTypes() == r.transports);
        CHECK(job->getNetworkType() == r.type);
    }
    CHECK(regular().build()->getNetworkType() == JobInfo::NETWORK_TYPE_NONE);
}

TEST_CASE("a request of one's own maps back to the nearest network type") { // jobs.md §1.3
    auto typeOf = [](NetworkRequest::Builder& request) {
        return regular().setRequiredNetwork(request.build()).build()->getNetworkType();
    };
    NetworkRequest::Builder request;
    CHECK(typeOf(request) == JobInfo::NETWORK_TYPE_ANY);
    CHECK(typeOf(request.addTransportType(TRANSPORT_CELLULAR)) == JobInfo::NETWORK_TYPE_CELLULAR);
    CHECK(typeOf(request.addCapability(NET_CAPABILITY_NOT_ROAMING)) == JobInfo::NETWORK_TYPE_NOT_ROAMING);
    CHECK(typeOf(request.addCapability(NET_CAPABILITY_NOT_METERED)) == JobInfo::NETWORK_TYPE_UNMETERED);
}

TEST_CASE("the last network requirement replaces the one before it") { // jobs.md §1.1
    auto job = regular().setRequiredNetworkType(2).setRequiredNetworkType(4).build();
    CHECK(job->getNetworkType() == JobInfo::NETWORK_TYPE_CELLULAR);
    CHECK_FALSE(regular().setRequiredNetworkType(2).setRequiredNetworkType(0).build()->getRequiredNetwork());
}

TEST_CASE("jobs are equal when every field is, and never with clip data") { // jobs.md §2.5
    const JobInfo plain = *transfer().build();
    CHECK(plain == *transfer().build());
    CHECK(plain == *Builder{plain}.build());
    const std::vector<Change> changes{
        [](Builder& b) { b.setUserInitiated(false); },
        [](Builder& b) { b.setRequiredNetworkType(2); },
        [](Builder& b) { b.setEstimatedNetworkBytes(1); },
        [](Builder& b) { b.setEstimatedNetworkBytes(unknown, 1); },
        [](Builder& b) { b.setMinimumNetworkChunkBytes(1); },
        [](Builder& b) { b.setBackoffCriteria(30s, JobInfo::BACKOFF_POLICY_EXPONENTIAL); },
        [](Builder& b) { b.setPersisted(true); },
        [](Builder& b) { b.setRequiresBatteryNotLow(true); },
        [](Builder& b) { b.setRequiresCharging(true); },
        [](Builder& b) { b.setRequiresStorageNotLow(true); },
        [](Builder& b) { b.setExtras(PersistableBundle{}.putInt("i", 1)); },
        [](Builder& b) { b.setClipData(clip(), 0); },
    };
    for (const Change& change : changes) {
        Builder builder{plain};
        change(builder);
        auto changed = builder.build();
        REQUIRE(changed.ok());
        CHECK_FALSE(plain == *changed);
    }
    CHECK_FALSE(*Builder{JobId{8}, "Jobs"}.build() == *Builder{JobId{7}, "Jobs"}.build());
    CHECK_FALSE(*Builder{JobId{7}, "Jobs"}.build() == *Builder{JobId{7}, "Others"}.build());
    const JobInfo clipped = *transfer().setClipData(clip(), 0).build();
    CHECK_FALSE(clipped == clipped);
}
