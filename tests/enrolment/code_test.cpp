// fleet.md §3: the code that a person types.
#include <numeric>
#include <random>

#include <doctest/doctest.h>

#include "fleet/enrolment/code.hpp"
#include "fleet/signing/secret_key.hpp"
#include "push/envelope/bytes.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

const std::string server = "https://push.example";

JoinCode someCode() {
    return {fingerprintOf(SecretKey::make().publicKey(), "office"), "0AB4CDE67GH01JKMNP0RSTVWXYZ0V123", "K3V7QA2M",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZW"};
}

} // namespace

TEST_CASE("fleet.md §3: a code is 12 groups of 8, and a line with a usual URL has at most 200 characters") {
    const JoinCode code = someCode();
    const std::string text = textOf(code, server);
    CHECK(text.size() == 12 * 8 + 11);
    CHECK(codeIn(text, server).value() == code);
    const std::string longUrl = "https://" + std::string(62, 'a');
    CHECK(longUrl.size() == 70);
    CHECK(("stint fleet join " + longUrl + " " + textOf(code, longUrl)).size() <= 200);
}

TEST_CASE("fleet.md §3: a code is read as people copy it") {
    const JoinCode code = someCode();
    const std::string text = textOf(code, server);
    std::string typed;
    for (const char c : text) {
        if (c == '-')
            typed += " ";
        else if (c == '0')
            typed += "o";
        else if (c == '1')
            typed += typed.size() % 2 == 0 ? "l" : "I";
        else
            typed += static_cast<char>(c >= 'A' ? c + 32 : c);
    }
    CHECK(codeIn(typed + "\n", server).value() == code);
    std::erase(typed, ' ');
    CHECK(codeIn(typed, server).value() == code);
}

TEST_CASE("fleet.md §3: a wrong character, two that are exchanged, and a wrong URL are told") {
    const std::string text = textOf(someCode(), server);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '-') continue;
        for (const char other : push::crockford) {
            if (other == text[at]) continue;
            std::string wrong = text;
            wrong[at] = other;
            CHECK_FALSE(codeIn(wrong, server).ok());
        }
        std::string exchanged = text;
        const std::size_t next = at + 1 < text.size() && text[at + 1] == '-' ? at + 2 : at + 1;
        if (next >= text.size() || text[at] == text[next]) continue;
        std::swap(exchanged[at], exchanged[next]);
        CHECK_FALSE(codeIn(exchanged, server).ok());
    }
    const auto elsewhere = codeIn(text, "https://push.exampel");
    CHECK(elsewhere.error().message == "a character of the code is wrong, or it is not for https://push.exampel");
    CHECK(codeIn(text.substr(1), server).error().message.find("96 letters and digits") != std::string::npos);
    CHECK_FALSE(codeIn("", server).ok());
    CHECK_FALSE(codeIn(text + "0", server).ok());
}

TEST_CASE("fleet.md §3: another program writes the same code of the same bytes") { // python, of bytes 0 to 56
    Fingerprint fleet{};
    std::iota(fleet.begin(), fleet.end(), static_cast<unsigned char>(0));
    const JoinCode code{fleet, "208H44RM2MB1E60S38DHR78Y3WG228H3", "4GJJC9S8", "54N2PB1D5RQK0C9J6CT3ADHQ70"};
    CHECK(textOf(code, server) == "000G40R4-0M30E209-185GR38E-1W8124GK-2GAHC5RR-34D1P70X-"
                                  "3RFJ0892-4CJ2A9H7-50MJMASC-5MQ2YC1H-68SK8D9P-6WW132GY");
}

TEST_CASE("fleet.md §3: a code names a root and a fleet's name") {
    const PublicKey root = SecretKey::make().publicKey();
    CHECK(fingerprintOf(root, "office") != fingerprintOf(root, "offices"));
    CHECK(fingerprintOf(root, "office") != fingerprintOf(SecretKey::make().publicKey(), "office"));
    PublicKey renamed = root;
    renamed.id.bytes[0] ^= 1;
    CHECK(fingerprintOf(renamed, "office") != fingerprintOf(root, "office"));
}

TEST_CASE("fleet.md §3: whatever is typed, a code is read or told") {
    std::mt19937 random(32); // NOLINT(cert-msc51-cpp): the same each time
    const std::string text = textOf(someCode(), server);
    for (int n = 0; n < 10'000; ++n) {
        std::string typed = text;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            const std::size_t at = random() % (typed.size() + 1);
            if (random() % 3 == 0)
                typed.erase(at, random() % 5);
            else if (random() % 2 == 0)
                typed.insert(at, 1, static_cast<char>(random()));
            else if (at < typed.size())
                typed[at] = static_cast<char>(random());
        }
        const auto read = codeIn(typed, server);
        if (read.ok()) CHECK(textOf(*read, server) == text);
    }
}
