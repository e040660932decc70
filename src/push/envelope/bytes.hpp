// Bytes as libsodium takes them, and in base64url without padding (RFC 4648 §5), as everything here writes them.
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

inline constexpr std::string_view alphabet64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace stint::push
