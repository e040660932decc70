// A scenario as a value: what happens to a device and its apps, and what must come of it (scenario.md); and its file,
// read. judge/play.hpp plays it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/record/happening.hpp"
#include "sim/scenario/action.hpp"
#include "sim/scenario/setup.hpp"
#include "stint/result.hpp"

namespace stint::sim {

/// scenario.md, start.
inline constexpr WallTime defaultStart = std::chrono::sys_days{std::chrono::January / 5 / 2026} + 8h;

struct Entry {
    SourceLocation location;
    Duration at{0};
    Action action;
};

using record::Field;
using record::FieldValue;

/// scenario.md, trace: an effect that must happen, or, with `never`, must not.
struct ExpectedEffect {
    SourceLocation location;
    bool never = false;
    std::string what;
    std::optional<Span> at;
    std::optional<AppId> app;
    std::optional<JobKey> job;
    std::vector<Field> fields;
};

enum class Measure : std::uint8_t { RunTime, Starts, Stops, Alarms, Messages, Expired, Replaced };

/// scenario.md, totals. A time is in milliseconds.
struct ExpectedTotal {
    SourceLocation location;
    std::optional<AppId> app; ///< else `job`
    std::optional<JobKey> job;
    std::optional<Span> within; ///< nullopt: the whole run
    std::map<Measure, Range<std::int64_t>> measures;
};

/// An override of a constant of the spec.
struct Setting {
    SourceLocation location;
    std::string key;
    std::string text;
};

struct Scenario {
    std::string file; ///< the name that was given, for messages
    std::string title;
    std::string policy = "android16";
    WallTime start = defaultStart;
    std::optional<Duration> until;
    SourceLocation untilLocation;
    std::vector<Setting> constants;
    std::vector<NetworkBudget> budgets;
    DeviceWords device; ///< over scenario.md's defaults
    SourceLocation deviceLocation;
    std::map<AppId, AppSetup> apps;
    std::vector<Entry> timeline; ///< in time order
    std::vector<ExpectedEffect> trace;
    std::vector<ExpectedTotal> totals;
    std::optional<std::string> from; ///< a recording's: the snapshot to begin with
    bool recordedTicks = false;      ///< a recording's: the core wakes at its ticks alone
};

/// Reads a scenario file's text to a Scenario, or to all of its mistakes: "FILE:LINE:COLUMN: what is wrong, what would
/// be right", a line each (scenario.md). A Scenario has passed every check except those of an app's own calls: a wrong
/// JobInfo fails when it is scheduled. `file` is for messages only.
Result<Scenario> readScenario(const std::string& text, const std::string& file);

} // namespace stint::sim
