// A guard: a program that is held to a person's condition (jobs.md §14.5). Pure.
#pragma once
#include <string>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// Everything that a condition may read.
inline constexpr ReadSet readByGuards =
    Reads::Power | Reads::Network | Reads::Idle | Reads::Saver | Reads::Thermal | Reads::Scene;
/// The part that the condition of this guard reads.
ReadSet readByGuard(const GateKey&);

/// The words that its condition lacks; empty: it holds.
std::string guardLacks(const GateKey&, const World&);

/// Shut while the condition does not hold: before the program begins, unless it may run without a network, and while it
/// runs, if it is to be stopped then. A program that is to be frozen goes on as far as this gate is concerned.
Verdict guardGate(const Context&);
std::string describeGuard(const Context&);

} // namespace stint
