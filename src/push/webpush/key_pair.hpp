// Keys on the curve P-256, on which all of Web Push stands: an app's, for which messages are encrypted (RFC 8291), and
// an application server's, by which it is known (VAPID, RFC 8292).
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"

struct evp_pkey_st;

namespace stint::webpush {

/// A point as Web Push writes it, uncompressed: 0x04 and both coordinates.
inline constexpr std::size_t pointSize = 65;
/// A private key: a number of 256 bits.
inline constexpr std::size_t secretSize = 32;

/// The bytes of `text`, base64url with or without padding; nullopt: it is none, or not of `size` bytes.
std::optional<std::string> fromBase64Url(std::string_view text, std::size_t size);

class KeyPair {
public:
    /// A new one, by chance.
    static KeyPair random();
    /// IllegalArgument: they are no pair of P-256.
    static Result<KeyPair> of(std::string_view secret, std::string_view point);
    /// Reads a key file: PEM, as OpenSSL writes it, or JSON with publicKey and privateKey in base64url, as the npm
    /// package web-push does. IllegalArgument: it is neither, or of another curve.
    static Result<KeyPair> read(const std::string& text);

    /// The public key.
    const std::string& point() const { return point_; }
    /// The private key, of secretSize bytes.
    std::string secret() const;
    /// The secret that this key shares with the owner of `point` (ECDH). IllegalArgument: that is not on the curve.
    Result<std::string> sharedWith(std::string_view point) const;
    /// Signs `text` by ES256 (RFC 7518 §3.4): r and s, 64 bytes.
    std::string sign(std::string_view text) const;

private:
    KeyPair(std::shared_ptr<evp_pkey_st> key, std::string point) : key_(std::move(key)), point_(std::move(point)) {}
    static Result<KeyPair> from(evp_pkey_st* key);

    std::shared_ptr<evp_pkey_st> key_;
    std::string point_;
};

/// True if the owner of `point` has made this signature of `text` by ES256.
bool isSignedBy(std::string_view point, std::string_view text, std::string_view signature);

} // namespace stint::webpush
