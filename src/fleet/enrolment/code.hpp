// The code by which a device joins a fleet (fleet.md §3): what the fleet's server makes, and a person types. Behind it,
// the device believes nobody but the root that it names.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "fleet/signing/public_key.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

using Fingerprint = std::array<unsigned char, 16>;
/// Nobody finds another root, or another name for the same, that has this one's.
Fingerprint fingerprintOf(const PublicKey& root, std::string_view fleet);

// The lengths of base32 in a code.
inline constexpr std::size_t pushCodeLength = 32, invitationIdLength = 8, invitationSecretLength = 26;

struct JoinCode {
    Fingerprint fleet{};
    std::string push;       ///< push's own code to join
    std::string invitation; ///< its id
    std::string secret;     ///< the invitation's

    bool operator==(const JoinCode&) const = default;
};

/// 12 groups of 8 characters, for the server of that URL.
std::string textOf(const JoinCode& code, std::string_view server);
/// The code as a person types it. IllegalArgument: it is none for that server, or one of the two has a mistake.
Result<JoinCode> codeIn(std::string_view typed, std::string_view server);

} // namespace stint::fleet
