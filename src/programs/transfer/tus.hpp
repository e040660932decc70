// The headers of the tus protocol 1.0.0 (tus.io), parsed and written; pure. A server's offer is read once; its numbers
// are untrusted, and checked before use.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer::tus {

inline constexpr std::string_view version = "Tus-Resumable: 1.0.0";

/// The content of a response to OPTIONS.
struct Offer {
    bool termination = false;
    std::string checksum; ///< OpenSSL's name of the strongest algorithm both know; empty: none
    std::optional<Bytes> largest;

    bool operator==(const Offer&) const = default;
};

/// Each argument is a header's value; empty if absent. IllegalState: the server cannot be used, because of another
/// version or no way to create an upload.
Result<Offer> readOffer(std::string_view versions, std::string_view extensions, std::string_view algorithms,
                        std::string_view largest);

/// Upload-Metadata with the file's name.
std::string metadata(std::string_view fileName);
/// Upload-Checksum of raw digest bytes.
std::string checksumHeader(std::string_view algorithm, std::string_view digest);

/// Upload-Offset or Upload-Length; nullopt if it is not a number.
std::optional<Bytes> readNumber(std::string_view value);

/// Upload-Expires, in seconds since 1970; nullopt if absent or not understood.
std::optional<std::int64_t> readExpiry(const std::string& value);

} // namespace stint::transfer::tus
