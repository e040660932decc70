#include "stintd/device/free_space.hpp"

#include <sys/statvfs.h>

#include "base/time/time.hpp"

namespace stint {

namespace {

// A commit or a line of a log takes less than this: no job is asked anew for it.
constexpr Bytes grain = 16_MiB;

} // namespace

void readFreeSpace(const std::filesystem::path& volume, Device& device) {
    struct statvfs status {};
    if (::statvfs(volume.c_str(), &status) != 0) return;
    const auto block = static_cast<Bytes>(status.f_frsize);
    const Bytes free = static_cast<Bytes>(status.f_bavail) * block;
    device.storageFree = free - free % grain;
    device.storageTotal = static_cast<Bytes>(status.f_blocks) * block;
}

std::vector<DeviceValue> freeSpaceOf(const Device& device) {
    if (device.storageTotal <= 0) return {};
    return {{"storage.free", formatSize(device.storageFree), "statvfs"},
            {"storage.total", formatSize(device.storageTotal), "statvfs"}};
}

} // namespace stint
