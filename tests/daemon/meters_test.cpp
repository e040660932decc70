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
