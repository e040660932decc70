// The form that all of minisign's files have: lines, the first of which is a comment that nothing protects, and base64.
// Read from strangers, so there is one form of each file and no other: lines end in a line feed, the last one, too, and
// nothing follows it; a carriage return, which minisign drops, is refused, and so is base64 that nobody writes.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stint/result.hpp"

namespace stint::fleet {

using ByteSpan = std::span<const unsigned char>;

inline ByteSpan bytesOf(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}
/// The bytes of a struct of bytes.
template <class T> ByteSpan bytesIn(const T& value) {
    static_assert(alignof(T) == 1);
    return {reinterpret_cast<const unsigned char*>(&value), sizeof value};
}
template <class T> std::span<unsigned char> roomOf(T& value) {
    static_assert(alignof(T) == 1);
    return {reinterpret_cast<unsigned char*>(&value), sizeof value};
}

/// The first two bytes of a key, and of a signature; the latter's say how the content was signed.
using Mark = std::array<unsigned char, 2>;
inline constexpr Mark ed25519{'E', 'd'}, ed25519OfHash{'E', 'D'};

inline constexpr std::string_view untrusted = "untrusted comment: ", trusted = "trusted comment: ";
/// The length of both comments: minisign reads a first line of 1023 bytes.
inline constexpr std::size_t longestComment = 1000;

/// The lines of a file that has `count` of them, the first an untrusted comment. IllegalArgument: it is no `what`.
Result<std::vector<std::string_view>> linesOf(std::string_view file, std::size_t count, std::string_view what);
/// A comment that may be shown: UTF-8 that steers no terminal, and tabs, which minisign writes. IllegalArgument: it is
/// none, or too long.
Result<void> checkComment(std::string_view comment);

/// Base64 with its padding (RFC 4648 §4).
std::string in64(ByteSpan bytes);
inline constexpr std::size_t lengthIn64(std::size_t bytes) { return (bytes + 2) / 3 * 4; }
/// Fills all of `room`; false: the text is not what in64() writes for so many bytes.
bool from64(std::string_view text, std::span<unsigned char> room);

} // namespace stint::fleet
