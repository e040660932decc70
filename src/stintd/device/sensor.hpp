// A sensor: one source's knowledge of the device (a service of the system, a file of the kernel). Each is a class in
// its topic's file, and a row of sensor.cpp; a value that a person has set stands over all of them
// (device_source.hpp).
//
// A sensor follows its source by events alone. Where the source is missing it reports nothing, and goes on as soon as
// the source comes; it never retries by a timer. It does not wait for a burst of news to end: device_source.hpp does
// that for all sensors.
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

/// The places where sensors look, and the function they call when there is news.
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
    /// The source of a value, as `stint device` prints it: "UPower".
    virtual std::string_view name() const = 0;
    /// Puts what is known into the device, and leaves the rest as it is. Returns the keys of
    /// contract/model/device_fields.hpp that it has put there.
    virtual std::vector<std::string_view> tell(Device& device) const = 0;
    /// Values beyond those keys, for lists of the device.
    virtual std::vector<DeviceValue> more(const Device&) const { return {}; }
    /// The networks that it knows of, the one in use first (`stint net`).
    virtual std::vector<NetworkSeen> networks() const { return {}; }
    /// True while its source is there and has not answered yet.
    virtual bool isAsking() const { return false; }
    /// The part of the device it is about, a heading of `stint doctor`: "power".
    virtual std::string_view topic() const = 0;
    /// The core's order on a sleep that has begun: it waits for us, or it does not. It waits until the first order.
    virtual void delaySleep(bool) {}
    /// The core's order to keep the machine from going to sleep, or not to; it is not kept until the first order.
    virtual void keepAwake(bool) {}
    /// The source that it reads now, for `stint doctor` ("UPower on the system bus"); empty: it is missing.
    virtual std::string reads() const = 0;
    /// The source that would have to be there: "UPower, on the system bus".
    virtual std::string_view wants() const = 0;
};

/// All sensors that are wanted (STINT_SENSORS: their names, or "none"; unset: all). Where two know the same value, the
/// later one counts.
std::vector<std::unique_ptr<Sensor>> sensors(const SensorSources& sources);

// One function makes one sensor.

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
