// The kernel's events on heat.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace stint {

using NetlinkBytes = std::span<const std::byte>;

struct ThermalFamily {
    std::uint16_t id = 0;
    std::uint32_t events = 0; ///< the multicast group

    bool operator==(const ThermalFamily&) const = default;
};

// These functions are pure: they read bytes that came by a socket, and trust no length in them.

/// The request for the family's numbers; thermalFamilyIn() reads the answer.
std::vector<std::byte> thermalFamilyAsked();
/// nullopt: the messages do not describe that family, or it has no such group.
std::optional<ThermalFamily> thermalFamilyIn(NetlinkBytes messages);

struct ThermalEvent {
    enum class What : std::uint8_t { TripUp, TripDown, ZonesChanged };
    What what = What::ZonesChanged;
    std::uint32_t zone = 0;
    std::uint32_t trip = 0;

    bool operator==(const ThermalEvent&) const = default;
};
/// The events of the family `id`; those that do not concern trip points are left out.
std::vector<ThermalEvent> thermalEventsIn(NetlinkBytes messages, std::uint16_t id);

} // namespace stint
