#include "base/code_point.hpp"

#include <cstddef>
#include <optional>

namespace stint {
namespace {

constexpr char32_t replacement = 0xFFFD;

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

} // namespace stint
