// UPower (linux.md §A.3).
#include <algorithm>
#include <cmath>
#include <map>

#include "stintd/device/sensor.hpp"
#include "stintd/services/service.hpp"

namespace stint {
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
        std::vector<std::string_view> told{"plugged", "charging"};
        if (root_.get<bool>("LidIsPresent").value_or(false)) {
            device.lidClosed = root_.get<bool>("LidIsClosed").value_or(false);
            told.emplace_back("lid");
        }
        device.plugged = isPlugged();
        // jobs.md §12.10: no battery counts as plugged and charging.
        device.charging = hasBattery() ? std::nullopt : std::optional(true);
        const auto state = display_.get<std::uint32_t>("State").value_or(0);
        device.batteryFull = hasBattery() && state == static_cast<std::uint32_t>(BatteryState::Full);
        device.chargeHeld = hasBattery() && state == static_cast<std::uint32_t>(BatteryState::PendingCharge);
        device.batteryPercent = 100;
        if (!hasBattery()) return told;
        // A level outside 0 to 100 % is ignored.
        if (const auto percent = display_.get<double>("Percentage"); percent && *percent >= 0 && *percent <= 100) {
            device.batteryPercent = std::lround(*percent);
            told.emplace_back("battery");
        }
        return told;
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

} // namespace stint
