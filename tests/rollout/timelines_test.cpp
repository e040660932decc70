// fleet.md §4: random timelines of a fleet, in which phones and servers die, sleep and come back, two servers lead at
// once, and reports, questions and answers are late, lost and come twice. STINT_FLEET_TIMELINES says how many.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "fleet_world.hpp"

using namespace stint::fleet;

TEST_CASE("fleet.md §4.1, §4.2: never more than at-a-time run, waves hold, and each end is known, and known once") {
    const char* asked = std::getenv("STINT_FLEET_TIMELINES");
    const std::uint64_t count = asked ? std::stoull(asked) : 500;
    std::uint64_t runs = 0;
    std::array<std::uint64_t, outcomes> ends{};
    for (std::uint64_t seed = std::getenv("SEED") ? std::stoull(std::getenv("SEED")) : 1; seed <= count; ++seed) {
        FleetWorld world(seed);
        const std::string wrong = world.play();
        CAPTURE(seed);
        REQUIRE(wrong == "");
        runs += world.runs();
        for (std::size_t each = 0; each < outcomes; ++each)
            ends[each] += world.ends(static_cast<Outcome>(each));
    }
    MESSAGE(count << " timelines, " << runs << " runs");
    // A world in which nothing happens shows nothing.
    CHECK(runs > count);
    for (std::size_t each = 1; each < outcomes; ++each) {
        CAPTURE(each);
        CHECK(ends[each] > 0);
    }
}
