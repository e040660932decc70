// The verdict that keeps a machine with user-initiated jobs from going to sleep by itself (limits.md §13, Suspend).
#pragma once
#include <optional>
#include <string_view>

#include "contract/rules/world.hpp"

namespace stint {

/// The answer whether user-initiated jobs keep the machine awake (limits.md §13, Suspend).
struct AwakeVerdict {
    bool on = false;
    std::string_view because;       ///< in a word: "mains", "battery"; where it is off, what ended it
    std::optional<Instant> until{}; ///< where it is on: when time alone ends it
};

/// `progressAt`: when one of these jobs last moved a byte; nullopt: none runs. `onBatterySince`: since when they have
/// kept an unplugged machine awake; nullopt: they have not.
AwakeVerdict keepAwake(const World& world, std::optional<Instant> progressAt, std::optional<Instant> onBatterySince);

} // namespace stint
