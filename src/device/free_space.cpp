#include "device/free_space.hpp"

#include <sys/statvfs.h>

#include "base/time.hpp"

namespace stint {

void readFreeSpace(const std::filesystem::path& volume, Device& device) {
    struct statvfs status {};
    if (::statvfs(volume.c_str(), &status) != 0) return;
    const auto block = static_cast<Bytes>(status.f_frsize);
    device.storageFree = static_cast<Bytes>(status.f_bavail) * block;
    device.storageTotal = static_cast<Bytes>(status.f_blocks) * block;
}

std::vector<DeviceValue> freeSpaceOf(const Device& device) {
    if (device.storageTotal <= 0) return {};
    return {{"storage.free", formatSize(device.storageFree), "statvfs"},
            {"storage.total", formatSize(device.storageTotal), "statvfs"}};
}

} // namespace stint
