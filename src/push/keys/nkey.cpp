#include "push/keys/nkey.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/words.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

using Bytes32 = std::array<unsigned char, 32>;
static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);

constexpr unsigned char seedPrefix = 18 << 3; // "S"
constexpr std::size_t checkBytes = 2;

/// CRC-16 of XMODEM, the lower byte first.
std::string checkOf(std::string_view bytes) {
    unsigned sum = 0;
    for (const char byte : bytes) {
        sum ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 8U;
        for (int bit = 0; bit < 8; ++bit)
            sum = ((sum & 0x8000U) != 0 ? sum << 1U ^ 0x1021U : sum << 1U) & 0xffffU;
    }
    return {static_cast<char>(sum & 0xffU), static_cast<char>(sum >> 8U)};
}

std::string named(std::string bytes) {
    bytes += checkOf(bytes);
    return in32(bytes, base32);
}

/// The bytes after `prefix`, if it is 32 of them and their check is right.
std::optional<Bytes32> bytesAfter(std::string_view prefix, std::string_view text) {
    const auto bytes = from32(text, base32);
    Bytes32 its{};
    if (!bytes || bytes->size() != prefix.size() + its.size() + checkBytes || !bytes->starts_with(prefix))
        return std::nullopt;
    const auto checked = std::string_view(*bytes).substr(0, prefix.size() + its.size());
    if (!bytes->ends_with(checkOf(checked))) return std::nullopt;
    std::ranges::copy(checked.substr(prefix.size()), its.begin());
    return its;
}

std::string prefixOfName(Nkey::Role role) { return {static_cast<char>(role)}; }
std::string prefixOfSeed(Nkey::Role role) {
    const unsigned letter = static_cast<unsigned>(role);
    return {static_cast<char>(seedPrefix | letter >> 5U), static_cast<char>((letter & 31U) << 3U)};
}

} // namespace

Nkey::Nkey(Role role, const Bytes32& seed) : role_(role), seed_(seed) {
    Bytes32 itsPublic{};
    crypto_sign_seed_keypair(itsPublic.data(), secret_.data(), seed_.data());
    name_ = named(prefixOfName(role).append(charactersOf(itsPublic)));
}

Nkey Nkey::make(Role role) {
    Bytes32 seed{};
    randombytes_buf(seed.data(), seed.size());
    return {role, seed};
}

std::optional<Nkey> Nkey::fromSeed(Role role, std::string_view seed) {
    const auto bytes = bytesAfter(prefixOfSeed(role), seed);
    if (!bytes) return std::nullopt;
    return Nkey(role, *bytes);
}

std::string Nkey::seed() const { return named(prefixOfSeed(role_).append(charactersOf(seed_))); }

std::string Nkey::sign(std::string_view text) const {
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr, bytesOf(text), text.size(), secret_.data());
    return std::string(charactersOf(signature));
}

// Ed25519 has many signatures of a text that are right; sign() makes that whose r is a hash. This one's r is random
// (RFC 8032 §5.1.6, from step 3 on).
std::string Nkey::signForLibnats(std::string_view text) const {
    std::string signature = sign(text);
    if (signature.front() != '\0') return signature;
    const auto hashed = [&](std::string_view bytes) {
        std::array<unsigned char, crypto_hash_sha512_BYTES> hash{};
        crypto_hash_sha512(hash.data(), bytesOf(bytes), bytes.size());
        return hash;
    };
    const auto own = hashed(charactersOf(seed_));
    Bytes32 secret{}, r{}, point{}, k{}, s{};
    std::copy_n(own.begin(), secret.size(), secret.begin());
    secret.front() &= 248U;
    secret.back() = static_cast<unsigned char>((secret.back() & 127U) | 64U);
    do {
        crypto_core_ed25519_scalar_random(r.data());
        crypto_scalarmult_ed25519_base_noclamp(point.data(), r.data());
    } while (point.front() == 0);
    const std::string itsPublic =
        std::string(reinterpret_cast<const char*>(secret_.data()) + 32, 32); // libsodium's order
    const auto challenge = hashed(std::string(charactersOf(point)) + itsPublic + std::string(text));
    crypto_core_ed25519_scalar_reduce(k.data(), challenge.data());
    crypto_core_ed25519_scalar_mul(s.data(), k.data(), secret.data());
    crypto_core_ed25519_scalar_add(s.data(), s.data(), r.data());
    sodium_memzero(r.data(), r.size());
    sodium_memzero(secret.data(), secret.size());
    signature = std::string(charactersOf(point)).append(charactersOf(s));
    STINT_CHECK(isSignedBy(name_, text, signature));
    return signature;
}

bool isNkey(Nkey::Role role, std::string_view name) { return bytesAfter(prefixOfName(role), name).has_value(); }

bool isSignedBy(std::string_view name, std::string_view text, std::string_view signature) {
    for (const auto role : {Nkey::Role::User, Nkey::Role::Account, Nkey::Role::Operator})
        if (const auto key = bytesAfter(prefixOfName(role), name))
            return signature.size() == crypto_sign_BYTES &&
                   crypto_sign_verify_detached(bytesOf(signature), bytesOf(text), text.size(), key->data()) == 0;
    return false;
}

namespace {

using Json = nlohmann::ordered_json;

/// NATS' hash of a JWT without its name, which names it.
std::string hashOf(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), bytesOf(text), text.size());
    return in32(charactersOf(hash), base32);
}

/// The lines between "-----BEGIN NAME-----" and the next that begins with dashes; empty: there are none.
std::string_view blockOf(std::string_view file, std::string_view name) {
    const std::string begin = fmt::format("-----BEGIN {}-----\n", name);
    const auto from = file.find(begin);
    if (from == std::string_view::npos) return {};
    const auto inner = file.substr(from + begin.size());
    return inner.substr(0, inner.find('\n'));
}

} // namespace

std::string signedJwt(const Nkey& issuer, std::string_view subject, std::string_view name, WallTime issued,
                      const Json& nats) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(issued.time_since_epoch()).count();
    Json claims{{"iat", seconds}, {"iss", issuer.name()}, {"name", name}, {"sub", subject}, {"nats", nats}};
    claims["jti"] = hashOf(claims.dump());
    const std::string text = in64(Json{{"typ", "JWT"}, {"alg", "ed25519-nkey"}}.dump()) + "." + in64(claims.dump());
    return text + "." + in64(issuer.sign(text));
}

std::optional<JwtUser> userIn(std::string_view jwt, std::string_view issuer) {
    const auto parts = splitAt(jwt, ".");
    if (parts.size() != 3) return std::nullopt;
    const auto signature = from64(parts[2]);
    if (!signature || !isSignedBy(issuer, jwt.substr(0, parts[0].size() + 1 + parts[1].size()), *signature))
        return std::nullopt;
    const Json claims = Json::parse(from64(parts[1]).value_or(""), nullptr, false);
    JwtUser user{textMember(claims, "name").value_or(""), textMember(claims, "sub").value_or("")};
    if (!isNkey(Nkey::Role::User, user.key)) return std::nullopt;
    return user;
}

std::string credentialsOf(std::string_view jwt, const Nkey& user) {
    return fmt::format("-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\n"
                       "-----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
                       jwt, user.seed());
}

std::optional<Credentials> credentialsIn(std::string_view file) {
    const auto jwt = blockOf(file, "NATS USER JWT");
    auto user = Nkey::fromSeed(Nkey::Role::User, blockOf(file, "USER NKEY SEED"));
    if (jwt.empty() || !user) return std::nullopt;
    return Credentials{std::string(jwt), *std::move(user)};
}

} // namespace stint::push
