#include <clocale>

#include <doctest/doctest.h>

#include "cli/text.hpp"

using namespace stint::cli;

namespace {
/// Widths of wide characters are the locale's to know, as in the program.
struct Utf8 {
    Utf8() { std::setlocale(LC_CTYPE, "C.UTF-8"); }
    ~Utf8() { std::setlocale(LC_CTYPE, "C"); }
};
} // namespace

TEST_CASE("what an app wrote cannot steer the terminal") {
    struct Row {
        std::string_view text, shown;
    };
    // clang-format off
    for (auto& r : {Row{"mail",                      "mail"},
                    Row{"naïve 日本",                "naïve 日本"},
                    Row{"\x1b[2Jgone",               "�[2Jgone"},       // clears a screen
                    Row{"a\rb\nc\td",                "a�b�c�d"},
                    Row{"\x7f",                      "�"},
                    Row{"\xC2\x9B" "31m",            "�31m"},           // C1: CSI in one character
                    Row{"exe.\xE2\x80\xAEgpj",       "exe.�gpj"},       // turns the direction of writing
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

TEST_CASE("wide characters count two columns, combining ones none") {
    Utf8 locale;
    CHECK(widthOf("mail") == 4);
    CHECK(widthOf("日本") == 4);
    CHECK(widthOf("e\xCC\x81") == 1);
    CHECK(widthOf("") == 0);
}

TEST_CASE("text that fits is left alone, and longer text ends in an ellipsis within the columns") {
    Utf8 locale;
    CHECK(shortened("holiday.iso", 11) == "holiday.iso");
    CHECK(shortened("holiday.iso", 10) == "holiday.i…");
    CHECK(shortened("日本日本", 8) == "日本日本");
    CHECK(shortened("日本日本", 7) == "日本日…");
    CHECK(shortened("日本日本", 6) == "日本…"); // half a wide character is none
    CHECK(shortened("abc", 1) == "…");
    CHECK(shortened("abc", 0).empty());
}

TEST_CASE("padding counts columns, not bytes") {
    Utf8 locale;
    CHECK(padRight("日", 4) == "日  ");
    CHECK(padLeft("7", 3) == "  7");
    CHECK(padLeft("7777", 3) == "7777");
}
