// Digests over files, by OpenSSL.
#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// A part of a file; `end` unknown: to the end of the file.
struct Extent {
    Bytes start = 0;
    std::optional<Bytes> end = std::nullopt;
};

/// The raw bytes of the digest that OpenSSL knows by the name `algorithm`, of `extent` of `descriptor`. IllegalState
/// once `cancelled` is set.
Result<std::string> digestOf(int descriptor, Extent extent, std::string_view algorithm,
                             const std::atomic<bool>& cancelled);

/// SHA-256 of `text`, in hexadecimal digits: a fingerprint.
std::string fingerprint(std::string_view text);

std::string toHex(std::string_view bytes);
std::string toBase64(std::string_view bytes);
/// nullopt if it is not base64 with padding.
std::optional<std::string> fromBase64(std::string_view text);

} // namespace stint::transfer
