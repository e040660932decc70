// The identity of a work request (jobs.md §10): 128 bits, unique for good.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stint/export.hpp"

namespace stint::work {

class STINT_API UUID {
public:
    /// All zeros, which no request has.
    constexpr UUID() = default;
    /// A new one, from the kernel's randomness.
    static UUID randomUUID();
    /// "01234567-89ab-cdef-0123-456789abcdef", as toString() writes it; nullopt for anything else.
    static std::optional<UUID> fromString(std::string_view text);
    std::string toString() const;

    auto operator<=>(const UUID&) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
};

} // namespace stint::work
