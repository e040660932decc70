// How often somebody may do something (push.md §2, §3).
#include <doctest/doctest.h>

#include "push/mailbox/rates.hpp"

using namespace stint;
using namespace stint::push;

namespace {

constexpr Instant then{std::chrono::hours(1)};
constexpr int many = 20'001; ///< one more than are remembered of strangers

/// So many names have done it once; returns whether the last one may do it again.
bool mayTheLast(Counted& counted) {
    for (int n = 0; n < many; ++n)
        counted.count(std::to_string(n), then);
    return !counted.mustWait(std::to_string(many - 1), then);
}

} // namespace

TEST_CASE("who has joined has a rate of its own, however many there are") { // §2, §3
    Counted counted({2, std::chrono::minutes(1)});
    CHECK(mayTheLast(counted));
    CHECK(counted.count("0", then) == 2);
    CHECK(counted.mustWait("0", then + std::chrono::seconds(59)) == std::chrono::seconds(1));
    CHECK_FALSE(counted.mustWait("1", then));
    CHECK(counted.count("0", then + std::chrono::minutes(1)) == 1); // a new window
}

TEST_CASE("a name that nobody knows may be new for ten seconds, and the newest are remembered") { // §3
    Unknown unknown;
    CHECK(unknown.mayBeNew("a", then));
    CHECK(unknown.mayBeNew("a", then + std::chrono::milliseconds(9'999)));
    CHECK_FALSE(unknown.mayBeNew("a", then + std::chrono::seconds(10)));
    CHECK_FALSE(unknown.mayBeNew("a", then + std::chrono::hours(24)));
    for (int n = 0; n < many - 1; ++n)
        CHECK(unknown.mayBeNew(std::to_string(n), then));
    CHECK(unknown.mayBeNew("a", then + std::chrono::hours(24))); // it is the oldest
    CHECK_FALSE(unknown.mayBeNew("1", then + std::chrono::hours(24)));
}

TEST_CASE("strangers can have many names, and beyond what is remembered they count as one") { // §3
    Counted counted({1, std::chrono::minutes(1), true});
    CHECK_FALSE(mayTheLast(counted));
    CHECK(counted.mustWait("a new one", then));
    CHECK_FALSE(counted.mustWait("a new one", then + std::chrono::minutes(1)));
}
