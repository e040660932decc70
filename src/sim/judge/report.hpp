// The report of a played scenario, for a person and for a program (scenario.md, running; the trace as JSON). The same
// bytes for the same run, on every machine.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "sim/judge/play.hpp"

namespace stint::sim {

/// The trace as aligned rows under a heading, times to the right (CONTRIBUTING.md §10). No newline at a line's end.
std::vector<std::string> traceTable(std::span<const Happening> history);

/// One verdict a line, failed ones with what happened instead and the trace around it; the file's own comes last.
/// `everyOne`: also those that held.
std::vector<std::string> verdictLines(const Scenario& scenario, const Played& played, bool everyOne);

std::string verdictJson(const Scenario& scenario, const Played& played);

} // namespace stint::sim
