// The free space of a volume, by statvfs, read whenever it is asked for.
#include <sys/statvfs.h>

#include "base/time.hpp"
#include "device/sensor.hpp"

namespace stint {
namespace {

class FreeSpace final : public Sensor {
public:
    explicit FreeSpace(std::filesystem::path volume) : volume_(std::move(volume)) {}

    std::string_view name() const override { return "statvfs"; }

    std::vector<std::string_view> tell(Device& device) const override {
        struct statvfs status {};
        if (::statvfs(volume_.c_str(), &status) != 0) return {}; // unknown, and then storage is not low
        const auto block = static_cast<Bytes>(status.f_frsize);
        device.storageFree = static_cast<Bytes>(status.f_bavail) * block;
        device.storageTotal = static_cast<Bytes>(status.f_blocks) * block;
        return {}; // whether it is low is the core's to say
    }

    std::vector<DeviceValue> more(const Device& device) const override {
        if (device.storageTotal <= 0) return {};
        return {{"storage.free", formatSize(device.storageFree), std::string(name())},
                {"storage.total", formatSize(device.storageTotal), std::string(name())}};
    }

private:
    std::filesystem::path volume_;
};

} // namespace

std::unique_ptr<Sensor> freeSpace(const std::filesystem::path& volume) { return std::make_unique<FreeSpace>(volume); }

} // namespace stint
