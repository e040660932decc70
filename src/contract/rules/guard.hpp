// A guard: a program that is held to a person's condition (jobs.md §14.5). Pure.
#pragma once
#include <string>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// Everything that a condition may read.
inline constexpr ReadSet readByGuards =
    Reads::Power | Reads::Network | Reads::Idle | Reads::Saver | Reads::Thermal | Reads::Scene;
/// What that of this one reads.
ReadSet readByGuard(const GateKey&);

/// What its condition lacks, in words; empty: it holds.
std::string guardLacks(const GateKey&, const World&);

/// Without its condition it does not begin, but where it may run without a network; and it does not go on where it is
/// to be stopped. A frozen one goes on, as far as this is asked.
Verdict guardGate(const Context&);
std::string describeGuard(const Context&);

} // namespace stint
