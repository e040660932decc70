// A trace line by line (scenario.md, trace), for recordings and simulations alike.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/effect.hpp"

namespace stint::record {

using FieldValue = std::variant<bool, std::int64_t, Duration, std::string>;
/// A further field of an effect: "reason", "asked", …
struct Field {
    std::string_view key; ///< a word of scenario.md's table
    FieldValue value;

    bool operator==(const Field&) const = default;
};

struct Happening {
    Duration at{0}; ///< since 0s
    WallTime wall;
    std::string_view what;     ///< a name of Trace::What
    std::optional<AppId> app;  ///< a job's line has it, too
    std::optional<JobKey> job; ///< set where the line is about one
    std::vector<Field> fields; ///< in the order of scenario.md's table
};

/// True for a message with that field: `late_by` where it was delivered, else `expired` or `replaced` (push.md §6).
bool isMessage(const Happening& happening, std::string_view with);

/// The key in a work item's extras that holds its name.
inline constexpr std::string_view itemName = "item";

/// `zero` is the instant of 0s.
Happening happeningOf(const Trace& trace, Now now, Instant zero);

/// scenario.md, the trace as JSON: one object, keys in a fixed order.
std::string traceJson(const Happening& happening);

} // namespace stint::record
