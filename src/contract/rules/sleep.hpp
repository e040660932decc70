// A machine that goes to sleep (limits.md §13, Suspend).
#pragma once
#include <string>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// Nothing begins any more; what runs is stopped where it uses the network, since no connection outlives the sleep.
/// Whatever else runs stands still, and goes on.
Verdict sleepGate(const Context&);
std::string describeSleep(const Context&);

} // namespace stint
