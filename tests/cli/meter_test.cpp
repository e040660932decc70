#include <doctest/doctest.h>

#include "faces/follow/job_progress.hpp"

using namespace stint;
using namespace stint::cli;

TEST_CASE("the rate is that of the last seconds") {
    Meter meter;
    CHECK(!meter.rate(0s));
    meter.sample(0s, 0);
    meter.sample(400ms, 4_MiB);
    CHECK(!meter.rate(400ms)); // too short to measure
    meter.sample(1s, 10_MiB);
    CHECK(meter.rate(1s) == 10_MiB);
    for (int i = 2; i <= 10; ++i)
        meter.sample(std::chrono::seconds(i), 10_MiB + (i - 1) * 2_MiB);
    CHECK(meter.rate(10s) == 2_MiB); // the fast first second has left the window
}

TEST_CASE("a transfer of which nothing is heard for three seconds stalls") {
    Meter meter;
    meter.sample(0s, 0);
    meter.sample(1s, 1_MiB);
    CHECK(meter.rate(3999ms) == 1_MiB);
    CHECK(meter.rate(4s) == 0);
}

TEST_CASE("a transfer that is begun anew has no rate from before") {
    Meter meter;
    meter.sample(0s, 0);
    meter.sample(1s, 10_MiB);
    meter.sample(2s, 1_MiB);
    CHECK(!meter.rate(2s));
    meter.sample(3s, 2_MiB);
    CHECK(meter.rate(3s) == 1_MiB);
}

TEST_CASE("a transfer whose first byte has not come yet does not stall before three seconds") {
    Meter meter;
    meter.sample(0s, 0);
    meter.sample(1s, 0);
    CHECK(!meter.rate(1s));
    meter.sample(3s, 0);
    CHECK(meter.rate(3s) == 0);
}

TEST_CASE("what was there before a run is no part of its rate, nor of what it moved") {
    Meter meter;
    meter.sample(0s, 0);
    meter.sample(10s, 10_MiB);
    meter.rest(10s);
    meter.sample(20s, 200_MiB); // of another run: resumed
    CHECK(!meter.rate(20s));
    meter.sample(21s, 201_MiB);
    CHECK(meter.rate(21s) == 1_MiB);
    CHECK(meter.seen().moved == 11_MiB);
    CHECK(meter.seen().ran == 11s);
}

TEST_CASE("who comes late knows how far it is, and from the next news on how fast") {
    Meter meter;
    meter.sample(0s, 10_MiB); // said up to a second ago
    meter.cameLate();
    meter.sample(100ms, 11_MiB);
    CHECK(!meter.rate(100ms));
    meter.sample(1100ms, 12_MiB);
    CHECK(meter.rate(1100ms) == 1_MiB);
    CHECK(meter.seen().moved == 2_MiB);
    CHECK(meter.seen().ran == 1100ms);
}

TEST_CASE("what was fetched and lost again was moved, and what is fetched again is moved again") {
    Meter meter;
    meter.sample(0s, 0);
    meter.sample(10s, 10_MiB);
    meter.sample(11s, 4_MiB); // cut back to what is sure
    meter.sample(13s, 6_MiB);
    CHECK(meter.rate(13s) == 1_MiB);
    CHECK(meter.seen().moved == 12_MiB);
    CHECK(meter.seen().ran == 13s);
}
