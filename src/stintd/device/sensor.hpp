// What one source knows of the device: a service of the system, a file of the kernel, the free space of a volume. Each
// is one file, and a row of sensors.cpp; what a person has said stands over all of them (device_source.hpp).
//
// A sensor follows its source by events alone. Where the source is missing it tells nothing, and goes on as soon as it
// comes; it never retries by a timer, and settles nothing: device_source.hpp does, for all of them.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-event.h>

#include "contract/model/device.hpp"
#include "stintd/device/network_links.hpp"
#include "stintd/services/bus.hpp"

namespace stint {

/// One value as a person sees it.
struct DeviceValue {
    std::string key; ///< scenario.md's device table: "network.metered"
    std::string value;
    std::string source; ///< "embedded default", "set", a sensor's name
};

/// Where sensors look, and whom they tell that there is something new.
struct SensorSources {
    sd_event* loop = nullptr;
    services::Bus& system;
    services::Bus& session;
    const NetworkMarks& marks;
    const NetworkRules& rules;
    std::function<void()> changed;
};

class Sensor {
public:
    virtual ~Sensor() = default;
    /// As `stint device` names the source of a value: "UPower".
    virtual std::string_view name() const = 0;
    /// Puts what is known into the device, and leaves the rest as it is. The keys of contract/model/device_fields.hpp
    /// that it has put there.
    virtual std::vector<std::string_view> tell(Device& device) const = 0;
    /// What it knows beyond those keys, for whoever lists the device.
    virtual std::vector<DeviceValue> more(const Device&) const { return {}; }
    /// The networks that it knows, the one in use first (`stint net`).
    virtual std::vector<NetworkSeen> networks() const { return {}; }
    /// Its source is there and has not answered yet.
    virtual bool isAsking() const { return false; }
    /// What of the device it is about, as `stint doctor` heads it: "power".
    virtual std::string_view topic() const = 0;
    /// The core's word on a sleep that has begun: whether it waits for us. It does until the first of them.
    virtual void delaySleep(bool) {}
    /// And whether the machine is to be kept from going to sleep; it is not until then.
    virtual void keepAwake(bool) {}
    /// For `stint doctor`: what it reads now ("UPower on the system bus"); empty: nothing, since its source is missing.
    virtual std::string reads() const = 0;
    /// What would have to be there for it to read something: "UPower, on the system bus".
    virtual std::string_view wants() const = 0;
};

/// All that are wanted (STINT_SENSORS: their names, or "none"; unset: all); of two that know the same the later one is
/// believed.
std::vector<std::unique_ptr<Sensor>> sensors(const SensorSources& sources);

// One each.

std::unique_ptr<Sensor> kernelPower(const SensorSources& sources);
std::unique_ptr<Sensor> upower(const SensorSources& sources);
std::unique_ptr<Sensor> powerProfiles(const SensorSources& sources);
std::unique_ptr<Sensor> pressure(const SensorSources& sources);
std::unique_ptr<Sensor> pressure(const SensorSources& sources, const std::filesystem::path& file);
std::unique_ptr<Sensor> thermal(const SensorSources& sources);
std::unique_ptr<Sensor> thermal(const SensorSources& sources, const std::filesystem::path& zones);
std::unique_ptr<Sensor> logind(const SensorSources& sources);
std::unique_ptr<Sensor> screenSaver(const SensorSources& sources);
std::unique_ptr<Sensor> networkSensor(const SensorSources& sources);
std::unique_ptr<Sensor> sleepSensor(const SensorSources& sources);

} // namespace stint
