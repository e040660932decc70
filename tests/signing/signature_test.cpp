// minisign's signatures (fleet.md §6.1), by keys and files that minisign has made.
#include "fleet/signing/signature.hpp"

#include <doctest/doctest.h>

#include "fleet/signing/format.hpp"
#include "signing/changed.hpp"
#include "signing/vectors.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

const PublicKey& key() {
    static const PublicKey read = PublicKey::readFile(vectors::publicFile).value();
    return read;
}
const SecretKey& secretKey() {
    static const SecretKey read = SecretKey::read(vectors::unlockedFile, std::nullopt).value();
    return read;
}

/// The trusted comment, or the error's words.
std::string found(std::string_view file, std::string_view content = vectors::content, const PublicKey& by = key()) {
    const auto signature = Signature::read(file);
    if (!signature.ok()) return signature.error().message;
    const auto comment = signature->verify(content, by);
    return comment.ok() ? *comment : comment.error().message;
}

std::string replaced(std::string text, std::string_view old, std::string_view by) {
    const auto at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), by);
}

} // namespace

TEST_CASE("minisign's signatures are verified") { // fleet.md §6.1
    CHECK(found(vectors::signature) == "timestamp:1795867213\tfile:doc\thashed");
    CHECK(found(vectors::lockedSignature, vectors::content, PublicKey::readFile(vectors::lockedPublicFile).value()) ==
          "kind=campaign");
    CHECK(Signature::read(vectors::signature)->key() == key().id);
}

TEST_CASE("the same content has the same signature from minisign and from us") { // Ed25519 draws nothing
    const std::string ours = sign(vectors::content, secretKey(), "timestamp:1795867213\tfile:doc\thashed").value();
    CHECK(ours == replaced(std::string(vectors::signature), "signature from minisign secret key",
                           "signature of key 8FFE9C2C53FDE06C"));
}

TEST_CASE("a refused signature says why it is") {
    const std::string file(vectors::signature);
    CHECK(found(file, "campaigN\n") == "the content is not what key 8FFE9C2C53FDE06C signed");
    CHECK(found(file, "") == "the content is not what key 8FFE9C2C53FDE06C signed");
    CHECK(found(replaced(file, "file:doc", "file:dog")) ==
          "the trusted comment is not what key 8FFE9C2C53FDE06C signed");
    CHECK(found(vectors::lockedSignature) ==
          "this signature is of key 4DFEA9EF01DFA0EA, and not of key 8FFE9C2C53FDE06C");
    CHECK(
        found(vectors::legacySignature) ==
        "this signature of key 8FFE9C2C53FDE06C has minisign's older form, over a content that was not hashed: sign it "
        "anew, without the option -l");
    CHECK(found(vectors::publicFile) ==
          "this is no signature of minisign: it must have 4 lines, and end with the last one's line feed");
    CHECK(found(replaced(file, "\n", "\r\n")) ==
          "this is no signature of minisign: its lines may not end in carriage returns");
    CHECK(found(replaced(file, "untrusted", "trusted")) ==
          "this is no signature of minisign: it must begin with \"untrusted comment: \"");
    CHECK(found(replaced(file, "\ntrusted", "\nTrusted")) ==
          "this is no signature of minisign: its third line must begin with \"trusted comment: \"");
    CHECK(found(replaced(file, "RURs", "RUrs")) ==
          "this is no signature of minisign: its second line is no base64 of one");
    CHECK(found(replaced(file, "==", "=")) == "this is no signature of minisign: its fourth line is no base64 of one");
    CHECK(found(replaced(file, "file:doc", "file:\x1b[2J")) ==
          "this is no signature of minisign: a comment has no control characters, and is UTF-8");
    CHECK(found(std::string(10'000, 'a')) == "this is no signature of minisign: it is too long");
}

// The hash of a content is not itself a content that was signed, though its Ed25519 is the same.
TEST_CASE("a signature is not of the older form by another mark") {
    const auto text = replaced(std::string(vectors::signature), "RURs", "RWRs");
    CHECK(found(text).find("older form") != std::string::npos);
    const auto hashed = replaced(std::string(vectors::legacySignature), "RWRs", "RURs");
    CHECK(found(hashed) == "the content is not what key 8FFE9C2C53FDE06C signed");
}

TEST_CASE("another key of the same id verifies nothing") {
    PublicKey other = PublicKey::readFile(vectors::lockedPublicFile).value();
    other.id = key().id;
    CHECK(found(vectors::signature, vectors::content, other) == "the content is not what key 8FFE9C2C53FDE06C signed");
}

// The untrusted comment is not signed: it alone may be another.
TEST_CASE("a signature with one mistake is refused, but for its untrusted comment") {
    int passed = 0;
    withEachByteChanged(vectors::signature, [&](const std::string& changed) {
        const auto signature = Signature::read(changed);
        if (!signature.ok() || !signature->verify(vectors::content, key()).ok()) return;
        CHECK(protectedPart(changed) == protectedPart(vectors::signature));
        ++passed;
    });
    CHECK(passed > 0);
    withEachBeginning(vectors::signature,
                      [](const std::string& beginning) { CHECK_FALSE(Signature::read(beginning).ok()); });
}

TEST_CASE("a trusted comment is one line that steers nothing, of 1000 bytes at most") {
    for (const std::string& good : {std::string(), std::string("kind=campaign\tid=20261128-k3v7qa2m"),
                                    std::string(1000, 'a'), std::string("Grüße"), std::string(" a ")})
        CHECK(found(sign("", secretKey(), good).value(), "") == good);
    for (const std::string& bad :
         {std::string("a\nb"), std::string("a\rb"), std::string(1, '\0'), std::string("\x1b[2J"), std::string("\x7f"),
          std::string("\xff"), std::string("\xc2\x85"), std::string("\xe2\x80\xae"), std::string(1001, 'a')})
        CHECK(sign("", secretKey(), bad).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("what is signed is all of the content") {
    const std::string content("a\0b\n\xff", 5), file = sign(content, secretKey(), "c").value();
    CHECK(found(file, content) == "c");
    CHECK(found(file, "a") != "c");
    CHECK(found(file, content + "\n") != "c");
}
