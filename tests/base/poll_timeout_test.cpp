#include "base/time/clock.hpp"

#include <doctest/doctest.h>

namespace stint {

using namespace std::chrono_literals;

TEST_CASE("poll() waits without limit for nothing, not at all for what is over, and as long as it can for the rest") {
    CHECK(pollTimeout(std::nullopt) == -1);
    CHECK(pollTimeout(-5ms) == 0);
    CHECK(pollTimeout(0ms) == 0);
    CHECK(pollTimeout(1500ms) == 1500);
    CHECK(pollTimeout(24h * 365) == INT_MAX);
}

} // namespace stint
