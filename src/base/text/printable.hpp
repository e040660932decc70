// A stranger's text made safe for a person to read: on a terminal, in a log, in a line of JSON. Bytes that are not
// UTF-8, and characters that steer a terminal or a reader's eye, are found and replaced; text is cut to the room that
// there is; and a URL loses its password.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace stint {

/// U+FFFD, which replaces bytes that are not UTF-8.
constexpr char32_t replacement = 0xFFFD;

/// Takes the next code point off `text`; where the bytes are not UTF-8, takes one byte and returns the replacement.
char32_t takeCodePoint(std::string_view& text);
/// True for a code point that steers rather than shows: controls (C0, DEL, C1), marks of direction, characters of no
/// width, tags, line separators.
bool steers(char32_t codePoint);

/// True for a byte that continues a character of UTF-8.
inline bool continuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The first `most` bytes at most, without a part of a character at the end.
inline std::string_view headOf(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && continuesCharacter(text[most]))
        --most;
    return text.substr(0, most);
}

/// headOf(), with “…” where something was cut off.
inline std::string abridged(std::string_view text, std::size_t most) {
    const std::string_view head = headOf(text, most);
    return std::string(head) + (head == text ? "" : "…");
}

/// Cuts `text` to headOf() of it.
inline void cut(std::string& text, std::size_t most) { text.resize(headOf(text, most).size()); }

/// `text` in which U+FFFD replaces characters that would steer a terminal or a reader's eye (steers()), and bytes that
/// are not UTF-8. Every word from an app, a server, a file or the command line goes through here before it is shown.
std::string printable(std::string_view text);
/// The same for each line; line ends stay.
std::string printableLines(std::string_view lines);
/// A JSON text with these code points written as \uXXXX: its meaning stays, and it steers nothing. Expects JSON, where
/// they can only stand inside strings.
std::string printableJson(std::string_view json);

/// `url` without the name and password before its host.
inline std::string withoutSecrets(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::string(url);
    const auto authority = scheme + 3;
    const auto end = std::min(url.find_first_of("/?#", authority), url.size());
    const auto at = url.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < authority) return std::string(url);
    return std::string(url.substr(0, authority)) + std::string(url.substr(at + 1));
}

} // namespace stint
