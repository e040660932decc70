// The files of a page, and their tags.
#include <doctest/doctest.h>

#include "entrance/pages.hpp"

using namespace stint::entrance;

TEST_CASE("a tag is that of its bytes, and matches as a browser sends it back") { // linux.md §B, embed
    const std::string tag = entityTag("one");
    CHECK(tag.size() == 34);
    CHECK(tag != entityTag("two"));
    CHECK(base64OfSha256("") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    for (const std::string& header :
         std::vector<std::string>{tag, "*", "\"x\", " + tag, "W/" + tag, " " + tag + " ,\"y\""})
        CHECK(matches(header, tag));
    for (const std::string& header : std::vector<std::string>{"", tag.substr(1), "\"x\""})
        CHECK_FALSE(matches(header, tag));
}
