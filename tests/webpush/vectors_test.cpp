// The vectors of the RFCs, to the byte: another implementation's output is what ours reads, and ours is its.
#include <doctest/doctest.h>

#include "push/webpush/encryption.hpp"
#include "push/webpush/openssl.hpp"
#include "push/webpush/vapid.hpp"

using namespace stint;
using namespace stint::webpush;

namespace {

std::string bytes(std::string_view text, std::size_t size) { return fromBase64Url(text, size).value(); }

const std::string walrus = "I am the walrus";

// RFC 8291 §5 and appendix A.
const std::string plain = "When I grow up, I want to be a watermelon";
const std::string body =
    bytes("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
          "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
          "lcy4a-fN",
          144);
const std::string auth = bytes("BTBZMqHH6r4Tts7J_aSIgg", authSize);

KeyPair pairOf(std::string_view secret, std::string_view point) {
    return KeyPair::of(bytes(secret, secretSize), bytes(point, pointSize)).value();
}
KeyPair app() {
    return pairOf("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
                  "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
}
KeyPair server() {
    return pairOf("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
                  "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
}

} // namespace

TEST_CASE("one record, and the same bytes again") { // RFC 8188 §3.1
    const std::string secret = bytes("yqdlZ-tYemfogSmv7Ws5PQ", 16);
    const std::string coded = bytes("I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg", 53);
    CHECK(open(coded, secret).value() == walrus);
    CHECK(seal(walrus, secret, codingOf(coded).value()).value() == coded);
}

TEST_CASE("two records, padded, with a key's name") { // RFC 8188 §3.2
    const std::string secret = bytes("BO3ZVPxUlnLORbVGMpbT1Q", 16);
    const std::string coded =
        bytes("uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA", 73);
    CHECK(codingOf(coded).value().keyId == "a1");
    CHECK(codingOf(coded).value().recordSize == 25);
    CHECK(open(coded, secret).value() == walrus);
    CHECK_FALSE(open(std::string_view(coded).substr(0, 23 + 25), secret).ok()); // its second record is missing
}

TEST_CASE("a push message, both ways") { // RFC 8291 §5
    CHECK(decrypt(body, app(), auth).value() == plain);
    CHECK(encrypt(plain, {.point = app().point(), .auth = auth}, server(), codingOf(body).value().salt).value() ==
          body);
}

TEST_CASE("a request is signed by its key, for its origin, until its end") { // RFC 8292 §2.4
    const std::string header =
        "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3"
        "NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtm"
        "ysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2Em"
        "ClBPs";
    const std::string origin = "https://push.example.net";
    const WallTime end(std::chrono::seconds(1453523768));
    CHECK(toBase64Url(signerOf(header, origin, end - mostValid).value()) ==
          "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs");
    CHECK(signerOf(header, origin, end - Duration{1000}).ok());
    CHECK(signerOf(header, origin, end).error().code == Errc::SECURITY);
    CHECK(signerOf(header, origin, end - mostValid - Duration{1000}).error().code == Errc::SECURITY);
    CHECK(signerOf(header, "https://push.example.org", end - mostValid).error().message ==
          "it is signed for https://push.example.net; this is https://push.example.org");
}
