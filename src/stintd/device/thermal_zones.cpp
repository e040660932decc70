#include "stintd/device/thermal_zones.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "stintd/device/kernel_words.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

/// limits.md §13; nullopt for a type that does not say how hot the device is, such as "active", which turns a fan on.
std::optional<Thermal> meaningOf(std::string_view type) {
    if (type == "passive") return Thermal::Moderate;
    if (type == "hot") return Thermal::Severe;
    if (type == "critical") return Thermal::Critical;
    return std::nullopt;
}

std::optional<Thermal> tripOf(const fs::path& zone, std::uint32_t trip) {
    return meaningOf(kernelWord(zone / fmt::format("trip_point_{}_type", trip)));
}

std::optional<std::uint32_t> zoneNumber(const fs::path& path) {
    constexpr std::string_view prefix = "thermal_zone";
    const std::string name = path.filename();
    if (!name.starts_with(prefix)) return std::nullopt;
    const auto number = kernelNumberIn(std::string_view(name).substr(prefix.size()));
    return number && *number >= 0 ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

} // namespace

ThermalZones::ThermalZones(fs::path directory) : directory_(std::move(directory)) { read(); }

void ThermalZones::read() {
    tells_ = false;
    above_.clear();
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(directory_, none)) {
        const fs::path& zone = entry.path();
        const auto number = zoneNumber(zone);
        if (!number || kernelWord(zone / "mode") == "disabled") continue;
        const auto temperature = kernelNumber(zone / "temp"); // a sleeping device has none
        std::error_code gone;
        for (std::uint32_t trip = 0; fs::exists(zone / fmt::format("trip_point_{}_type", trip), gone); ++trip) {
            const auto meaning = tripOf(zone, trip);
            const auto at = kernelNumber(zone / fmt::format("trip_point_{}_temp", trip));
            if (!meaning || !at || *at <= 0) continue; // firmware without such a point reports 0, or less
            tells_ = true;
            if (temperature && *temperature >= *at) above_[{*number, trip}] = *meaning;
        }
    }
}

void ThermalZones::passed(std::uint32_t zone, std::uint32_t trip, bool up) {
    above_.erase({zone, trip});
    const auto meaning = tripOf(directory_ / fmt::format("thermal_zone{}", zone), trip);
    if (up && meaning) above_[{zone, trip}] = *meaning;
}

Thermal ThermalZones::hottest() const {
    Thermal hottest = Thermal::None;
    for (const auto& [point, meaning] : above_)
        hottest = std::max(hottest, meaning);
    return hottest;
}

} // namespace stint
