// A server's words about a file's name and digest (RFC 6266, RFC 8187, RFC 9530, RFC 3230).
#include <doctest/doctest.h>

#include "programs/transfer/digest.hpp"

using namespace stint::transfer;

namespace {

// The digests of "{"hello": "world"}" and a newline: RFC 9530's own example.
constexpr const char* repr = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
constexpr const char* hex = "sha256:44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38";

} // namespace

TEST_CASE("a name is the last part of what a server says, and filename* comes first") {
    struct Row {
        const char* header;
        const char* name;
    };
    // clang-format off
    for (const Row& r : {Row{"", ""},
                         Row{"inline", ""},
                         Row{"attachment; filename=a.txt", "a.txt"},
                         Row{"attachment; FileName = \"a;b.txt\"", "a;b.txt"},
                         Row{"attachment; filename=\"say \\\"hi\\\".txt\"", "say \"hi\".txt"},
                         Row{"attachment; filename=\"/etc/passwd\"", "passwd"},
                         Row{"attachment; filename=\"C:\\\\x\\\\y.txt\"", "y.txt"},
                         Row{"attachment; filename=\"..\"", "_."},
                         Row{"attachment; filename=\"a/\"", ""},
                         Row{"attachment; filename=\"-rf\"", "_rf"},
                         Row{"attachment; filename=x; filename*=UTF-8''%e2%82%ac%20rates", "€ rates"},
                         Row{"attachment; filename=x; filename*=ISO-8859-1''%a3", "x"},
                         Row{"attachment; filename*=UTF-8''; filename=x", "x"},
                         Row{"attachment; filename*=UTF-8''%2e%2e%2fup", "up"},
                         Row{"attachment; filename*=UTF-8''a%00b", "a_b"},
                         Row{"attachment; filename*=utf-8'en'x%ZZ", "x%ZZ"},
                         Row{"attachment; filename=\"open", "\"open"}}) {
        // clang-format on
        CAPTURE(r.header);
        CHECK(offeredName(r.header) == r.name);
    }
}

TEST_CASE("a digest is believed where it can be one") {
    CHECK(offeredDigest(repr, "") == hex);
    CHECK(offeredDigest("", "SHA-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=") == hex);
    CHECK(offeredDigest("unixsum=:AAA=:, " + std::string(repr) + ";q=1", "") == hex);
    const std::string longer = "sha-512=:" + toBase64(std::string(64, 'x')) + ":";
    CHECK(offeredDigest(std::string(repr) + ", " + longer, "").starts_with("sha512:7878"));
    for (const char* other : {"", "sha-256", "sha-256=", "sha-256=::", "sha-256=:AAAA:", "sha-256=:%%%%:", "md5=:AAAA:",
                              "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="}) {
        CAPTURE(other);
        CHECK(offeredDigest(other, "").empty());
    }
}

TEST_CASE("the sums beside a file are of that file") {
    const std::string digits = std::string(hex).substr(7);
    const std::string other(64, '0');
    CHECK(digestInSums(digits, "f.iso") == hex);
    CHECK(digestInSums(digits + "  f.iso\n", "f.iso") == hex);
    CHECK(digestInSums(other + "  g.iso\r\n" + digits + " *dir/f.iso\r\n", "f.iso") == hex);
    CHECK(digestInSums("SHA256 (f.iso) = " + digits, "f.iso") == hex);
    CHECK(digestInSums(digits + "  g.iso\n", "f.iso").empty());
    CHECK(digestInSums(digits.substr(2) + "  f.iso\n", "f.iso").empty());
    CHECK(digestInSums("<html>", "f.iso").empty());
}

TEST_CASE("base64 goes round, and nothing else passes for it") {
    for (const std::string& bytes : {std::string("f"), std::string("fo"), std::string("foo"), std::string(32, '\0')})
        CHECK(fromBase64(toBase64(bytes)) == bytes);
    for (const char* text : {"", "A", "AAA", "A===", "====", "AA A", "AA=A"}) {
        CAPTURE(text);
        CHECK(!fromBase64(text));
    }
}
