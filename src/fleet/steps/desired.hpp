// A desired state made so on this device (fleet.md §4.3), by what policy and settings steps do: all of it, or nothing.
#pragma once
#include <string>

#include "fleet/steps/doing.hpp"
#include "fleet/steps/steps.hpp"
#include "fleet/trust/papers.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// Done again it changes nothing. A policy of before that it has none in place of goes. Blocks until stintd has
/// answered.
Errand::StepEnded makeSo(const Ground& ground, const Desired& desired);
/// The first part that is not so any more, of a state that was made so; empty: there is none. Blocks likewise.
Result<std::string> changedSince(const Ground& ground, const Desired& desired);

} // namespace stint::fleet
