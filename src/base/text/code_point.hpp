// A stranger's bytes as Unicode: what is no UTF-8, and what steers a terminal or a reader's eye.
#pragma once
#include <string_view>

namespace stint {

/// U+FFFD: what stands in place of bytes that are no UTF-8.
constexpr char32_t replacement = 0xFFFD;

/// The next code point of `text`, which loses it; the replacement, for one byte, where the bytes are no UTF-8.
char32_t takeCodePoint(std::string_view& text);
/// Steers rather than shows: controls (C0, DEL, C1), marks of direction, characters of no width, tags, line separators.
bool steers(char32_t codePoint);

} // namespace stint
