// Files that are no TOML: told with their place, whatever toml++ makes of them.
#include "base/text/toml.hpp"

#include <doctest/doctest.h>

namespace stint {
namespace {

std::string refusal(const std::string& text) {
    auto table = parseToml(text, "x.toml");
    REQUIRE_MESSAGE(!table.ok(), text);
    CHECK(table.error().code == Errc::ILLEGAL_ARGUMENT);
    return table.error().message;
}

std::string repeated(std::string_view word, int times) {
    std::string text;
    for (int i = 0; i < times; ++i)
        text += word;
    return text;
}

} // namespace

TEST_CASE("what toml++ stops at with an assertion is refused with its line") {
    for (const char* line : {"[.a]", "[ = 1", "[", "[[[a]]]", "[#"}) {
        CAPTURE(line);
        CHECK(refusal(std::string("a = 1\n") + line + "\nb = 2\n").starts_with("x.toml:2:"));
    }
}

TEST_CASE("letters outside of strings are refused, and stand in strings and comments as they are") {
    // U+00E4, U+01BC, U+2D30, U+FB26, U+FDFA: toml++ calls its handling of them unreachable.
    for (const std::string letter : {"\u00e4", "\u01bc", "\u2d30", "\ufb26", "\ufdfa"}) {
        CAPTURE(letter);
        CHECK(refusal(letter + " = 1\n").starts_with("x.toml:1:1: "));
        CHECK(refusal("a = " + letter).starts_with("x.toml:1:5: "));
        CHECK(refusal("a = 4q['\"p" + letter + ",}").starts_with("x.toml:1:"));
        CHECK(refusal("a = \"" + letter + letter + "\" b").starts_with("x.toml:1:10: ")); // in characters
        auto table = parseToml("'" + letter + "' = \"" + letter + "\" # " + letter + "\n", "x.toml");
        REQUIRE(table.ok());
        CHECK(table->get(letter)->value_exact<std::string>() == letter);
    }
    CHECK(refusal("a = \"\xff\"").find("not TOML") != std::string::npos);
    CHECK(parseToml("\xef\xbb\xbf"
                    "a = 1\n",
                    "x.toml")
              .ok()); // a byte order mark
}

TEST_CASE("what is too deep is refused before it is followed") {
    CHECK(refusal(repeated("[", 100'000)).find("brackets") != std::string::npos);
    CHECK(refusal("a = " + repeated("{a=", 100'000)).find("brackets") != std::string::npos);
    CHECK(refusal("a" + repeated(".a", 100'000) + " = 1").find("too many parts") != std::string::npos);
    CHECK(refusal("[a" + repeated(" . 'a'", 100'000) + "]").find("too many parts") != std::string::npos);
    CHECK(parseToml("a" + repeated(".a", 16) + " = [1.5, 2.5" + repeated(", 3.5", 1000) + "]", "x.toml").ok());
}

TEST_CASE("a string ends in its line") {
    CHECK(refusal("a = \"\"\"\n\"\"\"\n").starts_with("x.toml:1:7: "));
    CHECK(refusal("a = '''x'''\n").starts_with("x.toml:1:7: "));
    for (const char* text :
         {R"("")", R"('')", R"("\"")", R"("\\")", R"('\')", R"(["", '', "'", '"'])", R"("# . [ {")"}) {
        CAPTURE(text);
        CHECK(parseToml(std::string("a = ") + text + " # \"\"\"\n", "x.toml").ok());
    }
}

} // namespace stint
