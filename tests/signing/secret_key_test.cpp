// minisign's secret keys (fleet.md §6.1), and their files with a password and without.
#include "fleet/signing/secret_key.hpp"

#include <algorithm>
#include <optional>

#include <doctest/doctest.h>

#include "fleet/signing/format.hpp"
#include "fleet/signing/signature.hpp"
#include "signing/changed.hpp"
#include "signing/vectors.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

constexpr std::size_t saltAt = 6, operationsAt = 38, memoryAt = 46, idAt = 54, pairAt = 62, checksumAt = 126;

/// A secret key's file, its bytes to be changed.
struct File {
    explicit File(std::string_view file) { REQUIRE(from64(file.substr(file.find('\n') + 1, lengthIn64(158)), bytes)); }
    std::string text() const { return "untrusted comment: \n" + in64(bytes) + "\n"; }
    /// A number of eight bytes, the lowest first.
    void put(std::size_t at, std::uint64_t number) {
        for (std::size_t n = 0; n < 8; ++n)
            bytes.at(at + n) = static_cast<unsigned char>(number >> (8 * n) & 0xffU);
    }

    /// Zeros where a password's salt and limits are.
    std::array<unsigned char, 158> withoutPassword() const {
        auto rest = bytes;
        std::fill(rest.begin() + saltAt, rest.begin() + idAt, 0);
        return rest;
    }

    std::array<unsigned char, 158> bytes{};
};

bool isSameKey(const SecretKey& a, const SecretKey& b) {
    return a.publicKey() == b.publicKey() && a.signatureOf("text") == b.signatureOf("text");
}
Error errorOf(std::string_view file, std::optional<std::string_view> password = std::nullopt) {
    auto key = SecretKey::read(file, password);
    REQUIRE_FALSE(key.ok());
    return std::move(key).error();
}

} // namespace

TEST_CASE("minisign's keys are read") { // fleet.md §6.1
    const auto key = SecretKey::read(vectors::unlockedFile, std::nullopt);
    REQUIRE(key.ok());
    CHECK(key->publicKey() == PublicKey::readFile(vectors::publicFile).value());
    CHECK_FALSE(SecretKey::isLocked(vectors::unlockedFile).value());

    CHECK(SecretKey::isLocked(vectors::lockedFile).value());
    const auto locked = SecretKey::read(vectors::lockedFile, "secret");
    REQUIRE(locked.ok());
    CHECK(locked->publicKey() == PublicKey::readFile(vectors::lockedPublicFile).value());
    CHECK(sign(vectors::content, *locked, "kind=campaign").value().find("\nRUTqoN8B76n+TSDRabRuYandxr") !=
          std::string::npos);
}

TEST_CASE("each key is another, and the same again from its file") {
    const SecretKey key = SecretKey::make(), other = SecretKey::make();
    CHECK(key.publicKey().id != other.publicKey().id);
    CHECK(key.publicKey().point != other.publicKey().point);

    const SecretText unlocked = key.unlockedFile(), locked = key.lockedFile("a password", leastMemory).value();
    CHECK(isSameKey(SecretKey::read(unlocked.text(), std::nullopt).value(), key));
    CHECK(isSameKey(SecretKey::read(unlocked.text(), "a password").value(), key));
    CHECK(isSameKey(SecretKey::read(locked.text(), "a password").value(), key));
    CHECK(key.lockedFile("a password", leastMemory)->text() != locked.text()); // a salt of its own
    CHECK(unlocked.text().size() == locked.text().size());
}

TEST_CASE("a wrong password, none, and one that minisign cannot read") {
    const SecretKey key = SecretKey::make();
    const SecretText file = key.lockedFile("right", leastMemory).value();
    for (const std::string& wrong : {std::string("Right"), std::string("right "), std::string()}) {
        CHECK(errorOf(file.text(), wrong).code == Errc::SECURITY);
        CHECK(errorOf(file.text(), wrong).message == "wrong password for this secret key, or its file is damaged");
    }
    CHECK(errorOf(file.text()).code == Errc::ILLEGAL_STATE);
    CHECK(errorOf(file.text()).message == "this secret key has a password");

    CHECK(key.lockedFile(std::string(1000, 'a'), leastMemory).ok());
    for (const std::string& no :
         {std::string(), std::string("a\n"), std::string("\ra"), std::string("a\0b", 3), std::string(1001, 'a')})
        CHECK(key.lockedFile(no, leastMemory).error().message ==
              "a secret key's password is a line of 1 to 1000 bytes");
}

