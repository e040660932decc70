// Bodies and signatures that are not as they were made, or were never made.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "push/webpush/encryption.hpp"
#include "push/webpush/openssl.hpp"
#include "push/webpush/vapid.hpp"

using namespace stint;
using namespace stint::webpush;

namespace {

struct App {
    KeyPair keys = KeyPair::random();
    std::string auth = randomBytes(authSize);

    Subscription subscription() const { return {.point = keys.point(), .auth = auth}; }
};

const std::string origin = "https://push.example";
const WallTime now(std::chrono::hours(24 * 365 * 56));

bool refused(std::string_view authorization, Errc code) {
    const auto signer = signerOf(authorization, origin, now);
    return !signer.ok() && signer.error().code == code;
}

} // namespace

TEST_CASE("what is encrypted is read, and after a change of any bit it is not") { // RFC 8291 §4
    const App app;
    CHECK(rc::check([&] {
        const auto plain = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        std::string body = encrypt(plain, app.subscription()).value();
        RC_ASSERT(decrypt(body, app.keys, app.auth).value() == plain);
        const auto bit = *rc::gen::inRange<std::size_t>(0, body.size() * 8);
        body[bit / 8] = static_cast<char>(static_cast<unsigned char>(body[bit / 8]) ^ (1U << bit % 8));
        // A record may be said to be longer than it is: nothing else stands in the header and not in what is sealed.
        const bool longer = bit / 8 >= saltSize && bit / 8 < saltSize + 4;
        const auto changed = decrypt(body, app.keys, app.auth);
        const bool reads = longer && changed.ok() && changed.value() == plain;
        RC_ASSERT(!changed.ok() || reads);
    }));
}

TEST_CASE("a body that is cut off, and one of another app, are refused") {
    const App app, other;
    const std::string body = encrypt("hello", app.subscription()).value();
    for (std::size_t size = 0; size < body.size(); ++size)
        CHECK_FALSE(decrypt(std::string_view(body).substr(0, size), app.keys, app.auth).ok());
    CHECK_FALSE(decrypt(body + "x", app.keys, app.auth).ok());
    CHECK_FALSE(decrypt(body, other.keys, app.auth).ok());
    CHECK_FALSE(decrypt(body, app.keys, other.auth).ok());
}

TEST_CASE("the longest message is one body of 4096 bytes, and a longer one is refused") { // RFC 8030 §7.2
    const App app;
    CHECK(encrypt(std::string(mostPlain, 'x'), app.subscription()).value().size() == mostBody);
    CHECK(encrypt(std::string(mostPlain + 1, 'x'), app.subscription()).error().message ==
          "the message has 3994 bytes; encrypted, at most 3993 fit in (RFC 8030 §7.2)");
    CHECK(decrypt(encrypt("", app.subscription()).value(), app.keys, app.auth).value().empty());
}

TEST_CASE("a key that is no point on the curve is refused") { // RFC 8291 §7: an invalid curve gives the secret away
    const App app;
    std::string off = app.keys.point();
    off.back() = static_cast<char>(static_cast<unsigned char>(off.back()) ^ 1U);
    for (const std::string& point : {off, std::string(), std::string(pointSize, '\0'), std::string(pointSize, '\x04'),
                                     "\x03" + app.keys.point().substr(1), app.keys.point().substr(1)})
        CHECK(encrypt("hello", {.point = point, .auth = app.auth}).error().message ==
              "the public key is not a point on the curve P-256");
    const KeyPair other = KeyPair::random();
    CHECK_FALSE(KeyPair::of(std::string(secretSize, '\x11'), other.point()).ok());
    CHECK_FALSE(KeyPair::of("", other.point()).ok());
}

TEST_CASE("a signature is for one origin and a day at most") { // RFC 8292 §2, §3
    const KeyPair key = KeyPair::random();
    CHECK(signerOf(vapidFor(origin, now + mostValid, key), origin, now).value() == key.point());
    CHECK(refused(vapidFor(origin, now, key), Errc::SECURITY));
    CHECK(refused(vapidFor(origin, now + mostValid + std::chrono::seconds(1), key), Errc::SECURITY));
    CHECK(refused(vapidFor("https://push.example:444", now + mostValid, key), Errc::SECURITY));
    std::string forged = vapidFor(origin, now + mostValid, key);
    forged.replace(forged.find(" k="), std::string::npos, " k=" + toBase64Url(KeyPair::random().point()));
    CHECK(refused(forged, Errc::SECURITY));
}

TEST_CASE("what is no signature is not taken for one that is wrong") { // RFC 8292 §3
    for (const std::string_view text :
         {"", "vapid", "vapid ", "Basic dXNlcg==", "vapid t=a.b.c", "vapid k=a", "vapid t=, k=", "vapid t=a.b.c, k=a"})
        CHECK(refused(text, Errc::ILLEGAL_ARGUMENT));
    const KeyPair key = KeyPair::random();
    const std::string k = ", k=" + toBase64Url(key.point());
    const auto token = [&](std::string_view header, std::string_view claims) {
        std::string text = toBase64Url(header) + "." + toBase64Url(claims);
        return "vapid t=" + text + "." + toBase64Url(key.sign(text)) + k;
    };
    CHECK(refused("vapid t=a" + k, Errc::ILLEGAL_ARGUMENT));
    CHECK(refused("vapid t=a.b" + k, Errc::ILLEGAL_ARGUMENT));
    CHECK(refused("vapid t=a.b.c" + k, Errc::SECURITY));
    const std::string good = R"({"typ":"JWT","alg":"ES256"})";
    CHECK(refused(token(R"({"alg":"none"})", "{}"), Errc::SECURITY));
    CHECK(refused(token(R"({"alg":7})", "{}"), Errc::SECURITY));
    for (const std::string_view claims :
         {"", "[]", "{}", R"({"aud":"https://push.example"})", R"({"exp":"soon","aud":"https://push.example"})",
          R"({"exp":1e300})", R"({"exp":1,"aud":[]})"})
        CHECK(refused(token(good, claims), Errc::ILLEGAL_ARGUMENT));
    CHECK(refused(token(good, R"({"exp":1e300,"aud":"https://push.example"})"), Errc::SECURITY));
}

TEST_CASE("a key is read from PEM, and from what web-push writes") {
    const KeyPair key = KeyPair::read("-----BEGIN PRIVATE KEY-----\n"
                                      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUAXkfBQiiiWznH2e\n"
                                      "lf9bVVzdGEHYx6dbdpv7oEl9WwyhRANCAAR6HKH2UIVBYBOQ/iN+eGEKtAosBZW9\n"
                                      "cA0NEXtW/B6HiNxvfzNP3YGJ5BZ6l+MD9JtKj1WVo5aqzc0jtFvH8CqX\n"
                                      "-----END PRIVATE KEY-----\n")
                            .value();
    CHECK(isSignedBy(key.point(), "text", key.sign("text")));
    CHECK_FALSE(isSignedBy(key.point(), "next", key.sign("text")));
    const KeyPair same = KeyPair::read(R"({"publicKey":")" + toBase64Url(key.point()) +
                                       R"(","privateKey":"UAXkfBQiiiWznH2elf9bVVzdGEHYx6dbdpv7oEl9Www"})")
                             .value();
    CHECK(same.point() == key.point());
    for (const std::string& text : {std::string(), std::string("{}"), std::string("-----BEGIN PRIVATE KEY-----\n"),
                                    std::string(R"({"publicKey":7,"privateKey":[]})")})
        CHECK_FALSE(KeyPair::read(text).ok());
}
