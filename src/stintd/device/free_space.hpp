// The free space of a volume, by statvfs, read whenever it is asked for.
#pragma once
#include <filesystem>
#include <vector>

#include "stintd/device/sensor.hpp"

namespace stint {

/// Stays unknown where the volume cannot be asked: then storage is not low.
void readFreeSpace(const std::filesystem::path& volume, Device& device);
/// storage.free and storage.total, where they are known.
std::vector<DeviceValue> freeSpaceOf(const Device& device);

} // namespace stint
