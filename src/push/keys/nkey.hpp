// NATS' keys (nkeys): a pair of Ed25519, which names itself. "U…" is the name, and the public key, of a user; "SU…" is
// the seed of the same, which is its secret.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

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

} // namespace stint::push
