// A stranger's bytes as Unicode: what is no UTF-8, and what steers a terminal or a reader's eye.
#pragma once
#include <string_view>

namespace stint {

/// The next code point of `text`, which loses it; U+FFFD where the bytes are no UTF-8 (one byte is taken then).
char32_t takeCodePoint(std::string_view& text);
/// Steers rather than shows: controls (C0, DEL, C1), marks of direction, characters of no width, tags, line separators.
bool steers(char32_t codePoint);

} // namespace stint
