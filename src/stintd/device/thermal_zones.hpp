// The thermal zones that are hot.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <utility>

#include "contract/model/device.hpp"

namespace stint {

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
