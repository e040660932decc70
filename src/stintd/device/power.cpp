// The sensors of power (linux.md §A.3): the kernel's power supplies, UPower, and the power profile. UPower counts over
// the kernel.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stintd/device/kernel_words.hpp"
#include "stintd/device/sensor.hpp"
#include "stintd/services/bus.hpp"

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

namespace {

using services::Properties;
using services::Service;
using services::Signal;

constexpr const char* upowerName = "org.freedesktop.UPower";
constexpr const char* upowerPath = "/org/freedesktop/UPower";
constexpr const char* upowerDevice = "org.freedesktop.UPower.Device";
constexpr const char* displayPath = "/org/freedesktop/UPower/devices/DisplayDevice";
/// UPower names an object by its device's type.
constexpr std::string_view mainsPrefix = "/org/freedesktop/UPower/devices/line_power_";

enum class DeviceType : std::uint32_t { Battery = 2, Ups = 3 };
enum class BatteryState : std::uint32_t { Full = 4, PendingCharge = 5 };
constexpr std::uint32_t notWarned = 1; // the highest WarningLevel at which no UPS is discharging

/// Mains or battery, and how full, by UPower. Only the root object, the display device and the mains' objects are
/// followed: a battery's own object sends a signal every 30 s, and would wake an idle machine.
class Upower final : public Sensor {
public:
    explicit Upower(const SensorSources& sources)
        : changed_(sources.changed),
          service_(sources.system, upowerName, Service::Start::Yes, [this] { serviceChanged(); }),
          root_(service_, upowerPath, upowerName), display_(service_, displayPath, upowerDevice),
          added_(service_, upowerPath, upowerName, "DeviceAdded", [this](const wire::Message& m) { came(m); }),
          removed_(service_, upowerPath, upowerName, "DeviceRemoved", [this](const wire::Message& m) { went(m); }) {}

    std::string_view name() const override { return "UPower"; }
    bool isAsking() const override { return service_.isAsking() || listing_; }
    std::string_view topic() const override { return "power"; }
    std::string_view wants() const override { return "UPower, on the system bus"; }
    std::string reads() const override { return isKnown() ? "UPower on the system bus" : ""; }

    std::vector<std::string_view> tell(Device& device) const override {
        if (!isKnown()) return {};
        std::vector<std::string_view> keys{"plugged", "charging"};
        if (root_.get<bool>("LidIsPresent").value_or(false)) {
            device.lidClosed = root_.get<bool>("LidIsClosed").value_or(false);
            keys.emplace_back("lid");
        }
        device.plugged = isPlugged();
        // jobs.md §12.10: no battery counts as plugged and charging.
        device.charging = hasBattery() ? std::nullopt : std::optional(true);
        const auto state = display_.get<std::uint32_t>("State").value_or(0);
        device.batteryFull = hasBattery() && state == static_cast<std::uint32_t>(BatteryState::Full);
        device.chargeHeld = hasBattery() && state == static_cast<std::uint32_t>(BatteryState::PendingCharge);
        device.batteryPercent = 100;
        if (!hasBattery()) return keys;
        // A level outside 0 to 100 % is ignored.
        if (const auto percent = display_.get<double>("Percentage"); percent && *percent >= 0 && *percent <= 100) {
            device.batteryPercent = std::lround(*percent);
            keys.emplace_back("battery");
        }
        return keys;
    }

private:
    bool isKnown() const { return root_.areKnown() && display_.areKnown(); }

    bool isOfType(DeviceType type) const {
        return display_.get<std::uint32_t>("Type") == static_cast<std::uint32_t>(type);
    }

    /// False for a battery that was taken out, which UPower shows with 0 %.
    bool hasBattery() const {
        return display_.get<bool>("IsPresent").value_or(false) &&
               (isOfType(DeviceType::Battery) || isOfType(DeviceType::Ups));
    }

