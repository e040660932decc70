// The journal of a daemon that dies of itself (docs/decisions/0015), but for the death: that is e2e/test_aborts.py's.
#include "stintd/daemon/recovery.hpp"

#include <doctest/doctest.h>

namespace stint {
namespace {

Abort abortAt(Duration when, std::string job = "com.example.mail/#7", std::string version = "1") {
    return {"boot", Instant{when}, std::move(version), 3, std::move(job)};
}

std::size_t rowOf(std::vector<Abort> aborts) { return inARow(aborts).size(); }

} // namespace

TEST_CASE("three aborts within a minute are a row, whatever they were about") {
    CHECK(rowOf({}) == 0);
    CHECK(rowOf({abortAt(1s), abortAt(2s)}) == 0);
    CHECK(rowOf({abortAt(1s), abortAt(2s), abortAt(61s)}) == 3);
    CHECK(rowOf({abortAt(1s), abortAt(2s), abortAt(61s + 1ms)}) == 0);
    CHECK(rowOf({abortAt(0s), abortAt(90s), abortAt(91s), abortAt(92s)}) == 3); // the first stands alone
    CHECK(rowOf({abortAt(1s), abortAt(2s), abortAt(3s), abortAt(4s)}) == 4);
    CHECK(rowOf({abortAt(1s, ""), abortAt(2s, "a/#1"), abortAt(3s, "b/#2")}) == 3);
    CHECK(rowOf({abortAt(1s), abortAt(2s), abortAt(3s, "a/#1", "2")}) == 0); // of another version
}

TEST_CASE("a line of the journal is read as it was written, and a torn or strange one is passed over") {
    const std::vector<Abort> aborts{abortAt(1s), abortAt(2s, ""), abortAt(3s, "com.example.mail/two words#-5")};
    std::string text;
    for (const Abort& one : aborts)
        text += lineOf(one);
    CHECK(abortsIn(text) == aborts);
    CHECK(abortsIn("\n\nboot\nboot x 1 2 a/#1\n" + text + "boot 4000 1 3") == aborts);
}

TEST_CASE("an app's own words make no second line, and no long one") {
    CHECK(abortName({AppId{"com.example.mail"}, "a\nb\x1b", JobId{7}}) == "com.example.mail/a?b?#7");
    CHECK(abortName({AppId{"com.example.mail"}, std::string(5000, 'x'), JobId{7}}).size() < 500);
}

} // namespace stint
