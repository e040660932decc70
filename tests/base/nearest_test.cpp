#include "base/text/words.hpp"

#include <doctest/doctest.h>

#include <array>

namespace stint {

TEST_CASE("the word that was meant is the one with the fewest letters wrong, unless all are far off") {
    constexpr std::array<std::string_view, 4> known{"label", "version", "command", "commands"};
    CHECK(nearest("labell", known) == "label");
    CHECK(nearest("Label", known) == "label");
    CHECK(nearest("comand", known) == "command");
    CHECK(nearest("commandz", known) == "command"); // one letter less, one letter changed: the first of equals
    CHECK(nearest("vresion", known) == "version");
    CHECK_FALSE(nearest("colour", known));
    CHECK_FALSE(nearest("", known));
    CHECK_FALSE(nearest("label", {}));
    constexpr std::array<std::string_view, 1> brief{"ui"};
    CHECK(nearest("uii", brief) == "ui");
    CHECK_FALSE(nearest("7", brief)); // none of its letters is right
    CHECK_FALSE(nearest("ab", brief));
    constexpr std::array<std::string_view, 4> verbs{"get", "put", "or", "--waste"};
    CHECK(nearest("gte", verbs) == "get"); // two letters that changed places
    CHECK_FALSE(nearest("quit", verbs));
    CHECK_FALSE(nearest("foo", verbs));
    CHECK_FALSE(nearest("--last", verbs));
}

} // namespace stint
