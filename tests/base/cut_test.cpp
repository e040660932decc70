// A text cut to so many bytes, between the characters of UTF-8.
#include "base/text/printable.hpp"

#include <doctest/doctest.h>

#include "base/unix/process.hpp"

using namespace stint;

TEST_CASE("a text is cut before a character that does not fit whole, and nowhere else") {
    struct Row {
        std::string_view text;
        std::size_t most;
        std::string_view left;
    };
    // clang-format off
    for (const auto& r : {Row{"abc", 3, "abc"}, Row{"abc", 2, "ab"}, Row{"abc", 0, ""}, Row{"", 4, ""},
                          Row{"a\u00e4b", 3, "a\u00e4"}, Row{"a\u00e4b", 2, "a"},   // two bytes
                          Row{"\u20ac\u20ac", 5, "\u20ac"}, Row{"\u20ac", 2, ""},  // three
                          Row{"\x80\x80\x80", 2, ""}}) {                           // no character at all
        // clang-format on
        CAPTURE(r.text);
        CHECK(headOf(r.text, r.most) == r.left);
        std::string text(r.text);
        cut(text, r.most);
        CHECK(text == r.left);
    }
}

TEST_CASE("a boot has a name of one line") { CHECK(bootId().size() == 36); }
