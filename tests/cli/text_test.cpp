#include <clocale>

#include <doctest/doctest.h>

#include "faces/screen/text.hpp"

using namespace stint::cli;

namespace {
/// Widths of wide characters are the locale's to know, as in the program.
struct Utf8 {
    Utf8() { std::setlocale(LC_CTYPE, "C.UTF-8"); }
    ~Utf8() { std::setlocale(LC_CTYPE, "C"); }
};
} // namespace

TEST_CASE("wide characters count two columns, combining ones none") {
    const Utf8 locale;
    CHECK(widthOf("mail") == 4);
    CHECK(widthOf("日本") == 4);
    CHECK(widthOf("e\xCC\x81") == 1);
    CHECK(widthOf("") == 0);
}

TEST_CASE("text that fits is left alone, and longer text ends in an ellipsis within the columns") {
    const Utf8 locale;
    CHECK(shortened("holiday.iso", 11) == "holiday.iso");
    CHECK(shortened("holiday.iso", 10) == "holiday.i…");
    CHECK(shortened("日本日本", 8) == "日本日本");
    CHECK(shortened("日本日本", 7) == "日本日…");
    CHECK(shortened("日本日本", 6) == "日本…"); // half a wide character is none
    CHECK(shortened("abc", 1) == "…");
    CHECK(shortened("abc", 0).empty());
}

TEST_CASE("a word is quoted for a shell only where it has to be") {
    CHECK(shellWord("https://h/a%20b.tar-1_2") == "https://h/a%20b.tar-1_2");
    CHECK(shellWord("日本") == "日本");
    CHECK(shellWord("my file") == "'my file'");
    CHECK(shellWord("http://h/?a=1&b") == "'http://h/?a=1&b'");
    CHECK(shellWord("it's") == R"('it'\''s')");
    CHECK(shellWord("").size() == 2);
}

TEST_CASE("padding counts columns, not bytes") {
    const Utf8 locale;
    CHECK(padRight("日", 4) == "日  ");
    CHECK(padLeft("7", 3) == "  7");
    CHECK(padLeft("7777", 3) == "7777");
}

TEST_CASE("a word without end is cut, and the words beside it are not") {
    const std::string endless(1000, 'x');
    CHECK(withShortWords("there is no verb \"" + endless + "\"; see `stint help`", 10) ==
          "there is no verb \"xxxxxxxx… see `stint help`");
    CHECK(withShortWords("one\ntwo  three\n", 5) == "one\ntwo  three\n");
}
