#include <doctest/doctest.h>

#include "stintd/helpers/helper.hpp"

using namespace stint;

TEST_CASE("names of windows pass as they are") {
    for (const WindowNames& names :
         {WindowNames{}, WindowNames{"org.example.Editor"}, WindowNames{"=", "a b", "!c", "\xc3\xa4"}}) {
        CHECK(windowsFrom(windowsText(names)) == names);
        CHECK(blindFrom(windowsText(names)).empty());
    }
    CHECK(blindFrom(blindText("no display")) == "no display");
    CHECK(windowsFrom(blindText("no display")).empty());
}

TEST_CASE("what is no name of a window is left out, on both sides") {
    CHECK(windowsFrom(windowsText({"a\nb", "", "c", std::string(256, 'd')})) == WindowNames{"c"});
    CHECK(windowsFrom("=a\x01\n\n\nb") == WindowNames{"b"});
    CHECK(windowsFrom("a").empty());
    CHECK(windowsFrom("").empty());
}

TEST_CASE("no message is too long for its reader, however many windows are in front") {
    WindowNames many;
    for (char c = 'a'; c <= 'z'; ++c)
        many.insert(std::string(longestWindowName, c));
    const std::string text = windowsText(many);
    CHECK(text.size() <= longestWindowWord);
    CHECK(windowsFrom(text).size() == mostWindowNames);
    CHECK(blindText(std::string(9000, 'a')).size() == longestWindowWord);
}
