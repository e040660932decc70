// minisign's public keys (fleet.md §6.1): a point of Ed25519, and eight bytes by which a signature says whose it is.
// Nothing protects these eight: they find a key, and prove nothing.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint::fleet {

struct KeyId {
    std::array<unsigned char, 8> bytes{};

    /// 16 digits, the last byte first, as minisign prints it, which leaves zeros in front out.
    std::string text() const;
    auto operator<=>(const KeyId&) const = default;
};

struct PublicKey {
    KeyId id;
    std::array<unsigned char, 32> point{};

    /// Reads what text() writes. IllegalArgument: it is none, or no point that anybody could sign for.
    static Result<PublicKey> read(std::string_view text);
    /// Likewise a text that read() has taken before, as it takes each key of a paper: the point is not looked at again,
    /// which takes nearly as long as to verify a signature.
    static Result<PublicKey> readAgain(std::string_view text);
    /// Reads a file of minisign's. Its comment is checked and dropped.
    static Result<PublicKey> readFile(std::string_view file);

    /// 56 characters, as minisign's option -P takes it.
    std::string text() const;
    std::string file() const;
    bool operator==(const PublicKey&) const = default;
};

} // namespace stint::fleet