    /// OnBattery follows the battery's state, "discharging"; the mains' objects have their own, Online.
    bool isPlugged() const {
        if (!hasBattery()) return true;
        if (isOfType(DeviceType::Ups)) return display_.get<std::uint32_t>("WarningLevel").value_or(0) <= notWarned;
        const auto isOnline = [](const auto& mains) {
            return mains.second->template get<bool>("Online").value_or(false);
        };
        return std::ranges::any_of(mains_, isOnline) || !root_.get<bool>("OnBattery").value_or(false);
    }

    void serviceChanged() {
        if (service_.isThere() != isListed_) {
            isListed_ = service_.isThere();
            mains_.clear();
            listing_.reset();
            service_.call(listing_, upowerPath, upowerName, "EnumerateDevices", listed, this, "");
        }
        changed_();
    }

    void follow(const char* path) {
        if (std::string_view(path).starts_with(mainsPrefix))
            mains_.try_emplace(path, std::make_unique<Properties>(service_, path, upowerDevice));
    }

    static int listed(sd_bus_message* answer, void* self, sd_bus_error*) {
        auto& upower = *static_cast<Upower*>(self);
        const wire::Slot ended = std::move(upower.listing_);
        if (sd_bus_message_enter_container(answer, 'a', "o") > 0) {
            const char* path = nullptr;
            while (sd_bus_message_read(answer, "o", &path) > 0)
                upower.follow(path);
        }
        upower.changed_();
        return 0;
    }

    void came(const wire::Message& signal) {
        const char* path = nullptr;
        if (sd_bus_message_read(signal.get(), "o", &path) > 0) follow(path);
    }

    void went(const wire::Message& signal) {
        const char* path = nullptr;
        if (sd_bus_message_read(signal.get(), "o", &path) > 0) mains_.erase(path);
        changed_();
    }

    std::function<void()> changed_;
    Service service_;
    Properties root_, display_;
    Signal added_, removed_;
    std::map<std::string, std::unique_ptr<Properties>> mains_;
    wire::Slot listing_;
    bool isListed_ = false;
};

} // namespace

std::unique_ptr<Sensor> upower(const SensorSources& sources) { return std::make_unique<Upower>(sources); }

namespace {

/// The same service under its newer and its older name; a daemon that has the new one offers both.
struct ProfilesAt {
    ProfilesAt(const SensorSources& sources, const char* name, const char* path)
        : service(sources.system, name, Service::Start::No, sources.changed), properties(service, path, name) {}

    Service service;
    Properties properties;
};

/// The power profile that a person, or a program on their behalf, has chosen: power-saver is Android's battery saver. A
/// machine that is too hot for its profile says so in PerformanceDegraded.
class PowerProfiles final : public Sensor {
public:
    explicit PowerProfiles(const SensorSources& sources)
        : newer_(sources, "org.freedesktop.UPower.PowerProfiles", "/org/freedesktop/UPower/PowerProfiles"),
          older_(sources, "net.hadess.PowerProfiles", "/net/hadess/PowerProfiles") {}

    std::string_view name() const override { return "power-profiles-daemon"; }
    bool isAsking() const override { return newer_.service.isAsking() || older_.service.isAsking(); }
    std::string_view topic() const override { return "power"; }
    std::string_view wants() const override { return "power-profiles-daemon, on the system bus"; }
    std::string reads() const override {
        const auto profile = now().get<std::string>("ActiveProfile");
        return profile ? "power-profiles-daemon on the system bus, profile " + *profile : "";
    }

    std::vector<std::string_view> tell(Device& device) const override {
        std::vector<std::string_view> keys;
        if (const auto profile = now().get<std::string>("ActiveProfile")) {
            device.batterySaver = *profile == "power-saver";
            keys.emplace_back("battery_saver");
        }
        // "lap-detected" alone is no reason to hold work back.
        if (now().get<std::string>("PerformanceDegraded") == "high-operating-temperature") {
            device.thermal = std::max(device.thermal, Thermal::Moderate);
            keys.emplace_back("thermal");
        }
        return keys;
    }

private:
    const Properties& now() const { return newer_.properties.areKnown() ? newer_.properties : older_.properties; }

    ProfilesAt newer_, older_;
};

} // namespace

std::unique_ptr<Sensor> powerProfiles(const SensorSources& sources) { return std::make_unique<PowerProfiles>(sources); }

} // namespace stint
