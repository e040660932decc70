#include "cli/text.hpp"

#include <algorithm>
#include <cwchar>
#include <optional>

namespace stint::cli {
namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr std::string_view replacementText = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::size_t lengthBy(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    if (first >= 0xF0 && first < 0xF5) return 4;
    return 0;
}

/// The code point of exactly these bytes; nullopt for an overlong form, a surrogate, or one past the end of Unicode.
std::optional<char32_t> decode(std::string_view bytes) {
    constexpr unsigned char firstBits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    char32_t point = static_cast<unsigned char>(bytes[0]) & firstBits[bytes.size()];
    for (char byte : bytes.substr(1)) {
        if (!continues(byte)) return std::nullopt;
        point = (point << 6) | (static_cast<unsigned char>(byte) & 0x3F);
    }
    bool surrogate = point >= 0xD800 && point < 0xE000;
    if (point < least[bytes.size()] || surrogate || point > 0x10FFFF) return std::nullopt;
    return point;
}

std::size_t widthOf(char32_t point) {
    if (point < 0x7F) return 1;
    int width = ::wcwidth(static_cast<wchar_t>(point));
    return width < 0 ? 1 : static_cast<std::size_t>(width);
}

} // namespace

char32_t takeCodePoint(std::string_view& text) {
    std::size_t length = lengthBy(static_cast<unsigned char>(text.front()));
    auto point = length == 0 || length > text.size() ? std::nullopt : decode(text.substr(0, length));
    text.remove_prefix(point ? length : 1);
    return point.value_or(replacement);
}

bool steers(char32_t point) {
    bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    bool direction = point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
                     (point >= 0x2066 && point <= 0x2069);
    bool lineEnd = point == 0x2028 || point == 0x2029;
    return control || direction || lineEnd;
}

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        std::string_view before = text;
        char32_t point = takeCodePoint(text);
        bool show = point != replacement && !steers(point);
        shown += show ? before.substr(0, before.size() - text.size()) : replacementText;
    }
    return shown;
}

std::string printableLines(std::string_view lines) {
    std::string shown;
    while (!lines.empty()) {
        auto end = std::min(lines.find('\n'), lines.size());
        shown += printable(lines.substr(0, end));
        if (end < lines.size()) shown += '\n';
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return shown;
}

std::size_t widthOf(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty())
        width += widthOf(takeCodePoint(text));
    return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
    if (widthOf(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    std::size_t used = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view before = rest;
        std::size_t width = widthOf(takeCodePoint(rest));
        if (used + width > columns - 1) return std::string(text.substr(0, text.size() - before.size())) += ellipsis;
        used += width;
    }
    return std::string(text);
}

std::string padRight(std::string text, std::size_t columns) {
    text.append(columns - std::min(columns, widthOf(text)), ' ');
    return text;
}

std::string padLeft(std::string text, std::size_t columns) {
    text.insert(0, columns - std::min(columns, widthOf(text)), ' ');
    return text;
}

} // namespace stint::cli
