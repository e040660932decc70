// How many lines of the log one app may cause (CONTRIBUTING.md §10; SECURITY.md, an app of the same user).
#include "stintd/daemon/log.hpp"

#include <doctest/doctest.h>

namespace stint {
namespace {

constexpr Instant begin{1h};

void say(LogShares& shares, std::string_view whose, std::int64_t lines, Instant now, std::int64_t written) {
    std::int64_t admitted = 0;
    for (std::int64_t i = 0; i < lines; ++i)
        admitted += shares.admits(whose, now) ? 1 : 0;
    CHECK(admitted == written);
}

} // namespace

TEST_CASE("lines beyond an app's share are left out, and told by their number when its minute is over") {
    LogShares shares;
    say(shares, "com.example.evil", 1, begin, 1);
    say(shares, "com.example.evil", LogShares::most - 1, begin + 59s, LogShares::most - 1);
    CHECK_FALSE(shares.tellsAt());
    say(shares, "com.example.evil", 5, begin + 59s, 0);
    CHECK(shares.tellsAt() == begin + 1min);
    CHECK(shares.leftOut(begin + 59s).empty());
    CHECK(shares.leftOut(begin + 1min) == std::vector<std::string>{"… and 5 more lines about com.example.evil"});
    CHECK(shares.leftOut(begin + 1min).empty());
    CHECK_FALSE(shares.tellsAt());
    say(shares, "com.example.evil", 1, begin + 1min, 1);
}

TEST_CASE("what one app's share leaves out is not another's") {
    LogShares shares;
    say(shares, "com.example.evil", LogShares::most * 2, begin, LogShares::most);
    say(shares, "com.example.mail", 3, begin, 3);
    CHECK(shares.leftOut(begin + 1min).size() == 1);
}

TEST_CASE("an app within its share is never told of, and has a whole one each minute") {
    LogShares shares;
    for (int minute = 0; minute < 3; ++minute) {
        say(shares, "com.example.mail", LogShares::most, begin + minute * 1min, LogShares::most);
        CHECK_FALSE(shares.tellsAt());
    }
    CHECK(shares.leftOut(begin + 1h).empty());
}

TEST_CASE("no line is left out unheard, where nobody has asked in time") {
    LogShares shares;
    say(shares, "com.example.evil", LogShares::most + 1, begin, LogShares::most);
    say(shares, "com.example.evil", 1, begin + 1h, 0); // it is the second that is told
    CHECK(shares.leftOut(begin + 1h) == std::vector<std::string>{"… and 2 more lines about com.example.evil"});
}

} // namespace stint
