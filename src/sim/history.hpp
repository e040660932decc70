// What happened in a run, line by line: the trace of scenario.md.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/effect.hpp"
#include "sim/scenario.hpp"

namespace stint::sim {

struct Happening {
    Duration at{0}; ///< since 0s
    WallTime wall;
    std::string what;
    std::optional<AppId> app;  ///< also of a job's lines
    std::optional<JobKey> job; ///< where it is about one
    std::vector<Field> fields; ///< in the order of scenario.md's table
};

using History = std::vector<Happening>;

/// Under which key of its extras a work item carries its name.
inline constexpr std::string_view itemName = "item";

/// `zero` is the instant of 0s.
Happening happeningOf(const Trace& trace, Now now, Instant zero);

/// As a scenario would write it: "10min", "QUOTA", "true".
std::string textOf(const FieldValue& value);

/// Whether the effect is the expected one, its time included.
bool matches(const ExpectedEffect& expected, const Happening& happening);
/// As matches(), without time and further fields: the same effect on the same job or app.
bool resembles(const ExpectedEffect& expected, const Happening& happening);

} // namespace stint::sim
