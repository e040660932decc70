// The options of the terms on which a job starts (jobs.md §14.1), for each verb that schedules one.
#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "cli/line/arguments.hpp"
#include "cli/line/verbs.hpp"
#include "stint/result.hpp"

namespace stint::cli {

std::vector<Option> startOptions();

/// What --at says: "02:00", the next time it is that late here; "2026-11-22 02:00"; "+90min", from now. nullopt: it was
/// not given. IllegalArgument: it is none of these, or past.
Result<std::optional<WallTime>> startTimeIn(const Arguments&, WallTime now);

} // namespace stint::cli
