#include "stintd/device/sensor.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/text/words.hpp"

namespace stint {
namespace {

struct SensorRow {
    std::string_view word; ///< its name in STINT_SENSORS
    std::unique_ptr<Sensor> (*make)(const SensorSources&);
};

constexpr SensorRow sensorRows[] = {
    {"kernel-power", kernelPower},
    {"upower", upower},
    {"power-profiles", powerProfiles},
    {"network", networkSensor},
    {"pressure", pressure},
    {"thermal", thermal},
    {"logind", logind},
    {"screensaver", screenSaver},
    {"sleep", sleepSensor},
};

} // namespace

std::vector<std::unique_ptr<Sensor>> sensors(const SensorSources& sources) {
    const char* const value = std::getenv("STINT_SENSORS");
    const auto wanted = value ? std::optional(splitAt(value, ",")) : std::nullopt;
    std::vector<std::unique_ptr<Sensor>> all;
    for (const auto& [word, make] : sensorRows)
        if (!wanted || std::ranges::find(*wanted, word) != wanted->end()) all.push_back(make(sources));
    return all;
}

} // namespace stint
