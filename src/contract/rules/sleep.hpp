// A machine that goes to sleep (limits.md §13, Suspend).
#pragma once
#include <string>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// Shut for all that would begin; a job that runs is stopped if it uses the network, since no connection outlives the
/// sleep. Anything else that runs stands still, and goes on.
Verdict sleepGate(const Context&);
std::string describeSleep(const Context&);

} // namespace stint