TEST_CASE("a file may not ask for all time or memory") {
    const std::string right(SecretKey::make().lockedFile("right", leastMemory)->text());
    struct Asked {
        std::uint64_t operations, memory;
    };
    constexpr std::uint64_t least = leastMemory, most = mostMemory, all = ~std::uint64_t{0};
    for (const auto [operations, memory] : {Asked{0, 0},
                                            {least / 32 - 1, least - 32},
                                            {most / 32 + 1, most + 32},
                                            {all, all},
                                            {all / 32 + 1 + least / 32, least}, // 2^64 bytes more
                                            {most / 32, least},
                                            {most / 32, 0},
                                            {least / 32, most},
                                            {least / 32, least + 1}}) {
        File file(right);
        file.put(operationsAt, operations);
        file.put(memoryAt, memory);
        CHECK(errorOf(file.text(), "right").code == Errc::ILLEGAL_ARGUMENT);
        CHECK(errorOf(file.text(), "right").message.find("1048576 to 1073741824 bytes may be taken") !=
              std::string::npos);
    }
    CHECK(SecretKey::make().lockedFile("right", leastMemory - 32).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(SecretKey::make().lockedFile("right", mostMemory + 32).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("a damaged file says so, where it can") {
    const SecretText whole = SecretKey::make().unlockedFile();
    File file(whole.text());
    file.bytes.at(checksumAt) ^= 1U;
    CHECK(errorOf(file.text()).message == "this secret key's file is damaged: its checksum is wrong");

    File others(vectors::unlockedFile); // without a checksum, as minisign writes it
    others.bytes.at(pairAt + 32) ^= 1U;
    CHECK(errorOf(others.text()).message == "this secret key's file is damaged: its public half is another key's");

    for (const auto& [at, byte] : {std::pair(0, 'e'), std::pair(4, 'b'), std::pair(5, '3')}) {
        File marked(whole.text());
        marked.bytes.at(static_cast<std::size_t>(at)) = static_cast<unsigned char>(byte);
        CHECK(errorOf(marked.text()).message.find("this is no secret key of minisign") == 0);
    }
    File argon(whole.text());
    argon.bytes.at(2) = 'A';
    CHECK(errorOf(argon.text()).message == "this secret key has a password by other means than scrypt");
    CHECK(errorOf(vectors::publicFile).message ==
          "this is no secret key of minisign: its second line has 212 characters");
    CHECK(errorOf(vectors::signature).code == Errc::ILLEGAL_ARGUMENT);
}

// The untrusted comment is nothing of the key. Nor is the salt of a password, which minisign leaves where it takes the
// password off. minisign's own file without one has no checksum, and its id nothing that goes with it.
TEST_CASE("a secret key's file with one mistake is refused, or has the same key") {
    const SecretKey key = SecretKey::make();
    const SecretText unlocked = key.unlockedFile();
    int passed = 0;
    withEachByteChanged(unlocked.text(), [&](const std::string& changed) {
        const auto read = SecretKey::read(changed, std::nullopt);
        if (!read.ok()) return;
        CHECK(isSameKey(*read, key));
        CHECK(File(changed).withoutPassword() == File(unlocked.text()).withoutPassword());
        ++passed;
    });
    CHECK(passed > 0);

    const PublicKey right = PublicKey::readFile(vectors::publicFile).value();
    withEachByteChanged(vectors::unlockedFile, [&](const std::string& changed) {
        const auto read = SecretKey::read(changed, std::nullopt);
        if (!read.ok()) return;
        CHECK(read->publicKey().point == right.point);
        const bool isOther = read->publicKey().id != right.id;
        CHECK((isOther || File(changed).withoutPassword() == File(vectors::unlockedFile).withoutPassword()));
    });
    withEachBeginning(unlocked.text(),
                      [](const std::string& beginning) { CHECK_FALSE(SecretKey::isLocked(beginning).ok()); });
}

TEST_CASE("a secret key's file with a password and one mistake is refused") {
    const SecretText locked = SecretKey::make().lockedFile("right", leastMemory).value();
    for (std::size_t at = locked.text().find('\n') + 1; at < locked.size(); ++at) {
        std::string changed(locked.text());
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK_FALSE(SecretKey::read(changed, "right").ok());
    }
    withEachBeginning(locked.text(),
                      [](const std::string& beginning) { CHECK_FALSE(SecretKey::isLocked(beginning).ok()); });
}
