#include "contract/json/job_json.hpp"

#include <cmath>
#include <limits>

#include "contract/json/values.hpp"
#include "contract/rules/validation.hpp"
#include "model/sample_job.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

JobInfo roundTrip(const JobInfo& info) { return valueOf(jobInfoFrom(jobInfoText(info))); }

JobInfo built(const JobInfo::Builder& builder) { return valueOf(builder.build()); }

PersistableBundle everyType() {
    PersistableBundle inner;
    inner.putString("deep", "\"quoted\" \n ünïcode");
    PersistableBundle bundle;
    bundle.putBoolean("b", true).putInt("i", -7).putLong("x", std::numeric_limits<std::int64_t>::min());
    bundle.putDouble("d", 0.1).putDouble("whole", 3.0).putDouble("inf", -std::numeric_limits<double>::infinity());
    bundle.putString("s", "").putStringArray("as", {"one", ""}).putPersistableBundle("nested", inner);
    bundle.put("ab", {std::vector<bool>{true, false}});
    bundle.put("ai", {std::vector<std::int32_t>{1, -1}});
    bundle.put("ax", {std::vector<std::int64_t>{}});
    bundle.put("ad", {std::vector<double>{0.5, std::numeric_limits<double>::infinity()}});
    return bundle;
}

} // namespace

TEST_CASE("a stored job is the job that was written, in every field") { // jobs.md §1.1, §7.1
    NetworkRequest::Builder network;
    network.clearCapabilities().addCapability(NET_CAPABILITY_NOT_METERED).addTransportType(TRANSPORT_WIFI);
    const auto plain = JobInfo::Builder{1, "Jobs"};
    const auto online = [&] { return JobInfo::Builder{2, "Jobs"}.setRequiredNetwork(network.build()); };
    // clang-format off
    const std::pair<const char*, JobInfo> rows[] = {
        {"nothing set",         built(plain)},
        {"least id",            built({std::numeric_limits<std::int32_t>::min(), "Jobs"})},
        {"service of another",  built({1, {"com.example.other", "Jobs"}})},
        {"user-initiated",      built(online().setUserInitiated(true))},
        {"priority",            built(JobInfo::Builder{1, "Jobs"}.setPriority(JobInfo::PRIORITY_LOW))},
        {"network",             built(online())},
        {"no capability",       built(JobInfo::Builder{1, "Jobs"}.setRequiredNetwork(NetworkRequest::Builder{}.clearCapabilities().build()))},
        {"specifier",           built(JobInfo::Builder{1, "Jobs"}.setRequiredNetwork(NetworkRequest::Builder{}.setNetworkSpecifier("home").build()))},
        {"estimates",           built(online().setEstimatedNetworkBytes(5_GiB, 7))},
        {"chunk",               built(online().setMinimumNetworkChunkBytes(1_MiB))},
        {"back-off",            built(JobInfo::Builder{1, "Jobs"}.setBackoffCriteria(77s, JobInfo::BACKOFF_POLICY_LINEAR))},
        {"default back-off",    built(JobInfo::Builder{1, "Jobs"}.setBackoffCriteria(30s, JobInfo::BACKOFF_POLICY_EXPONENTIAL))},
        {"grants, no clip",     built(JobInfo::Builder{1, "Jobs"}.setClipData(std::nullopt, ClipData::FLAG_GRANT_WRITE_URI_PERMISSION))},
        {"persisted",           built(JobInfo::Builder{1, "Jobs"}.setPersisted(true))},
        {"battery",             built(JobInfo::Builder{1, "Jobs"}.setRequiresBatteryNotLow(true))},
        {"charging",            built(JobInfo::Builder{1, "Jobs"}.setRequiresCharging(true))},
        {"storage",             built(JobInfo::Builder{1, "Jobs"}.setRequiresStorageNotLow(true))},
        {"expedited",           built(JobInfo::Builder{1, "Jobs"}.setExpedited(true))},
        {"expedited, high",     built(JobInfo::Builder{1, "Jobs"}.setExpedited(true).setPriority(JobInfo::PRIORITY_HIGH))},
        {"idle",                built(JobInfo::Builder{1, "Jobs"}.setRequiresDeviceIdle(true))},
        {"latency",             built(JobInfo::Builder{1, "Jobs"}.setMinimumLatency(90s))},
        {"latency of nothing",  built(JobInfo::Builder{1, "Jobs"}.setMinimumLatency(0ms))},
        {"deadline",            built(JobInfo::Builder{1, "Jobs"}.setMinimumLatency(1h).setOverrideDeadline(48h))},
        {"period",              built(JobInfo::Builder{1, "Jobs"}.setPeriodic(6h, 20min))},
        {"period, no flex",     built(JobInfo::Builder{1, "Jobs"}.setPersisted(true).setPeriodic(24h))},
        {"prefetch",            built(JobInfo::Builder{1, "Jobs"}.setPrefetch(true))},
        {"triggers",            built(JobInfo::Builder{1, "Jobs"}.addTriggerContentUri({"/a", 1}).addTriggerContentUri({"/b", 0}))},
        {"trigger delays",      built(JobInfo::Builder{1, "Jobs"}.addTriggerContentUri({"/a", 0}).setTriggerContentUpdateDelay(3s).setTriggerContentMaxDelay(1min))},
        {"tags",                built(JobInfo::Builder{1, "Jobs"}.addDebugTag("one").addDebugTag("two").setTraceTag("t"))},
        {"transient extras",    built(JobInfo::Builder{1, "Jobs"}.setTransientExtras(everyType()))},
        {"extras",              built(JobInfo::Builder{1, "Jobs"}.setExtras(everyType()))},
    };
    // clang-format on
    for (const auto& [name, info] : rows) {
        CAPTURE(name);
        CHECK(roundTrip(info) == info);
        CHECK(jobInfoText(roundTrip(info)) == jobInfoText(info));
        // Earlier versions had the library write it.
        CHECK(textOfJson(nlohmann::json::parse(jobInfoText(info))) == jobInfoText(info));
    }
}

