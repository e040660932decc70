// NATS' keys (nkeys): a pair of Ed25519, which names itself. "U…" is the name, and the public key, of a user; "SU…" is
// the seed of the same, which is its secret. And NATS' JWTs: what the key that signs says of another one.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "stint/units.hpp"

namespace stint::push {

class Nkey {
public:
    enum class Role : unsigned char { Operator = 14 << 3, Account = 0, User = 20 << 3 };

    static Nkey make(Role role);
    /// nullopt: it is no seed of that role.
    static std::optional<Nkey> fromSeed(Role role, std::string_view seed);

    const std::string& name() const { return name_; }
    std::string seed() const;
    /// 64 bytes.
    std::string sign(std::string_view text) const;
    /// The same, but its first byte is not 0: libnats 3.4 takes one that is for no signature, and one nonce of a server
    /// in 256 has one.
    std::string signForLibnats(std::string_view text) const;

private:
    Nkey(Role role, const std::array<unsigned char, 32>& seed);

    Role role_;
    std::array<unsigned char, 32> seed_;
    std::array<unsigned char, 64> secret_{};
    std::string name_;
};

/// The text is the name of a key of that role.
bool isNkey(Nkey::Role role, std::string_view name);
/// The key of that name has signed the text. False where it is no name.
bool isSignedBy(std::string_view name, std::string_view text, std::string_view signature);

/// A JWT: `subject` is the name of a key; `nats` are the claims of NATS about it, with their type.
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
