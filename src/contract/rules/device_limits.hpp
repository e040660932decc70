// The limits that the device's state sets, whoever asks: the rows of limits.md §1.1, with those of battery saver (§9)
// and heat (§10.1), answered by the very functions that decide on jobs, alarms, network and messages.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/rules/doze.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// One kind of work, and the state that shuts it, for an app in the background, in the active bucket, that has used
/// nothing of its limits.
struct DeviceLimit {
    std::string_view work;
    std::string_view by; ///< the state that shuts it: "doze", "saver", "thermal", "network", …; empty: open
    // Set where it is shut:
    std::string_view row; ///< the row of the table, and the column
    std::string_view column;
    std::string_view clears;      ///< how to open it, in words
    std::optional<Instant> asked; ///< when its rule says that it opens; for limitEnds()

    bool open() const { return by.empty(); }
};

/// All kinds of work, in a fixed order.
std::vector<DeviceLimit> deviceLimits(const World& world);
/// All that decides which of them are shut, and by what, while the constants stay.
using LimitFacts = std::array<int, 12>;
LimitFacts limitFacts(const World& world);
/// All that deviceLimits() reads.
constexpr ReadSet readByDeviceLimits =
    Reads::Power | Reads::Network | Reads::Doze | Reads::Saver | Reads::Thermal | Reads::Sleep;
/// "limits.md §1.1, Doze × jobs".
std::string cellOf(const DeviceLimit& limit);
/// The shutting state in words: "the device dozes (deep)".
std::string detailOf(const DeviceLimit& limit, const World& world);
/// The time at which a shut limit opens if nothing disturbs the device; nullopt: by an event. Looks at the days to
/// come.
std::optional<Instant> limitEnds(const DeviceLimit& limit, const World& world, const DozeInputs& inputs);

} // namespace stint
