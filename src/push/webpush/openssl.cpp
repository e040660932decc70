#include "push/webpush/openssl.hpp"

#include <array>

#include <absl/strings/escaping.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "base/result/errors.hpp"

namespace stint::webpush {

std::string randomBytes(std::size_t count) {
    std::string bytes(count, '\0');
    STINT_CHECK(RAND_bytes(bytesOf(bytes), static_cast<int>(count)) == 1);
    return bytes;
}

std::string hkdf(std::string_view salt, std::string_view secret, std::string_view info, std::size_t length) {
    const Owned<EVP_KDF, &EVP_KDF_free> kind(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    STINT_CHECK(kind);
    const Owned<EVP_KDF_CTX, &EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(kind.get()));
    STINT_CHECK(context);
    // OpenSSL only reads what it is given here.
    const auto octets = [](const char* name, std::string_view bytes) {
        return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
    };
    std::string digest = "SHA256";
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                octets(OSSL_KDF_PARAM_SALT, salt), octets(OSSL_KDF_PARAM_KEY, secret),
                                octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
    std::string key(length, '\0');
    STINT_CHECK(EVP_KDF_derive(context.get(), bytesOf(key), length, parameters.data()) == 1);
    return key;
}

std::string toBase64Url(std::string_view bytes) {
    std::string text;
    absl::WebSafeBase64Escape({bytes.data(), bytes.size()}, &text);
    while (text.ends_with('='))
        text.pop_back();
    return text;
}

} // namespace stint::webpush