TEST_CASE("each row of the table is kept") { // jobs.md §1.1, §7.1
    for (const JobField& field : jobFields) {
        if (field.key.empty()) continue;
        CAPTURE(field.method);
        auto builder = JobInfo::Builder{7, "Jobs"}.setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY);
        setSample(field, builder);
        const JobInfo job = valueOf(JobInfoAccess::requested(builder));
        if (brokenRule(job, {})) continue; // the store keeps what was accepted
        const JobInfo kept = roundTrip(job);
        CHECK(isSet(field, kept));
        if (!kept.getClipData()) CHECK(kept == job);
    }
}

TEST_CASE("extras keep NaN") {
    PersistableBundle extras;
    extras.putDouble("nan", std::numeric_limits<double>::quiet_NaN());
    const auto read = roundTrip(built(JobInfo::Builder{1, "Jobs"}.setExtras(extras)));
    CHECK(std::isnan(read.getExtras().getDouble("nan")));
}

TEST_CASE(
    "clip data is stored as its paths, and empty where a descriptor was granted") { // jobs.md §12.9, architecture.md
    ClipData paths{{{"/tmp/a", nullptr}, {"/tmp/b", nullptr}}};
    auto clip =
        roundTrip(built(JobInfo::Builder{1, "Jobs"}.setClipData(paths, ClipData::FLAG_GRANT_READ_URI_PERMISSION)));
    REQUIRE(clip.getClipData());
    REQUIRE(clip.getClipData()->items.size() == 2);
    CHECK(clip.getClipData()->items[1].path == "/tmp/b");
    CHECK(clip.getClipGrantFlags() == ClipData::FLAG_GRANT_READ_URI_PERMISSION);

    paths.items.push_back({"/tmp/c", std::make_shared<ClipFile>(-1)});
    clip = roundTrip(built(JobInfo::Builder{1, "Jobs"}.setClipData(paths, ClipData::FLAG_GRANT_READ_URI_PERMISSION)));
    REQUIRE(clip.getClipData());
    CHECK(clip.getClipData()->items.empty());
}

