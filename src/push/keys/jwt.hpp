// NATS' JWTs: what the key that signs says of another one.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "push/keys/nkey.hpp"
#include "stint/units.hpp"

namespace stint::push {

/// `subject` is the name of a key; `nats` are the claims of NATS about it, with their type.
std::string signedJwt(const Nkey& issuer, std::string_view subject, std::string_view name, WallTime issued,
                      const nlohmann::ordered_json& nats);

/// The user that a JWT speaks of.
struct JwtUser {
    std::string name, key;
};
/// nullopt: the key of that name has not signed it, or it speaks of no user.
std::optional<JwtUser> userIn(std::string_view jwt, std::string_view issuer);

/// A file of a user for NATS' clients: its JWT, and its seed.
std::string credentialsOf(std::string_view jwt, const Nkey& user);
/// The two again. nullopt: it is no such file.
struct Credentials {
    std::string jwt;
    Nkey user;
};
std::optional<Credentials> credentialsIn(std::string_view file);

} // namespace stint::push
