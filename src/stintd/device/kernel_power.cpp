// Power, by the kernel.
#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stintd/device/kernel_words.hpp"
#include "stintd/device/sensor.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr const char* suppliesAt = "/sys/class/power_supply";
constexpr std::uint32_t kernelsGroup = 1; // 2 is udev's

/// All supplies together.
struct Supplies {
    bool any = false;
    bool online = false;
    bool battery = false;
    bool discharging = false, full = true, held = false;
    std::optional<std::int64_t> percent; ///< the mean of all batteries
};

Supplies readSupplies() {
    Supplies all;
    std::int64_t sum = 0, counted = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(suppliesAt, none)) {
        const fs::path& supply = entry.path();
        if (kernelWord(supply / "scope") == "Device") continue; // a mouse's or a phone's supply
        if (kernelWord(supply / "type") != "Battery") {         // Mains, USB, Wireless, UPS
            all.any = true;
            all.online |= kernelNumber(supply / "online").value_or(0) > 0;
            continue;
        }
        if (kernelNumber(supply / "present") == 0) continue;
        const std::string status = kernelWord(supply / "status");
        all.any = all.battery = true;
        all.discharging |= status == "Discharging";
        all.full &= status == "Full";
        all.held |= status == "Not charging";
        if (const auto percent = kernelNumber(supply / "capacity"); percent && *percent >= 0 && *percent <= 100) {
            sum += *percent;
            ++counted;
        }
    }
    if (counted > 0) all.percent = sum / counted;
    return all;
}

/// Power as the kernel reports it, for machines without UPower: /sys/class/power_supply, read again at each uevent of a
/// supply. The kernel sends one when the mains come or go; a change of the level comes when the driver reports it.
class KernelPower final : public Sensor {
public:
    explicit KernelPower(const SensorSources& sources) : changed_(sources.changed), supplies_(readSupplies()) {
        uevents_ = Fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        address.nl_groups = kernelsGroup;
        if (!uevents_ || ::bind(uevents_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
        sd_event_source* source = nullptr;
        sd_event_add_io(sources.loop, &source, uevents_.get(), EPOLLIN, readable, this);
        source_.reset(source);
    }

    std::string_view name() const override { return "kernel"; }
    std::string_view topic() const override { return "power"; }
    std::string_view wants() const override { return "a power supply that the kernel knows"; }
    std::string reads() const override { return supplies_.any ? suppliesAt : ""; }

    std::vector<std::string_view> tell(Device& device) const override {
        if (!supplies_.any) return {};
        device.plugged = !supplies_.battery || supplies_.online || !supplies_.discharging;
        device.charging = supplies_.battery ? std::nullopt : std::optional(true);
        device.batteryFull = supplies_.battery && supplies_.full;
        device.chargeHeld = supplies_.battery && supplies_.held;
        device.batteryPercent = supplies_.percent.value_or(100);
        if (supplies_.percent) return {"plugged", "charging", "battery"};
        return {"plugged", "charging"};
    }

private:
    static int readable(sd_event_source*, int fd, std::uint32_t, void* self) {
        auto& power = *static_cast<KernelPower*>(self);
        std::array<char, 8192> event{};
        bool supply = false;
        sockaddr_nl from{};
        socklen_t size = sizeof from;
        ssize_t length = 0;
        // "change@/devices/…", then fields that each end with a zero byte. Only the kernel has the port 0.
        while ((length = ::recvfrom(fd, event.data(), event.size(), 0, reinterpret_cast<sockaddr*>(&from), &size)) >
               0) {
            const std::string_view words(event.data(), static_cast<std::size_t>(length));
            supply |= from.nl_pid == 0 && words.find("SUBSYSTEM=power_supply") != std::string_view::npos;
        }
        if (length < 0 && errno == ENOBUFS) supply = true; // some were lost
        if (!supply) return 0;
        power.supplies_ = readSupplies();
        power.changed_();
        return 0;
    }

    std::function<void()> changed_;
    Supplies supplies_;
    Fd uevents_;
    EventSource source_;
};

} // namespace

std::unique_ptr<Sensor> kernelPower(const SensorSources& sources) { return std::make_unique<KernelPower>(sources); }

} // namespace stint
