// Digests over files, by OpenSSL; and a server's claims about a file beside its bytes: digests, and a name. All of
// these are untrusted: a value that cannot be parsed is ignored.
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

/// `text` without the blanks and line ends around it.
std::string_view trimmed(std::string_view text);

/// The name in a Content-Disposition (RFC 6266), made harmless; filename* before filename. Empty if there is none.
std::string offeredName(std::string_view contentDisposition);

/// The digest in a Repr-Digest (RFC 9530: "sha-256=:BASE64:"), else in a Digest (RFC 3230: "SHA-256=BASE64"), in
/// parseChecksum()'s form; SHA-512 before SHA-256. Empty if there is none of the right length.
std::string offeredDigest(std::string_view reprDigest, std::string_view digest);

/// The SHA-256 of the file `name` in the text of a ".sha256" beside it: the digits alone, or sha256sum's lines, or
/// BSD's "SHA256 (NAME) = HEX". In parseChecksum()'s form; empty if there is none.
std::string digestInSums(std::string_view text, std::string_view name);

} // namespace stint::transfer
