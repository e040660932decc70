// Our own part of a registration, which the daemon keeps for us (Push1's details), as JSON of at most 1,024 bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace stint::push {

struct Details {
    std::string token; ///< of the endpoint; a secret
    std::string of;    ///< the connector's own token, by which it knows the registration
    int version = 2;   ///< of UnifiedPush over D-Bus
    std::string vapid; ///< the key that its sender signs with; empty: none
    std::string at;    ///< DEVICE@STORE: who has it where; empty: nobody yet. Of an older Stint the store alone

    bool operator==(const Details&) const = default;
};

std::string textOf(const Details& details);
/// nullopt: we have not written it.
std::optional<Details> detailsIn(std::string_view text);

} // namespace stint::push
