// The options of the terms on which a job starts (jobs.md §14.1), for each verb that schedules one.
#pragma once
#include <optional>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/job.hpp"
#include "faces/cli/line/arguments.hpp"
#include "faces/cli/line/verbs.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The options of the terms on which a job starts (jobs.md §14.1).
std::vector<Option> startOptions();
/// Reads "network=any" or "bytes<=200M"; the daemon checks what it means. IllegalArgument: neither form.
Result<Condition> conditionIn(std::string_view text);

/// The terms, but for the jobs that it starts after, which the daemon knows. --at: "02:00", the next time it is that
/// late here; "2026-11-22 02:00"; "+90min", from now. IllegalArgument: an option has none of its forms, or its time is
/// past.
Result<StartTerms> startTermsIn(const Arguments&, WallTime now);

} // namespace stint::cli
