// Heat (limits.md §13), by the kernel: the events of its generic netlink family "thermal", and the zones of
// /sys/class/thermal with their trip points. The sensor itself is in the .cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "contract/model/device.hpp"

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

/// The machine's thermal zones and their trip points, from /sys/class/thermal, and those that the temperature is above:
/// they say how hot the device is (limits.md §13). A trip point counts as left only when the kernel reports it, or when
/// all is read anew: its hysteresis is the kernel's.
class ThermalZones {
public:
    explicit ThermalZones(std::filesystem::path directory);

    /// Reads all zones anew, with their present temperatures.
    void read();
    void passed(std::uint32_t zone, std::uint32_t trip, bool up);

    /// False: no zone has a trip point with a meaning, so the heat is unknown.
    bool anyTells() const { return tells_; }
    Thermal hottest() const;

private:
    std::filesystem::path directory_;
    bool tells_ = false;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Thermal> above_; ///< by zone and trip point
};

} // namespace stint
