// The words of the tus protocol 1.0.0 (tus.io): pure, from headers and to headers. What a server offers is read once;
// what it answers is a stranger's number, checked before it is believed.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer::tus {

inline constexpr std::string_view version = "Tus-Resumable: 1.0.0";

/// What an answer to OPTIONS says.
struct Offer {
    bool termination = false;
    std::string checksum; ///< OpenSSL's name of the strongest algorithm both know; empty: none
    std::optional<Bytes> largest;

    bool operator==(const Offer&) const = default;
};

/// Each argument is a header's value; empty where it is absent. IllegalState: the server cannot be spoken to: another
/// version, or no way to create an upload.
Result<Offer> readOffer(std::string_view versions, std::string_view extensions, std::string_view algorithms,
                        std::string_view largest);

/// Upload-Metadata with the file's name.
std::string metadata(std::string_view fileName);
/// Upload-Checksum of raw digest bytes.
std::string checksumHeader(std::string_view algorithm, std::string_view digest);

/// Upload-Offset or Upload-Length; nullopt for what is no number.
std::optional<Bytes> readNumber(std::string_view value);

/// Upload-Expires, in seconds since 1970; nullopt where there is none that can be read.
std::optional<std::int64_t> readExpiry(const std::string& value);

} // namespace stint::transfer::tus
