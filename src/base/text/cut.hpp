// Text of others, made no longer than there is room for.
#pragma once
#include <cstddef>
#include <string>

namespace stint {

/// At most `most` bytes of it, and no part of a character.
inline void cut(std::string& text, std::size_t most) {
    if (text.size() <= most) return;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;
    text.resize(most);
}

} // namespace stint
