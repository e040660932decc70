// Seals (fleet.md §5.1): which reports a server of the fleet has found signed, so that none verifies them again. A seal
// says nothing else of them, and of no other text, so whoever puts it in another's place gains nothing.
#pragma once
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "fleet/signing/public_key.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// A report's text and the key that verifies it: nobody finds another pair with the same one.
using Stamp = std::array<unsigned char, 16>;
using Stamps = std::set<Stamp>;
Stamp stampOf(const PublicKey& key, std::string_view report);

/// PROPOSAL: reports that a seal is for.
inline constexpr std::size_t mostSealed = 1'000;

struct Seal {
    Stamps stamps; ///< 1 to mostSealed

    bool operator==(const Seal&) const = default;
};

std::string documentOf(const Seal& seal);
/// "stint seal"
std::string commentOf(const Seal& seal);
/// IllegalArgument: the text is not what documentOf() writes.
Result<Seal> sealIn(std::string_view document);

} // namespace stint::fleet
