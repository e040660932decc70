#include <doctest/doctest.h>

#include "programs/spool/transfers.hpp"

using namespace stint;

TEST_CASE("a checksum is sha256 and 64 digits, or sha512 and 128") {
    const std::string digits(64, 'a');
    CHECK(*parseChecksum("sha256:" + digits) == "sha256:" + digits);
    CHECK(*parseChecksum("sha512:" + digits + digits) == "sha512:" + digits + digits);
    CHECK(*parseChecksum("SHA256:" + std::string(64, 'F')) == "sha256:" + std::string(64, 'f'));
    for (const std::string& text :
         {std::string("md5:abc"), digits, "sha512:" + digits, std::string(""), "sha256:" + digits + "a",
          "sha256:" + digits.substr(1), "sha256:" + digits.substr(1) + "g"}) {
        CAPTURE(text);
        auto checked = parseChecksum(text);
        REQUIRE(!checked.ok());
        CHECK(checked.error().code == Errc::ILLEGAL_ARGUMENT);
    }
}

TEST_CASE("a header is a name and a value, and not one that the transfer sets itself") {
    for (const char* line : {"X-Api-Key: 1", "Authorization: Bearer a.b", "Empty:", "A:b", "Cookie: a=1; b=2"}) {
        CAPTURE(line);
        CHECK(checkHeader(line).ok());
    }
    for (const char* line : {"", "no colon", ": nothing", "a b: c", "X: a\r\nY: b", "X: \x01", "Range: bytes=0-",
                             "if-range: x", "CONTENT-LENGTH: 3", "Transfer-Encoding: chunked", "Upload-Offset: 3"}) {
        CAPTURE(line);
        CHECK(!checkHeader(line).ok());
    }
    CHECK(checkHeader("X-Secret hunter2").error().message.find("hunter2") == std::string::npos);
}
