// minisign's secret keys (fleet.md §6.1): made, and read and written as its files, with a password or without. A file
// is text here: whoever has it on a disk sees to it that nobody else may read it.
#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "fleet/signing/public_key.hpp"
#include "fleet/signing/secret.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// The memory that scrypt takes for each guess at a password, and for each right one; its time grows with it. The most
/// is what minisign takes where there is enough, seconds long, and all that a file may ask for; the least, libsodium's.
inline constexpr Bytes mostMemory = 1_GiB, leastMemory = 1_MiB;

/// A key of 32 bytes, as libsodium seals one.
using SealedKey = std::array<unsigned char, 80>;

class SecretKey {
public:
    static SecretKey make();

    /// The file wants a password. IllegalArgument: it is no file of a secret key.
    static Result<bool> isLocked(std::string_view file);
    /// The password is for a file that wants one, and no other looks at it. Errors: IllegalArgument, as isLocked(), or
    /// the password would take more or less memory than it may, or time out of proportion to it; IllegalState, it wants
    /// a password and there is none; Security, the wrong password, or a damaged file, which look alike where there is a
    /// password; System, there is no such memory.
    static Result<SecretKey> read(std::string_view file, std::optional<std::string_view> password);

    /// A file that anybody can use who can read it. It has a checksum, as `minisign -C -W` leaves it there; one that
    /// `minisign -G -W` makes has none, and nothing shows that its key's id is still the right one.
    SecretText unlockedFile() const;
    /// A file with a password. IllegalArgument: minisign could not be told that one (empty, of more than a line, long);
    /// System: there is no such memory.
    Result<SecretText> lockedFile(std::string_view password, Bytes memory = mostMemory) const;

    PublicKey publicKey() const;
    /// Ed25519 over the bytes as they are.
    std::array<unsigned char, 64> signatureOf(std::string_view bytes) const;
    /// A key of 32 bytes that was sealed for the public one. nullopt: something else was, or for another.
    std::optional<Secret<std::array<unsigned char, 32>>> opened(const SealedKey& sealed) const;

private:
    SecretKey() = default;

    KeyId id_;
    Secret<std::array<unsigned char, 64>> pair_; ///< the seed, and the public key
};

} // namespace stint::fleet
