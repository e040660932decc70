#include "base/text/printable.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace stint {
namespace {

std::size_t lengthBy(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    if (first >= 0xF0 && first < 0xF5) return 4;
    return 0;
}

struct Range {
    char32_t first, last;
};

/// Unicode's classes Cc, Cf, Zl and Zp, and those invisible characters that mislead a reader most (fillers, and the
/// plane of tags with its selectors). The selectors of plane 0 stay: emoji are written with them.
constexpr Range steering[] = {
    {0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},     {0x600, 0x605},
    {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0x3164, 0x3164},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF},
};

/// The code point of exactly these bytes; nullopt for an overlong form, a surrogate, or one past the end of Unicode.
std::optional<char32_t> decode(std::string_view bytes) {
    constexpr unsigned char firstBits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    char32_t point = static_cast<unsigned char>(bytes[0]) & firstBits[bytes.size()];
    for (const char byte : bytes.substr(1)) {
        if (!continuesCharacter(byte)) return std::nullopt;
        point = (point << 6) | (static_cast<unsigned char>(byte) & 0x3F);
    }
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    if (point < least[bytes.size()] || surrogate || point > 0x10FFFF) return std::nullopt;
    return point;
}

} // namespace

char32_t takeCodePoint(std::string_view& text) {
    const std::size_t length = lengthBy(static_cast<unsigned char>(text.front()));
    auto point = length == 0 || length > text.size() ? std::nullopt : decode(text.substr(0, length));
    text.remove_prefix(point ? length : 1);
    return point.value_or(replacement);
}

bool steers(char32_t point) {
    const auto range = std::ranges::lower_bound(steering, point, {}, &Range::last);
    return range != std::end(steering) && point >= range->first;
}

namespace {

constexpr std::string_view replacementText = "\xEF\xBF\xBD";

/// One or two escapes of UTF-16 (RFC 8259 §7).
void escapeInto(std::string& json, char32_t point) {
    const auto unit = [&](std::uint32_t value) { fmt::format_to(std::back_inserter(json), "\\u{:04x}", value); };
    if (point < 0x10000) return unit(point);
    unit(0xD800 + ((point - 0x10000) >> 10));
    unit(0xDC00 + ((point - 0x10000) & 0x3FF));
}

} // namespace

std::string printable(std::string_view text) {
    if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return std::string(text);
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const std::string_view before = text;
        const char32_t point = takeCodePoint(text);
        const bool show = point != replacement && !steers(point);
        shown += show ? before.substr(0, before.size() - text.size()) : replacementText;
    }
    return shown;
}

std::string printableLines(std::string_view lines) {
    std::string shown;
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        shown += printable(lines.substr(0, end));
        if (end < lines.size()) shown += '\n';
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return shown;
}

std::string printableJson(std::string_view json) {
    std::string shown;
    shown.reserve(json.size());
    while (!json.empty()) {
        const std::string_view before = json;
        const char32_t point = takeCodePoint(json);
        if (steers(point)) {
            escapeInto(shown, point);
        } else {
            shown += before.substr(0, before.size() - json.size());
        }
    }
    return shown;
}

} // namespace stint
