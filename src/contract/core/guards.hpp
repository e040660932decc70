// Guards whose program runs (jobs.md §14.5): held, and let go again, as their conditions say.
#pragma once
#include <optional>
#include <string>

#include "base/time/time.hpp"
#include "contract/rules/network_access.hpp"

namespace stint {

struct State;
struct Turn;
struct Running;

/// Freezes and thaws programs, and has their apps' networks looked at again, at the end of each turn.
void settleGuards(Turn& turn);
/// The instant at which time alone may change that.
std::optional<Instant> nextGuardChange(const State& state);
/// Adds the guard of this run, if it is one, to the rights of its app's network. An app has one guard at most.
void addGuard(const State& state, const Running& running, Now now, NetworkRights& rights);
/// The state in which its guard holds the program now: "frozen", "offline"; empty: it is not held.
std::string_view guardHolds(const Running& running);

} // namespace stint
