// A message's bytes on their way: encrypted for one app, so that no server between reads them (RFC 8188, RFC 8291).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "push/webpush/key_pair.hpp"
#include "stint/result.hpp"

namespace stint::webpush {

inline constexpr std::size_t saltSize = 16;
inline constexpr std::size_t authSize = 16;

/// The longest body that a push service has to take (RFC 8030 §7.2), and the longest text that makes one.
inline constexpr std::size_t mostBody = 4096;
inline constexpr std::size_t mostPlain = mostBody - (saltSize + 4 + 1 + pointSize) - 16 - 1;

/// The header of a coded body (RFC 8188 §2.1).
struct Coding {
    std::string salt; ///< of saltSize bytes; never twice with the same secret
    std::uint32_t recordSize = mostBody;
    std::string keyId;
};

/// Codes `plain` as one record (RFC 8188). IllegalArgument: it does not fit in.
Result<std::string> seal(std::string_view plain, std::string_view secret, const Coding& coding);

/// Reads the coding's header. IllegalArgument: `body` is shorter than its header, or names a size of records that
/// there may not be.
Result<Coding> codingOf(std::string_view body);

/// The text of all records of `body` (RFC 8188). IllegalArgument: some byte of it is not as it was sealed, or its end
/// is missing.
Result<std::string> open(std::string_view body, std::string_view secret);

/// The keys that an app gives its application server beside the endpoint's URL.
struct Subscription {
    std::string point; ///< p256dh: the app's public key
    std::string auth;  ///< a secret of authSize bytes that both have
};

/// Encrypts `plain` for the app (RFC 8291); `sender` is a key for this one message. IllegalArgument: the point is not
/// on the curve, or `plain` is longer than mostPlain.
Result<std::string> encrypt(std::string_view plain, const Subscription& app, const KeyPair& sender,
                            const std::string& salt);
/// The same, with a new key and salt.
Result<std::string> encrypt(std::string_view plain, const Subscription& app);

/// The text of a body that was encrypted for the app with these keys. IllegalArgument: it was not, or was changed.
Result<std::string> decrypt(std::string_view body, const KeyPair& keys, std::string_view auth);

} // namespace stint::webpush
