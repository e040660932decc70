#include <doctest/doctest.h>

#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/line/registrar.hpp"
#include "push/webpush/key_pair.hpp"

using namespace stint;
using namespace stint::push;

TEST_CASE("what the daemon keeps of a registration comes back as it was, and nothing else is taken for it") {
    const Details details{
        .token = newToken(), .of = "\x01 the connector's", .version = 1, .vapid = "key", .at = "STINT_P_0a@1"};
    CHECK(detailsIn(textOf(details)) == details);
    const Details longest{
        .token = newToken(), .of = std::string(100, '\x01'), .version = 2, .vapid = std::string(87, 'a'), .at = "S"};
    CHECK(textOf(longest).size() <= 1'024);
    CHECK(detailsIn(textOf(longest)) == longest);
    for (const char* text : {"", "{}", "[]", "null", R"({"token": "short", "of": "", "version": 2})"})
        CHECK_FALSE(detailsIn(text));
    CHECK_FALSE(detailsIn(textOf({.token = newToken(), .of = "", .version = 3, .vapid = "", .at = ""})));
    CHECK_FALSE(detailsIn(std::string(100'000, '[')));
}

TEST_CASE("a connector's wish is refused where a part of it can never be right") { // push.md §4.4
    const std::string point = in64(webpush::KeyPair::random().point());
    const Wish right{.version = 2, .service = "org.example.App", .token = "t", .description = "", .vapid = point};
    CHECK(checkWish(right).ok());
    std::vector<Wish> wrong(9, right);
    wrong[0].token = "";
    wrong[1].token = std::string(101, 't');
    wrong[2].service = ":1.7";
    wrong[3].service = "no name";
    wrong[4].description = std::string(257, 'd');
    wrong[5].vapid = point.substr(1);
    wrong[6].vapid = std::string(87, 'A');
    wrong[7].vapid = in64("\x04" + std::string(64, '\x01'));
    wrong[8].service = "";
    for (const Wish& one : wrong)
        CHECK(checkWish(one).error().code == Errc::ILLEGAL_ARGUMENT);
    std::string umlauts;
    for (int n = 0; n < 256; ++n)
        umlauts += "ü";
    Wish wide = right;
    wide.description = umlauts;
    CHECK(checkWish(wide).ok()); // characters, not bytes
}
