#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "base/text/printable.hpp"

using namespace stint;

namespace {

std::string utf8(char32_t point) {
    const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xC0 | (point >> 6)), byte(0x80 | (point & 0x3F))};
    if (point < 0x10000)
        return {byte(0xE0 | (point >> 12)), byte(0x80 | ((point >> 6) & 0x3F)), byte(0x80 | (point & 0x3F))};
    return {byte(0xF0 | (point >> 18)), byte(0x80 | ((point >> 12) & 0x3F)), byte(0x80 | ((point >> 6) & 0x3F)),
            byte(0x80 | (point & 0x3F))};
}

} // namespace

TEST_CASE("what a stranger wrote cannot steer the terminal") {
    struct Row {
        std::string_view text, shown;
    };
    // clang-format off
    for (auto& r : {Row{"mail",                      "mail"},
                    Row{"naïve 日本 👩‍🚀",             "naïve 日本 👩�🚀"}, // U+200D has no width
                    Row{"❤️",                         "❤️"},              // U+FE0F selects the emoji
                    Row{"\x1b[2Jgone",               "�[2Jgone"},       // clears a screen
                    Row{"a\rb\nc\td",                "a�b�c�d"},
                    Row{"\x7f",                      "�"},
                    Row{"\xC2\x9B" "31m",            "�31m"},           // C1: CSI in one character
                    Row{"exe.\xE2\x80\xAEgpj",       "exe.�gpj"},       // turns the direction of writing
                    Row{"pay\xE2\x80\x8Bpal",        "pay�pal"},        // zero width
                    Row{"hi\xF3\xA0\x81\xA1",        "hi�"},            // a tag
                    Row{"\xE2\x80\xA8",              "�"},              // a line separator
                    Row{"\xff\xfe",                  "��"},
                    Row{"\xC0\xAF",                  "��"},             // overlong '/'
                    Row{"\xED\xA0\x80",              "���"},            // half of a pair
                    Row{"\xE2\x82",                  "��"}})            // cut in the middle
        CHECK(printable(r.text) == r.shown);
    // clang-format on
}

TEST_CASE("of lines the ends stay, and nothing else that steers") {
    CHECK(printableLines("Running job\n") == "Running job\n");
    CHECK(printableLines("12\n\n") == "12\n\n");
    CHECK(printableLines("\x1b[2J\na\rb") == "�[2J\na�b");
    CHECK(printableLines("").empty());
}

TEST_CASE("JSON keeps what it means and steers nothing") {
    CHECK(printableJson(R"({"name":"naïve\n"})") == R"({"name":"naïve\n"})");
    CHECK(printableJson("\"\x7f\xC2\x9B\xE2\x80\xAE\"") == R"("\u007f\u009b\u202e")");
    CHECK(printableJson("\"\xF3\xA0\x81\xA1\"") == R"("\udb40\udc61")");
}

// The classes as Unicode 14 has them; that none is missing is the end-to-end test's to ask of Python's tables.
TEST_CASE("every code point is shown as it is, or not at all") {
    for (char32_t point = 1; point <= 0x10FFFF; ++point) {
        if ((point >= 0xD800 && point < 0xE000) || point == 0xFFFD) continue;
        const std::string text = utf8(point);
        const std::string shown = printable(text);
        if (steers(point) ? shown != "\xEF\xBF\xBD" : shown != text) FAIL("code point " << std::uint32_t{point});
    }
}
