// Text of others, made no longer than there is room for.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace stint {

/// A byte of a character of UTF-8, and not its first.
inline bool continuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The first `most` bytes at most, and no part of a character.
inline std::string_view headOf(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && continuesCharacter(text[most]))
        --most;
    return text.substr(0, most);
}

/// Leaves so much of it.
inline void cut(std::string& text, std::size_t most) { text.resize(headOf(text, most).size()); }

} // namespace stint
