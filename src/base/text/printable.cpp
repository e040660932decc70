#include "base/text/printable.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "base/text/code_point.hpp"

namespace stint {
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
