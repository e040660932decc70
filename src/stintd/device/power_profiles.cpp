// The power profile (linux.md §A.3).
#include "stintd/device/sensor.hpp"
#include "stintd/services/service.hpp"

namespace stint {
namespace {

using services::Properties;
using services::Service;

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
        std::vector<std::string_view> told;
        if (const auto profile = now().get<std::string>("ActiveProfile")) {
            device.batterySaver = *profile == "power-saver";
            told.emplace_back("battery_saver");
        }
        // "lap-detected" alone is no reason to hold work back.
        if (now().get<std::string>("PerformanceDegraded") == "high-operating-temperature") {
            device.thermal = std::max(device.thermal, Thermal::Moderate);
            told.emplace_back("thermal");
        }
        return told;
    }

private:
    const Properties& now() const { return newer_.properties.areKnown() ? newer_.properties : older_.properties; }

    ProfilesAt newer_, older_;
};

} // namespace

std::unique_ptr<Sensor> powerProfiles(const SensorSources& sources) { return std::make_unique<PowerProfiles>(sources); }

} // namespace stint
