#include <doctest/doctest.h>

#include "link/client/connection.hpp"
#include "link/client/run.hpp"

using namespace stint;
using namespace stint::client;

namespace {
Instant at(Duration time) { return Instant(time); }
} // namespace

TEST_CASE("only the newest report is sent once the pause is over") { // jobs.md §4.7
    Throttle throttle;
    throttle.note({10, 0});
    CHECK(throttle.take(at(1s)) == ByteCounts{10, 0});
    throttle.note({20, 0});
    throttle.note({30, 0});
    CHECK(throttle.dueAt() == at(1200ms));
    CHECK_FALSE(throttle.take(at(1199ms)));
    CHECK(throttle.take(at(1200ms)) == ByteCounts{30, 0});
    CHECK_FALSE(throttle.dueAt());
}

TEST_CASE("a report that says nothing new is not sent") {
    Throttle throttle;
    throttle.note({10, 0});
    CHECK(throttle.take(at(1s)));
    throttle.note({10, 0});
    CHECK_FALSE(throttle.take(at(2s)));
    SUBCASE("nor one that was taken back in the pause") {
        throttle.note({20, 0});
        throttle.note({10, 0});
        CHECK_FALSE(throttle.dueAt());
    }
}

TEST_CASE("the rest does not wait for the pause") {
    Throttle throttle;
    throttle.note({10, 0});
    CHECK(throttle.take(at(1s)));
    throttle.note({20, NETWORK_BYTES_UNKNOWN});
    CHECK(throttle.takeRest() == ByteCounts{20, NETWORK_BYTES_UNKNOWN});
    CHECK_FALSE(throttle.takeRest());
}

TEST_CASE("attempts to reach the daemon are 100 ms apart at first and 10 s at last") {
    Backoff backoff;
    CHECK(backoff.next() == 100ms);
    CHECK(backoff.next() == 200ms);
    for (int i = 0; i < 10; ++i)
        (void)backoff.next();
    CHECK(backoff.next() == 10s);
    backoff.reset();
    CHECK(backoff.next() == 100ms);
}
