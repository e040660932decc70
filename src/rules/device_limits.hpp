// What the device's state holds back, whoever asks: the rows of limits.md §1.1, with those of battery saver (§9) and
// heat (§10.1), answered by the very questions that jobs, alarms, network and messages are decided by.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/doze.hpp"
#include "rules/world.hpp"

namespace stint {

/// One kind of work of an app in the background, of the active bucket, that has used nothing of its limits.
struct DeviceLimit {
    std::string_view work;
    std::string by; ///< what shuts it: "doze", "saver", "thermal", "data_saver"; empty: it is open
    std::string detail;
    std::string clears;
    std::string cell;             ///< "limits.md §1.1, Doze × jobs"
    std::optional<Instant> until; ///< nullopt: an event, not a time

    bool open() const { return by.empty(); }
};

/// All kinds of work, in a fixed order.
std::vector<DeviceLimit> deviceLimits(const World& world, const DozeInputs& inputs);

} // namespace stint
