// The daemon's counters (linux.md §A.11).
#include <doctest/doctest.h>

#include "stintd/daemon/meters.hpp"

using namespace stint;

namespace {

std::int64_t valueOfMeter(const Meters& meters, const std::string& name, const std::vector<std::string>& labels) {
    for (const MeterRow& row : meters.rows())
        if (row.name == name && row.labels == labels) return row.value;
    return -1;
}

WallTime second(std::int64_t seconds) { return WallTime(Duration(seconds * 1000)); }

} // namespace

TEST_CASE("a wait lasts until the next one or its run, and counts for each of its reasons") { // jobs.md §9.2
    PastRun run;
    run.waits = {{second(0), {PENDING_JOB_REASON_CONSTRAINT_CHARGING}},
                 {second(10), {PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_QUOTA}}};
    run.began = second(71);
    run.ended = second(500);
    Meters meters;
    meters.recorded(SavePastRun{.job = {}, .run = run});
    CHECK(valueOfMeter(meters, "waits", {"CONSTRAINT_CHARGING", "10"}) == 1); // a bound is part of what is below it
    CHECK(valueOfMeter(meters, "waits", {"CONSTRAINT_CHARGING", "600"}) == 1);
    CHECK(valueOfMeter(meters, "waits_sum", {"CONSTRAINT_CHARGING"}) == 71);
    CHECK(valueOfMeter(meters, "waits", {"QUOTA", "600"}) == 1);
    CHECK(valueOfMeter(meters, "waits_sum", {"QUOTA"}) == 61);
    CHECK(valueOfMeter(meters, "waits", {"DEVICE_STATE", "1"}) == -1);
}

TEST_CASE("a clock that was set back makes no wait negative") {
    PastRun run;
    run.waits = {{second(100), {PENDING_JOB_REASON_QUOTA}}};
    run.ended = second(50);
    Meters meters;
    meters.recorded(SavePastRun{.job = {}, .run = run});
    CHECK(valueOfMeter(meters, "waits", {"QUOTA", "1"}) == 1);
    CHECK(valueOfMeter(meters, "waits_sum", {"QUOTA"}) == 0);
}

TEST_CASE("a decision counts below the first bound that it does not pass") {
    Meters meters;
    for (const auto length : {10us, 11us, 2'000'000us})
        meters.decided(length);
    CHECK(valueOfMeter(meters, "decisions", {"10"}) == 1);
    CHECK(valueOfMeter(meters, "decisions", {"30"}) == 1);
    CHECK(valueOfMeter(meters, "decisions", {"+Inf"}) == 1);
    CHECK(valueOfMeter(meters, "decisions_sum", {}) == 2'000'021);
}

TEST_CASE("a message counts by its app, its urgency, and what became of it") { // linux.md §A.11
    const auto trace = [](Urgency original, std::optional<Duration> lateBy, std::string result) {
        return Trace{.what = Trace::What::Message,
                     .app = AppId{"com.example.mail"},
                     .result = std::move(result),
                     .lateBy = lateBy,
                     .urgency = Urgency::Normal,
                     .original = original};
    };
    Meters meters;
    meters.came(trace(Urgency::High, Duration{0}, ""));
    meters.came(trace(Urgency::High, 12s, "")); // as a normal one: it was sent as high
    meters.came(trace(Urgency::Low, std::nullopt, "expired"));
    meters.came(Trace{.what = Trace::What::Doze});
    CHECK(valueOfMeter(meters, "messages", {"com.example.mail", "high", "delivered"}) == 2);
    CHECK(valueOfMeter(meters, "messages", {"com.example.mail", "low", "expired"}) == 1);
    CHECK(valueOfMeter(meters, "delays", {"high", "1"}) == 1);
    CHECK(valueOfMeter(meters, "delays", {"high", "60"}) == 1);
    CHECK(valueOfMeter(meters, "delays_sum", {"high"}) == 12);
    CHECK(valueOfMeter(meters, "delays_sum", {"low"}) == -1);
}

TEST_CASE("an app that is gone takes its counts along") { // linux.md §A.11: label sets are bounded
    Meters meters;
    for (const char* const name : {"org.example.One", "org.example.Two"})
        meters.came(Trace{.what = Trace::What::Message, .app = AppId{name}, .result = "unregistered"});
    meters.recorded(DropApp{AppId{"org.example.One"}});
    CHECK(valueOfMeter(meters, "messages", {"org.example.One", "normal", "unregistered"}) == -1);
    CHECK(valueOfMeter(meters, "messages", {"org.example.Two", "normal", "unregistered"}) == 1);
}

TEST_CASE("the line's questions are counted as they are asked") { // push.md §5
    Meters meters;
    CHECK(valueOfMeter(meters, "keepalives", {}) == 0);
    meters.came(Trace{.what = Trace::What::Line, .because = "keepalive"}); // tells of the effect that follows it
    meters.came(CheckLine{});
    meters.came(CheckLine{});
    CHECK(valueOfMeter(meters, "keepalives", {}) == 2);
}
