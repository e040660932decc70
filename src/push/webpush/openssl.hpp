// OpenSSL's objects under RAII, and the few of its functions that more than one file here calls.
#pragma once
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "base/result/owned.hpp"

namespace stint::webpush {

/// Bytes in a text, as OpenSSL takes and fills them.
inline const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// `count` random bytes.
std::string randomBytes(std::size_t count);

/// HKDF with SHA-256 (RFC 5869), both its steps.
std::string hkdf(std::string_view salt, std::string_view secret, std::string_view info, std::size_t length);

/// base64url without padding (RFC 4648 §5), as all of Web Push writes bytes.
std::string toBase64Url(std::string_view bytes);

} // namespace stint::webpush
