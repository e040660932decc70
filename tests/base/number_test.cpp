#include "base/text/number.hpp"

#include <cstdint>

#include <doctest/doctest.h>

using namespace stint;

TEST_CASE("a number is all of the text, and fits") {
    CHECK(numberIn<int>("-7") == -7);
    CHECK(numberIn<std::uint32_t>("17", 8) == 15U);
    CHECK(numberIn<std::int32_t>("2147483647") == 2147483647);
    for (const char* text : {"", " 7", "7 ", "7x", "+7", "2147483648", "0x7"}) {
        CAPTURE(text);
        CHECK(!numberIn<std::int32_t>(text));
    }
    CHECK(!numberIn<std::uint32_t>("-1"));
}

TEST_CASE("digits at the front are taken off, the rest stays") {
    std::string_view text = "12/345";
    CHECK(takeNumber<int>(text) == 12);
    CHECK(text == "/345");
    CHECK(!takeNumber<int>(text));
    CHECK(text == "/345");
}

TEST_CASE("a count stands with its noun in the right number") {
    CHECK(counted(0, "session") == "0 sessions");
    CHECK(counted(1, "session") == "1 session");
    CHECK(counted(2, "session") == "2 sessions");
    CHECK(counted(1U, "process", "processes") == "1 process");
    CHECK(counted(std::size_t{3}, "process", "processes") == "3 processes");
}
