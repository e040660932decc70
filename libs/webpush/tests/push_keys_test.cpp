// An app's keys (push.md §4.3): what a server encrypts with the two texts that it was told, the app reads.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "push/webpush/encryption.hpp"
#include "stint/push_keys.hpp"

using namespace stint;

namespace {

/// A server's end, which has the two texts and nothing else.
std::string encryptedFor(const PushKeys& keys, std::string_view plain) {
    const webpush::Subscription told{.point = webpush::fromBase64Url(keys.p256dh(), webpush::pointSize).value(),
                                     .auth = webpush::fromBase64Url(keys.auth(), webpush::authSize).value()};
    return webpush::encrypt(plain, told).value();
}

} // namespace

TEST_CASE("what was encrypted for an app's keys is read by them, and by those that were kept") { // RFC 8291
    const PushKeys keys = PushKeys::make();
    const PushKeys kept = PushKeys::parse(keys.text()).value();
    CHECK(kept.p256dh() == keys.p256dh());
    CHECK(kept.auth() == keys.auth());
    CHECK(kept.text() == keys.text());
    CHECK(rc::check([&] {
        const auto plain = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        const std::string body = encryptedFor(keys, plain);
        RC_ASSERT(keys.decrypt(body).value() == plain);
        RC_ASSERT(kept.decrypt(body).value() == plain);
    }));
    CHECK(keys.decrypt(encryptedFor(keys, std::string(webpush::mostPlain, 'x'))).value().size() == 3993);
}

TEST_CASE("the texts are those of browsers and of UnifiedPush") { // RFC 8291 §2
    const PushKeys keys = PushKeys::make();
    CHECK(keys.p256dh().size() == 87);
    CHECK(keys.auth().size() == 22);
    CHECK(keys.p256dh().front() == 'B'); // the uncompressed point's 0x04
    CHECK(PushKeys::make().p256dh() != keys.p256dh());
}

TEST_CASE("the example of RFC 8291 is read") { // RFC 8291 §5
    const auto keys = PushKeys::parse(
        R"({"publicKey": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "privateKey": "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "auth": "BTBZMqHH6r4Tts7J_aSIgg"})");
    const auto message =
        webpush::fromBase64Url("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"
                               "c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
                               "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
                               144);
    REQUIRE(keys.ok());
    REQUIRE(message);
    CHECK(keys->decrypt(*message).value() == "When I grow up, I want to be a watermelon");
}

TEST_CASE("what is not for these keys is refused, and says so") {
    const PushKeys keys = PushKeys::make();
    const std::string body = encryptedFor(keys, "hello");
    for (const std::string& wrong : {std::string(), std::string("hello"), body.substr(0, body.size() - 1), body + "x",
                                     encryptedFor(PushKeys::make(), "hello")}) {
        const auto read = keys.decrypt(wrong);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK_FALSE(read.error().message.empty());
    }
}

TEST_CASE("a text of keys that is none is refused") {
    const std::string good = PushKeys::make().text(), other = PushKeys::make().text();
    const auto half = other.find("\"privateKey\"");
    for (const std::string& wrong :
         {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"auth": 7})"),
          std::string(R"({"auth": "BTBZMqHH6r4Tts7J_aSIgg"})"), good.substr(0, good.size() / 2),
          good.substr(0, good.find("\"privateKey\"")) + other.substr(half), std::string(1 << 20, '{')})
        CHECK(PushKeys::parse(wrong).error().code == Errc::ILLEGAL_ARGUMENT);
}
