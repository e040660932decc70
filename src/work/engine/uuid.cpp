#include "stint/work/uuid.hpp"

#include <fmt/core.h>
#include <sys/random.h>

#include "base/result/check.hpp"
#include "base/text/number.hpp"

namespace stint::work {

namespace {
constexpr std::string_view uuidShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
}

UUID UUID::randomUUID() {
    UUID made;
    STINT_CHECK(::getrandom(made.bytes_.data(), made.bytes_.size(), 0) == std::ssize(made.bytes_));
    made.bytes_[6] = static_cast<std::uint8_t>((made.bytes_[6] & 0x0f) | 0x40); // RFC 9562: version 4, this variant
    made.bytes_[8] = static_cast<std::uint8_t>((made.bytes_[8] & 0x3f) | 0x80);
    return made;
}

std::optional<UUID> UUID::fromString(std::string_view text) {
    if (text.size() != uuidShape.size()) return std::nullopt;
    UUID read;
    std::size_t byte = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (uuidShape[i] == '-') {
            if (text[i++] != '-') return std::nullopt;
            continue;
        }
        const std::string_view pair = text.substr(i, 2);
        if (pair.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
        read.bytes_[byte++] = *numberIn<std::uint8_t>(pair, 16);
        i += 2;
    }
    return read;
}

std::string UUID::toString() const {
    std::string text;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", bytes_[i]);
    }
    return text;
}

} // namespace stint::work
