// A server's claims about a file beside its bytes: a name, and digests. All of it is untrusted: a value that cannot be
// parsed is ignored.
#pragma once
#include <string>
#include <string_view>

namespace stint::transfer {

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
