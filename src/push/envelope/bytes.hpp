// Bytes as libsodium takes them; in base64url without padding (RFC 4648 §5), as everything here writes them; and in
// base32, where they are names.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace stint::push {

inline const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
template <std::size_t size> std::string_view charactersOf(const std::array<unsigned char, size>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string in64(std::string_view bytes);
/// nullopt: not what in64() writes.
std::optional<std::string> from64(std::string_view text);

inline constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";    ///< RFC 4648 §6
inline constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; ///< without I, L, O and U
/// The text as that alphabet has it, where a person has copied it: in lower case, with O for 0, I and L for 1.
std::string asCrockford(std::string typed);
/// Five bits a character, the first ones first; the last character is filled up with zeros, and nothing is padded.
std::string in32(std::string_view bytes, std::string_view alphabet);
/// nullopt: not what in32() writes.
std::optional<std::string> from32(std::string_view text, std::string_view alphabet);

inline constexpr std::string_view alphabet64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace stint::push
