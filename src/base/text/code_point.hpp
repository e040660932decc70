// A stranger's bytes as Unicode: finds bytes that are not UTF-8, and characters that steer a terminal or a reader's
// eye.
#pragma once
#include <string_view>

namespace stint {

/// U+FFFD, which replaces bytes that are not UTF-8.
constexpr char32_t replacement = 0xFFFD;

/// Takes the next code point off `text`; where the bytes are not UTF-8, takes one byte and returns the replacement.
char32_t takeCodePoint(std::string_view& text);
/// True for a code point that steers rather than shows: controls (C0, DEL, C1), marks of direction, characters of no
/// width, tags, line separators.
bool steers(char32_t codePoint);

} // namespace stint
