// What keeps the machine from going to sleep: user-initiated jobs that make progress (limits.md §13, Suspend).
#pragma once
#include <optional>

#include "stint/units.hpp"

namespace stint {

struct Running;
struct State;
struct Turn;

struct Awake {
    bool on = false;                ///< as the edge was told
    std::optional<Instant> until;   ///< while on: when time alone ends it
    std::optional<Instant> battery; ///< since when it was first on without the mains; until they are back
};

void settleAwake(Turn& turn);
/// Whether the machine is kept awake, and this run is one of those that it is kept awake for.
bool keepsAwake(const State& state, const Running& running);

} // namespace stint
