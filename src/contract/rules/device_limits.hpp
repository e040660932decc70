// What the device's state holds back, whoever asks: the rows of limits.md §1.1, with those of battery saver (§9) and
// heat (§10.1), answered by the very questions that jobs, alarms, network and messages are decided by.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/rules/doze.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// One kind of work of an app in the background, of the active bucket, that has used nothing of its limits.
struct DeviceLimit {
    std::string_view work;
    std::string_view by; ///< what shuts it: "doze", "saver", "thermal", "data_saver"; empty: it is open
    // Where it is shut:
    std::string_view row; ///< the table's, and its column
    std::string_view column;
    std::string_view clears;      ///< what would open it
    std::optional<Instant> asked; ///< for limitEnds()

    bool open() const { return by.empty(); }
};

/// All kinds of work, in a fixed order.
std::vector<DeviceLimit> deviceLimits(const World& world);
/// What decides on them.
constexpr ReadSet readByDeviceLimits =
    Reads::Power | Reads::Network | Reads::Doze | Reads::Saver | Reads::Thermal | Reads::Sleep;
/// "limits.md §1.1, Doze × jobs".
std::string cellOf(const DeviceLimit& limit);
/// What is: "the device dozes (deep)".
std::string detailOf(const DeviceLimit& limit, const World& world);
/// When one that is shut opens, if nothing disturbs the device; nullopt: by an event. Takes a look at the days to come.
std::optional<Instant> limitEnds(const DeviceLimit& limit, const World& world, const DozeInputs& inputs);

} // namespace stint
