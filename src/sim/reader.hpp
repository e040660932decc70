// From the text of a scenario file to a Scenario, or to all that is wrong with it: "FILE:LINE:COLUMN: what is wrong,
// what would be right", a line each (scenario.md). What is read has passed every check but those of the app's own
// calls: what a job may not ask for is found when it is scheduled.
#pragma once
#include <string>

#include "sim/scenario.hpp"
#include "stint/result.hpp"

namespace stint::sim {

/// `file` is for messages only.
Result<Scenario> readScenario(const std::string& text, const std::string& file);

} // namespace stint::sim
