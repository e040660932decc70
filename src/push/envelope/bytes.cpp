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
    std::string bytes(text.size(), '\0');
    std::size_t length = 0;
    const bool isOne = sodium_base642bin(bytesOf(bytes), bytes.size(), text.data(), text.size(), nullptr, &length,
                                         nullptr, variant) == 0;
    if (!isOne) return std::nullopt;
    bytes.resize(length);
    return bytes;
}

} // namespace stint::push
