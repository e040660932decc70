#include "push/envelope/bytes.hpp"

#include <sodium.h>

namespace stint::push {
namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
// Once, before any thread: libsodium chooses its code for this processor. It fails for nothing but a broken system.
[[maybe_unused]] const int isReady = sodium_init();

} // namespace

std::string in64(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytesOf(bytes), bytes.size(), variant);
    text.pop_back(); // its own end
    return text;
}

std::optional<std::string> from64(std::string_view text) {
    // libsodium 1.0.18 takes each byte above ASCII for a "_".
    if (text.find_first_not_of(alphabet64) != std::string_view::npos) return std::nullopt;
    std::string bytes(text.size(), '\0');
    std::size_t length = 0;
    const bool isOne = sodium_base642bin(bytesOf(bytes), bytes.size(), text.data(), text.size(), nullptr, &length,
                                         nullptr, variant) == 0;
    if (!isOne) return std::nullopt;
    bytes.resize(length);
    return bytes;
}

std::string in32(std::string_view bytes, std::string_view alphabet) {
    std::string text;
    unsigned held = 0;
    int bits = 0;
    for (const char byte : bytes) {
        held = held << 8U | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 5; bits -= 5)
            text += alphabet[held >> (bits - 5) & 31U];
    }
    if (bits > 0) text += alphabet[held << (5 - bits) & 31U];
    return text;
}

std::string asCrockford(std::string typed) {
    for (char& character : typed) {
        if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
        if (character == 'O') character = '0';
        if (character == 'I' || character == 'L') character = '1';
    }
    return typed;
}

std::optional<std::string> from32(std::string_view text, std::string_view alphabet) {
    std::string bytes;
    unsigned held = 0;
    int bits = 0;
    for (const char character : text) {
        const auto value = alphabet.find(character);
        if (value == std::string_view::npos) return std::nullopt;
        held = held << 5U | static_cast<unsigned>(value);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(held >> bits);
    }
    if (in32(bytes, alphabet) != text) return std::nullopt; // a character too many, or bits that nobody writes
    return bytes;
}

} // namespace stint::push
