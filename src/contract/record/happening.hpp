// What happened, line by line: the trace of scenario.md, in a recording and in a simulation alike.
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
    std::optional<AppId> app;  ///< also of a job's lines
    std::optional<JobKey> job; ///< where it is about one
    std::vector<Field> fields; ///< in the order of scenario.md's table
};

/// Under which key of its extras a work item carries its name.
inline constexpr std::string_view itemName = "item";

/// `zero` is the instant of 0s.
Happening happeningOf(const Trace& trace, Now now, Instant zero);

/// scenario.md, the trace as JSON: one object, keys in a fixed order.
std::string traceJson(const Happening& happening);

} // namespace stint::record
