// Which kind of job may carry what (jobs.md §1.1, §1.2, §1.5; §11 examples 1 to 5).
#include <doctest/doctest.h>

#include "rules/carries.hpp"
#include "rules/validation.hpp"

using namespace stint;
using Builder = JobInfo::Builder;

namespace {

Builder regular() { return {1, "Jobs"}; }
Builder expedited() { return regular().setExpedited(true); }
Builder transfer() { return regular().setUserInitiated(true).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY); }

/// The rule that the job breaks: "V12"; empty: none.
std::string broken(const Builder& builder) {
    const auto job = builder.build();
    if (job) return "";
    return job.error().message.substr(0, job.error().message.find(':'));
}

} // namespace

TEST_CASE("each kind of job carries exactly what the table says") { // §1.5
    struct Row {
        const char* method;
        void (*set)(Builder&);
    };
    // clang-format off
    const Row rows[] = {
        {"addTriggerContentUri",        [](Builder& b) { b.addTriggerContentUri({"/photos"}); }},
        {"setBackoffCriteria",          [](Builder& b) { b.setBackoffCriteria(1min, JobInfo::BACKOFF_POLICY_LINEAR); }},
        {"setClipData",                 [](Builder& b) { b.setClipData(ClipData{}, 0); }},
        {"setEstimatedNetworkBytes",    [](Builder& b) { b.setRequiredNetworkType(1).setEstimatedNetworkBytes(1000); }},
        {"setMinimumLatency",           [](Builder& b) { b.setMinimumLatency(0s); }}, // even 0 is a latency
        {"setMinimumNetworkChunkBytes", [](Builder& b) { b.setRequiredNetworkType(1).setMinimumNetworkChunkBytes(10); }},
        {"setNamespace",                [](Builder&) {}},
        {"setOverrideDeadline",         [](Builder& b) { b.setOverrideDeadline(1h); }},
        {"setPeriodic",                 [](Builder& b) { b.setPeriodic(1h); }},
        {"setPersisted",                [](Builder& b) { b.setPersisted(true); }},
        {"setPrefetch",                 [](Builder& b) { b.setPrefetch(true); }},
        {"setRequiredNetwork",          [](Builder& b) { b.setRequiredNetwork(NetworkRequest::Builder().build()); }},
        {"setRequiredNetworkType",      [](Builder& b) { b.setRequiredNetworkType(1); }},
        {"setRequiresBatteryNotLow",    [](Builder& b) { b.setRequiresBatteryNotLow(true); }},
        {"setRequiresCharging",         [](Builder& b) { b.setRequiresCharging(true); }},
        {"setRequiresDeviceIdle",       [](Builder& b) { b.setRequiresDeviceIdle(true); }},
        {"setRequiresStorageNotLow",    [](Builder& b) { b.setRequiresStorageNotLow(true); }},
    };
    // clang-format on
    REQUIRE(std::size(rows) == carriesTable().size());
    for (std::size_t n = 0; n < std::size(rows); ++n) {
        const Carries& table = carriesTable()[n];
        CAPTURE(table.method);
        CHECK(table.method == rows[n].method);
        const auto brokenBy = [&](Builder builder) {
            rows[n].set(builder);
            return broken(builder);
        };
        CHECK(brokenBy(regular()) == "");
        CHECK(brokenBy(expedited()) == (table.expedited ? "" : "V11"));
        CHECK(brokenBy(transfer()) == (table.userInitiated ? "" : "V12"));
    }
}

TEST_CASE("the first broken rule names the error") { // §1.2
    struct Row {
        const char* rule;
        Builder builder;
    };
    const ClipData clip{};
    const auto latency = [](Duration d) { return regular().setMinimumLatency(d); };
    // clang-format off
    const Row rows[] = {
        {"V1",  regular().setRequiresDeviceIdle(true).setBackoffCriteria(1min, 0)},
        {"V5",  latency(-1ms)},
        {"V5",  regular().setOverrideDeadline(-1ms)},
        {"V6",  regular().setPeriodic(1h).setOverrideDeadline(1h)},
        {"V6",  regular().setPeriodic(1h).setMinimumLatency(1s)},
        {"V6",  regular().setPeriodic(1h).addTriggerContentUri({"/x"})},
        {"V7",  regular().setPrefetch(true).setOverrideDeadline(1h)},
        {"V8",  regular().setPersisted(true).addTriggerContentUri({"/x"})},
        {"V8",  regular().setPersisted(true).setTransientExtras(PersistableBundle().putInt("n", 1))},
        {"V8",  transfer().setPersisted(true).setClipData(clip, 0)},
        {"V9",  regular().setPriority(JobInfo::PRIORITY_MAX)},
        {"V9",  regular().setPrefetch(true).setPriority(JobInfo::PRIORITY_HIGH)},
        {"V9",  regular().setPeriodic(1h).setPriority(JobInfo::PRIORITY_HIGH)},
        {"V10", regular().setRequiredNetworkType(1).setOverrideDeadline(10min)},
        {"V10", latency(50min).setOverrideDeadline(60min).setRequiresCharging(true)},
        {"",    regular().setOverrideDeadline(10min)},          // no functional constraint: only warned about
        {"",    regular().setRequiredNetworkType(1).setOverrideDeadline(15min)},
        {"V11", expedited().setUserInitiated(true).setRequiredNetworkType(1)},
        {"V11", expedited().setPriority(JobInfo::PRIORITY_DEFAULT)},
        {"",    expedited().setPriority(JobInfo::PRIORITY_HIGH)},
        {"V12", regular().setUserInitiated(true)},
        {"V12", transfer().setPriority(JobInfo::PRIORITY_HIGH)},
        {"V13", regular().addDebugTag("  ")},
        {"V13", regular().setTraceTag("a|b")},
        {"V13", regular().setTraceTag(std::string(128, 'x'))},
        {"",    regular().setTraceTag(std::string(127, 'x'))},
    };
    // clang-format on
    for (const Row& row : rows)
        CHECK(broken(row.builder) == row.rule);

    Builder tagged = regular();
    for (int n = 0; n < 33; ++n)
        tagged.addDebugTag("tag" + std::to_string(n));
    CHECK(broken(tagged) == "V13");
    CHECK(broken(tagged.removeDebugTag("tag0")) == "");
}

TEST_CASE("values that are too small are raised") { // §1.1, §11 example 4
    const auto period = [](Duration interval, Duration flex) {
        return *regular().setPeriodic(interval, flex).build()->getPeriod();
    };
    CHECK(period(1min, 1min) == JobInfo::Period{15min, 5min});
    CHECK(period(10h, 1min) == JobInfo::Period{10h, 30min});
    CHECK(*regular().setPeriodic(1h).build()->getPeriod() == JobInfo::Period{1h, 1h});
    const auto triggers = regular()
                              .addTriggerContentUri({"/x"})
                              .setTriggerContentUpdateDelay(1ms)
                              .setTriggerContentMaxDelay(-1ms)
                              .build();
    CHECK(triggers->getTriggerContentUpdateDelay() == 500ms);
    CHECK_FALSE(triggers->getTriggerContentMaxDelay().has_value());
}

TEST_CASE("important while foreground does nothing since Android 16") { // §1.1
    CHECK_FALSE(regular().setImportantWhileForeground(true).build()->isImportantWhileForeground());
}
