// Guards whose program runs (jobs.md §14.5): held, and let go, as their conditions say.
#pragma once
#include <optional>
#include <string>

#include "base/time/time.hpp"
#include "contract/rules/network_access.hpp"

namespace stint {

struct State;
struct Turn;
struct Running;

/// Freezes and thaws what is to be, and has the network asked about again; at the end of each turn.
void settleGuards(Turn& turn);
/// When time alone may change that.
std::optional<Instant> nextGuardChange(const State& state);
/// What its guard says of the network of an app, which has one at most.
void addGuard(const State& state, const Running& running, Now now, NetworkRights& rights);
/// What is done to a program that its guard holds now: "frozen", "offline"; empty: nothing.
std::string_view guardHolds(const Running& running);

} // namespace stint
