// The kernel's words on heat: its generic netlink family "thermal", whose group "event" any user may join. Pure: reads
// bytes that a socket has brought, and trusts no length in them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace stint {

using NetlinkBytes = std::span<const std::byte>;

/// Where the kernel tells of heat.
struct ThermalFamily {
    std::uint16_t id = 0;
    std::uint32_t events = 0; ///< the multicast group

    bool operator==(const ThermalFamily&) const = default;
};

/// A question to the kernel: which family that is. Answered by what thermalFamilyIn() reads.
std::vector<std::byte> thermalFamilyAsked();
/// nullopt: it says nothing of that family, or it has no such group.
std::optional<ThermalFamily> thermalFamilyIn(NetlinkBytes messages);

struct ThermalEvent {
    enum class What : std::uint8_t { TripUp, TripDown, ZonesChanged };
    What what = What::ZonesChanged;
    std::uint32_t zone = 0;
    std::uint32_t trip = 0;

    bool operator==(const ThermalEvent&) const = default;
};
/// Those of the family `id`; what has nothing to do with trip points is left out.
std::vector<ThermalEvent> thermalEventsIn(NetlinkBytes messages, std::uint16_t id);

} // namespace stint
