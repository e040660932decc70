// Text of others, cut to the room that there is.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace stint {

/// True for a byte that continues a character of UTF-8.
inline bool continuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The first `most` bytes at most, without a part of a character at the end.
inline std::string_view headOf(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && continuesCharacter(text[most]))
        --most;
    return text.substr(0, most);
}

/// Cuts `text` to headOf() of it.
inline void cut(std::string& text, std::size_t most) { text.resize(headOf(text, most).size()); }

} // namespace stint
