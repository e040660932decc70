// The history of a run, line by line: the trace of scenario.md.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/record/happening.hpp"
#include "sim/scenario/scenario.hpp"

namespace stint::sim {

using record::Happening;
using record::happeningOf;
using record::itemName;
using record::traceJson;

using History = std::vector<Happening>;

/// The value as a scenario writes it: "10min", "QUOTA", "true".
std::string textOf(const FieldValue& value);

/// True if the effect is the expected one, its time included.
bool matches(const ExpectedEffect& expected, const Happening& happening);
/// True if it is the same effect on the same job or app, whatever its time and further fields are.
bool resembles(const ExpectedEffect& expected, const Happening& happening);

} // namespace stint::sim
