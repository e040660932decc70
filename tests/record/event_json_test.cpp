// Events as a recording has them (scenario.md, Recordings).
#include <doctest/doctest.h>

#include "contract/record/event_json.hpp"

namespace stint::record {
namespace {

/// The event after it was written and read again.
template <class T> T again(const T& event) {
    const std::string text = textOf(Event{event});
    auto input = inputFrom(text);
    REQUIRE_MESSAGE(input.ok(), text, ": ", input.ok() ? "" : input.error().message);
    REQUIRE(textOf(std::get<Event>(*input)) == text);
    return std::get<T>(std::get<Event>(*std::move(input)));
}

std::string complaintOf(std::string_view text) {
    const auto input = inputFrom(text);
    return input.ok() ? "" : input.error().message;
}

} // namespace

TEST_CASE("an event is an object with its name, and has what is not as in a new one") {
    CHECK(textOf(Event{Tick{}}) == R"({"tick":{}})");
    CHECK(textOf(Event{AppSeen{{"org.example"}, true, true}}) ==
          R"({"appSeen":{"app":"org.example","running":true,"visible":true}})");
    // A member with its default is left out, and "none" is not.
    Device device;
    CHECK(textOf(Event{DeviceChanged{{}, device}}) == R"({"deviceChanged":{}})");
    device.charging.reset();
    CHECK(textOf(Event{DeviceChanged{{}, device}}) == R"({"deviceChanged":{"device":{"charging":null}}})");
    CHECK(again(DeviceChanged{{}, device}).device == device);
}

TEST_CASE("every part of what an app and its device say is there again") {
    Device device{.thermal = Thermal::Severe, .dozeForce = DozeForce::LightIdle, .batteryPercent = 7};
    device.network = Network{{NET_CAPABILITY_INTERNET}, {TRANSPORT_CELLULAR}, 7, 0, "wwan0"};
    device.overrides = {{"battery", "7"}};
    device.networkMarks = {{"Pixel", true}};
    CHECK(again(DeviceChanged{{3}, device}).device == device);

    Manifest manifest{.package = {"org.example"}, .label = "It's \"an\" app\n\x7f", .command = {"/bin/true", "-x"}};
    manifest.permissions = {"A", "B"};
    manifest.services["Jobs"] = {.name = "Jobs", .command = {"/bin/true"}, .exported = true};
    manifest.receivers["R"] = {.name = "R", .command = {}};
    manifest.channels = {{"c", "Channel", "low"}};
    CHECK(again(AppInstalled{manifest}).manifest == manifest);

    Alarm alarm{.app = {"org.example"}, .tag = "t", .kind = AlarmKind::Clock, .requested = Instant{7s}};
    alarm.requestedWall = WallTime{std::chrono::hours{24 * 365 * 56}};
    CHECK(again(AlarmSet{{1}, alarm}).alarm == alarm);

    Notification::Builder shown("channel");
    shown.setSmallIcon("icon").setContentTitle("T").setContentText("t").setProgress(7, 3, false).addAction("k", "L");
    CHECK(again(NotificationSet{{1}, {"org.example"}, RunId{(7ULL << 32) + 1}, 4, shown.build()}).notification ==
          shown.build());

    StartTerms terms;
    terms.after = {{{"org.example"}, "", JobId{4}}};
    const std::vector<JobOfList> jobs{{.info = JobInfo::Builder(1, "Jobs").build().value()},
                                      {JobInfo::Builder(2, "Jobs").build().value(), terms, {0, 1}, {7}}};
    CHECK(again(ScheduleAll{.call = {1}, .app = {"org.example"}, .jobs = jobs}).jobs == jobs);

    Constants constants;
    constants.slots = 3;
    constants.awakeStall = 7s;
    const Constants input = again(PolicyChanged{{}, constants}).constants;
    CHECK(input.slots == 3);
    CHECK(input.awakeStall == 7s);

    const TimeZone zone({{WallTime{}, 1h}, {WallTime{1h}, 2h}});
    CHECK(again(ZoneRead{zone}).zone == zone);
}

TEST_CASE("a job is there as it was asked for, though it cannot be accepted") { // jobs.md §1.2
    Schedule schedule{.call = {7}, .app = {"org.example"}, .space = "n"};
    PersistableBundle extras;
    extras.putLong("n", 7).putString("s", "ü");
    schedule.info = JobInfo::Builder(7, "Jobs").setExtras(extras).setRequiresCharging(true).build().value();
    schedule.terms.after = {{{"org.example"}, "n", JobId{3}}};
    schedule.terms.at = WallTime{7s};
    WorkItem item;
    item.extras = extras;
    schedule.work = item;
    const Schedule read = again(schedule);
    CHECK(read.info == schedule.info);
    CHECK(read.terms == schedule.terms);
    CHECK(read.work == schedule.work);
}

TEST_CASE("what is no event says why") {
    CHECK(complaintOf("[") != "");
    CHECK(complaintOf("{}") == "an event is an object with its name alone");
    CHECK(complaintOf(R"({"tock":{}})") == "there is no event \"tock\"");
    CHECK(complaintOf(R"({"tick":7})") == "tick is not an object");
    CHECK(complaintOf(R"({"appSeen":{"apps":"x"}})") == "unknown key \"apps\" in appSeen");
    CHECK(complaintOf(R"({"appSeen":{"visible":7}})").starts_with("visible"));
    CHECK(complaintOf(R"({"cancel":{"id":4294967296}})") == "id is not a whole number that fits");
    CHECK(complaintOf(R"({"runJob":{"how":9}})") == "how cannot be 9");
    CHECK(complaintOf(R"({"bucketForced":{"bucket":250}})") == "bucket cannot be 250");
    CHECK(complaintOf(R"({"policyChanged":{"constants":{"job.slots":"many"}}})") != "");
    CHECK(complaintOf(R"({"deviceChanged":{"device":{"network":{"transports":[99]}}}})") == "transports cannot be 99");
}

} // namespace stint::record
