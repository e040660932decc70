#include "push/keys/sealing.hpp"

#include <sodium.h>

#include "push/envelope/bytes.hpp"

namespace stint::push {

std::string sealedText(std::string_view plain, const ServerKeys& keys) {
    std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
    randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(bytesOf(sealed) + crypto_secretbox_NONCEBYTES, bytesOf(plain), plain.size(), bytesOf(sealed),
                          keys.values.data());
    return sealed;
}

std::optional<std::string> unsealedText(std::string_view sealed, const ServerKeys& keys) {
    constexpr std::size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (sealed.size() < around) return std::nullopt;
    std::string plain(sealed.size() - around, '\0');
    if (crypto_secretbox_open_easy(bytesOf(plain), bytesOf(sealed) + crypto_secretbox_NONCEBYTES,
                                   sealed.size() - crypto_secretbox_NONCEBYTES, bytesOf(sealed),
                                   keys.values.data()) != 0)
        return std::nullopt;
    return plain;
}

} // namespace stint::push
