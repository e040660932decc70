// What wakes a machine that sleeps (limits.md §13, Wake-ups): when next and for what, and what has woken it.
#pragma once
#include <deque>
#include <optional>

#include "model/wake.hpp"
#include "rules/world.hpp"

namespace stint {

struct State;
struct Turn;

struct Wakes {
    std::optional<Wake> next; ///< while the machine sleeps: as the edges were told when it fell asleep
    std::deque<Wake> past;    ///< the newest last
};

/// The next time at which a machine that sleeps is to be awake.
std::optional<Wake> nextWake(const State& state, Now now);
/// At the beginning of a turn: where the machine sleeps, and its time to be awake has come, it has been woken.
void noteWake(Turn& turn);
/// At its end.
void planWake(Turn& turn);

} // namespace stint