TEST_CASE("the bytes of a stored job are these") { // a store is read by later versions
    const auto info = built(JobInfo::Builder{7, "Jobs"}
                                .setUserInitiated(true)
                                .setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED)
                                .setEstimatedNetworkBytes(1_MiB)
                                .setBackoffCriteria(10s, JobInfo::BACKOFF_POLICY_LINEAR)
                                .setExtras(PersistableBundle{}.putInt("rows", 7)));
    CHECK(jobInfoText(info) ==
          R"({"backoffPolicy":0,"clipGrantFlags":0,"estimatedDownloadBytes":1048576,"estimatedUploadBytes":-1,)"
          R"("extras":{"rows":{"i":7}},"id":7,"initialBackoff":10000,"minimumNetworkChunkBytes":-1,"persisted":false,)"
          R"("priority":500,"requiredNetwork":{"capabilities":["NOT_METERED","INTERNET","TRUSTED","VALIDATED"],)"
          R"("transports":[]},"requiresBatteryNotLow":false,"requiresCharging":false,"requiresStorageNotLow":false,)"
          R"("service":"Jobs","userInitiated":true})");
}

TEST_CASE("a job that a policy accepted is read as it was accepted") { // jobs.md §0, §1.2 V10, §7.2
    auto asked = JobInfo::Builder{1, "Jobs"};
    asked.setRequiresCharging(true).setOverrideDeadline(1min).setBackoffCriteria(1s, JobInfo::BACKOFF_POLICY_LINEAR);
    const JobInfo read = roundTrip(valueOf(JobInfoAccess::requested(asked)));
    CHECK(read.getOverrideDeadline() == 1min);
    CHECK(read.getInitialBackoff() == 1s);
}

TEST_CASE("what is no job is told, not run") { // jobs.md §7.1, §7.2
    auto good = jobInfoText(built({1, "Jobs"}));
    const auto with = [&](std::string_view from, std::string_view to) {
        auto text = good;
        REQUIRE(text.find(from) != std::string::npos);
        return text.replace(text.find(from), from.size(), to);
    };
    std::string deep;
    for (int i = 0; i < 100'000; ++i) // by recursion it would be more than a stack holds
        deep += R"({"a":{"a{sv}":)";
    deep += "{}" + std::string(200'000, '}');
    // clang-format off
    const std::pair<std::string, std::string> rows[] = {
        {with("\"id\":1", "\"id\":1,\"extras\":" + deep),            "nested more than 10 deep"},
        {"",                                                           "no job"},
        {"{}",                                                         "id"},
        {"[1,2]",                                                      ""},
        {good.substr(0, good.size() / 2),                              "no job"},
        {with("\"id\":1", "\"id\":1,\"deadline\":5"),                  "deadline"},
        {with("\"id\":1", "\"id\":\"x\""),                             "type"},
        {with("\"id\":1", "\"id\":4294967297"),                        "out of range"},
        {with("\"id\":1", "\"id\":1.5"),                               "whole number"},
        {with("\"id\":1", "\"id\":1e300"),                             "whole number"},
        {with("\"id\":1", "\"id\":1,\"extras\":{\"k\":{\"q\":1}}"),    "unknown type"},
        {with("\"id\":1", "\"id\":1,\"extras\":{\"k\":7}"),            "typed value"},
        {with("\"id\":1", "\"id\":1,\"requiredNetwork\":{\"capabilities\":[\"NOPE\"],\"transports\":[]}"), "NOPE"},
        {with("\"userInitiated\":false", "\"userInitiated\":true"),    "V12"},
        {with("\"priority\":300", "\"priority\":301"),                 "V9"},
    };
    // clang-format on
    for (const auto& [text, word] : rows) {
        CAPTURE(text);
        const auto read = jobInfoFrom(text);
        REQUIRE(!read.ok());
        CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK(read.error().message.find(word) != std::string::npos);
    }
}
