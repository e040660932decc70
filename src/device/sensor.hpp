// What one source knows of the device: the free space of a volume, and, as they come, services of the system. Each is
// one file, and a row of sensors.cpp; what a person has said stands over all of them (device_source.hpp).
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/device.hpp"

namespace stint {

/// One value as a person sees it.
struct DeviceValue {
    std::string key; ///< scenario.md's device table: "network.metered"
    std::string value;
    std::string source; ///< "embedded default", "set", a sensor's name
};

class Sensor {
public:
    virtual ~Sensor() = default;
    /// As `stint device` names the source of a value: "statvfs".
    virtual std::string_view name() const = 0;
    /// Puts what is known into the device, and leaves the rest as it is. The keys of model/device_fields.hpp that it
    /// has put there.
    virtual std::vector<std::string_view> tell(Device& device) const = 0;
    /// What it knows beyond those keys, for whoever lists the device.
    virtual std::vector<DeviceValue> more(const Device&) const { return {}; }
};

/// All of them; of two that know the same the later one is believed. `volume`: a path on the volume whose free space
/// counts.
std::vector<std::unique_ptr<Sensor>> sensors(const std::filesystem::path& volume);

// One each.

std::unique_ptr<Sensor> freeSpace(const std::filesystem::path& volume);

} // namespace stint
