#include "push/keys/jwt.hpp"

#include <array>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/text/json_member.hpp"
#include "base/text/words.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
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
