// Wake-ups of the machine: by which client, when, and how often (limits.md §13).
#include <doctest/doctest.h>

#include "netguard/wake.hpp"

using namespace stint;
using namespace std::chrono_literals;

namespace {

constexpr uid_t owner = 1000;
constexpr uid_t neighbour = 1001;
using Woken = WakeBook::Woken;

} // namespace

TEST_CASE("the machine wakes for the earliest alarm, and is told why") {
    WakeBook book;
    CHECK_FALSE(book.next());
    REQUIRE(book.arm(":1.1", owner, 20min, "window"));
    REQUIRE(book.arm(":1.2", neighbour, 10min, "alarm"));
    CHECK(book.next() == 10min);
    CHECK(book.due(10min - 1us).empty());
    CHECK(book.due(10min) == std::vector{Woken{neighbour, "alarm"}});
    CHECK(book.next() == 20min);
}

TEST_CASE("a user wakes it once in a minute, however many alarms there are; another one is not held up") {
    WakeBook book;
    REQUIRE(book.arm(":1.1", owner, 10s, "first"));
    REQUIRE(book.arm(":1.1", owner, 11s, "second"));
    REQUIRE(book.arm(":1.1", owner, 50s, "third"));
    REQUIRE(book.due(10s).size() == 1);
    CHECK(book.next() == 10s + WakeBook::gap);
    REQUIRE(book.arm(":1.2", neighbour, 15s, "mine"));
    CHECK(book.next() == 15s);
    CHECK(book.due(15s).size() == 1);
    CHECK(book.due(10s + WakeBook::gap - 1us).empty());
    CHECK(book.due(10s + WakeBook::gap) == std::vector{Woken{owner, "second"}, Woken{owner, "third"}});
    CHECK_FALSE(book.next());
}

TEST_CASE("a limit that is over holds nobody up") {
    WakeBook book;
    REQUIRE(book.arm(":1.1", owner, 10s, "first"));
    REQUIRE(book.due(10s).size() == 1);
    REQUIRE(book.arm(":1.1", owner, 10s + WakeBook::gap, "next"));
    CHECK(book.next() == 10s + WakeBook::gap);
}

TEST_CASE("an alarm is its caller's, and ends with it") {
    WakeBook book;
    const auto alarm = book.arm(":1.1", owner, 10s, "mine");
    REQUIRE(alarm);
    CHECK(*alarm != 0);
    const auto refused = book.disarm(":1.2", *alarm);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::SECURITY);
    REQUIRE(book.arm(":1.2", owner, 20s, "other"));
    book.gone(":1.1");
    CHECK(book.next() == 20s);
    CHECK(book.disarm(":1.1", *alarm)); // gone already
}

TEST_CASE("what is beyond measure is refused") {
    WakeBook book;
    CHECK_FALSE(book.arm(":1.1", owner, 1s, ""));
    CHECK_FALSE(book.arm(":1.1", owner, 1s, std::string(WakeBook::longestReason + 1, 'x')));
    for (std::size_t n = 0; n < WakeBook::mostOfUser; ++n)
        REQUIRE(book.arm(":1.1", owner, 1s, "one"));
    CHECK(book.arm(":1.3", owner, 1s, "more").error().code == Errc::BUSY);
    CHECK(book.arm(":1.2", neighbour, 1s, "mine"));
}
