// minisign's public keys (fleet.md §6.1).
#include "fleet/signing/public_key.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sodium.h>

#include "fleet/signing/format.hpp"
#include "fleet/signing/signature.hpp"
#include "signing/changed.hpp"
#include "signing/vectors.hpp"

using namespace stint;
using namespace stint::fleet;

TEST_CASE("a public key is read and written as minisign writes it") { // fleet.md §6.1
    const auto key = PublicKey::readFile(vectors::publicFile);
    REQUIRE(key.ok());
    CHECK(key->file() == vectors::publicFile);
    CHECK(key->id.text() == "8FFE9C2C53FDE06C");
    CHECK(key->text() == "RWRs4P1TLJz+jy/TsOzGppMp5UZ9tILM7s+R3f3WjN/7GcoU0O5xI4zu");
    CHECK(PublicKey::read(key->text()).value() == *key);
}

TEST_CASE("a key's id has all of its 16 digits") { // minisign leaves zeros in front out
    CHECK(KeyId{{0x01, 0xab, 0, 0, 0, 0, 0, 0}}.text() == "000000000000AB01");
    CHECK(KeyId{}.text() == "0000000000000000");
}

TEST_CASE("a public key is 56 characters and nothing else") {
    const std::string text = PublicKey::readFile(vectors::publicFile)->text();
    for (const std::string& other : {text + "\n", text + "=", text + " ", " " + text, text.substr(1), std::string(),
                                     "Q" + text.substr(1), text.substr(0, 55) + "_", text + text})
        CHECK(PublicKey::read(other).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("a point that anybody could sign for, or nobody, is no key") {
    PublicKey key{.id = {}, .point = {}}; // all zero: of order 4
    CHECK_FALSE(PublicKey::read(key.text()).ok());
    key.point = {1}; // of order 1
    CHECK_FALSE(PublicKey::read(key.text()).ok());
    key.point.fill(0xff); // more than the field has
    CHECK_FALSE(PublicKey::read(key.text()).ok());
    key.point = {2}; // not on the curve
    CHECK(PublicKey::read(key.text()).error().message.find("public key 0000000000000000 is damaged") == 0);
}

TEST_CASE("a key that is read again is the same, and one that never was a key verifies nothing") {
    const PublicKey right = PublicKey::readFile(vectors::publicFile).value();
    CHECK(PublicKey::readAgain(right.text()).value() == right);
    CHECK_FALSE(PublicKey::readAgain(right.text().substr(1)).ok());

    const PublicKey anybody{.id = {}, .point = {1}}; // R = 1, S = 0 would sign everything for it
    std::array<unsigned char, 74> ofContent{'E', 'D'};
    ofContent[10] = 1;
    const std::array<unsigned char, 64> ofAll{1};
    const std::string file =
        fmt::format("untrusted comment: \n{}\ntrusted comment: any\n{}\n", in64(ofContent), in64(ofAll));
    const auto signature = Signature::read(file);
    REQUIRE(signature.ok());
    const auto key = PublicKey::readAgain(anybody.text());
    REQUIRE(key.ok());
    CHECK_FALSE(signature->isOfContent("any", *key));
    CHECK_FALSE(signature->verify("any", *key).ok());
}

// Nothing in the file protects it, as nothing does in minisign: what is another key verifies nothing.
TEST_CASE("a public key's file with one mistake is refused, or is another key") {
    const auto signature = Signature::read(vectors::signature).value();
    int same = 0;
    withEachByteChanged(vectors::publicFile, [&](const std::string& changed) {
        const auto key = PublicKey::readFile(changed);
        if (!key.ok() || !signature.verify(vectors::content, *key).ok()) return;
        CHECK(protectedPart(changed) == protectedPart(vectors::publicFile));
        ++same;
    });
    CHECK(same > 0);
    withEachBeginning(vectors::publicFile,
                      [](const std::string& beginning) { CHECK_FALSE(PublicKey::readFile(beginning).ok()); });
}
