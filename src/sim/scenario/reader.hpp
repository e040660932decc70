// Reads a scenario file's text to a Scenario, or to all of its mistakes: "FILE:LINE:COLUMN: what is wrong, what would
// be right", a line each (scenario.md). A Scenario has passed every check except those of an app's own calls: a wrong
// JobInfo fails when it is scheduled.
#pragma once
#include <string>

#include "sim/scenario/scenario.hpp"
#include "stint/result.hpp"

namespace stint::sim {

/// Reads a file's text; `file` is for messages only.
Result<Scenario> readScenario(const std::string& text, const std::string& file);

} // namespace stint::sim
