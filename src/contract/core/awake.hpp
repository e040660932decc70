// User-initiated jobs that make progress keep the machine from going to sleep (limits.md §13, Suspend).
#pragma once
#include <optional>

#include "stint/units.hpp"

namespace stint {

struct Running;
struct State;
struct Turn;

/// The machine's being kept awake, by user-initiated jobs that make progress.
struct Awake {
    bool on = false;                ///< the state that the edge was last sent
    std::optional<Instant> until;   ///< while on: the instant at which time alone ends it
    std::optional<Instant> battery; ///< when it was first on without the mains; until these are back
};

void settleAwake(Turn& turn);
/// True if the machine is kept awake, and this run is one of the reasons.
bool keepsAwake(const State& state, const Running& running);

} // namespace stint
