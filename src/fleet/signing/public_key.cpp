#include "fleet/signing/public_key.hpp"

#include <ranges>

#include <fmt/format.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "fleet/signing/format.hpp"

namespace stint::fleet {
namespace {

struct PublicKeyBytes {
    Mark algorithm;
    KeyId id;
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> point;
};
static_assert(sizeof(PublicKeyBytes) == 42);

} // namespace

std::string KeyId::text() const {
    std::string digits;
    for (const auto byte : std::views::reverse(bytes))
        digits += fmt::format("{:02X}", byte);
    return digits;
}

Result<PublicKey> PublicKey::readAgain(std::string_view text) {
    PublicKeyBytes bytes{};
    if (!from64(text, roomOf(bytes)) || bytes.algorithm != ed25519)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "this is no public key of minisign: one has {} characters, and begins with \"RW\"",
                    lengthIn64(sizeof bytes));
    return PublicKey{.id = bytes.id, .point = bytes.point};
}

Result<PublicKey> PublicKey::read(std::string_view text) {
    const PublicKey key = STINT_TRY(readAgain(text));
    if (crypto_core_ed25519_is_valid_point(key.point.data()) == 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "public key {} is damaged: nobody can sign for it", key.id.text());
    return key;
}

Result<PublicKey> PublicKey::readFile(std::string_view file) {
    const auto lines = STINT_TRY(linesOf(file, 2, "public key"));
    return read(lines[1]);
}

std::string PublicKey::text() const {
    const PublicKeyBytes bytes{.algorithm = ed25519, .id = id, .point = point};
    return in64(bytesIn(bytes));
}

std::string PublicKey::file() const {
    return fmt::format("{}minisign public key {}\n{}\n", untrusted, id.text(), text());
}

} // namespace stint::fleet
