// The thermal zones of the machine and their trip points, as /sys/class/thermal has them, and which of them the
// temperature is above: that is how hot the device is (limits.md §13). A trip point is left only when the kernel says
// so, or when all is read anew: its hysteresis is the kernel's.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <utility>

#include "contract/model/device.hpp"

namespace stint {

class ThermalZones {
public:
    explicit ThermalZones(std::filesystem::path directory);

    /// By the temperatures of this moment.
    void read();
    void passed(std::uint32_t zone, std::uint32_t trip, bool up);

    /// None of them has a trip point that says anything: then nobody knows how hot it is.
    bool anyTells() const { return tells_; }
    Thermal hottest() const;

private:
    std::filesystem::path directory_;
    bool tells_ = false;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Thermal> above_; ///< by zone and trip point
};

} // namespace stint
