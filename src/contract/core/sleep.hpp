// The machine's sleep (limits.md §13, Suspend): it waits for runs that are asked to stop, and nothing runs while it
// lasts.
#pragma once
#include <optional>

#include "stint/units.hpp"

namespace stint {

struct State;
struct Turn;

/// The machine's sleep, which waits for runs that are asked to stop.
struct Sleep {
    std::optional<Instant> since; ///< while the device is about to sleep, or asleep
    bool delayed = true;          ///< the state that the edge was last sent: a sleep waits for us
};

/// Notes that the device goes to sleep, or that it is awake: the runs stood still meanwhile.
void noteSleep(Turn& turn);
/// Lets the machine sleep once nothing is being stopped any more, or job.sleep_grace is over.
void settleSleep(Turn& turn);
/// The instant at which it is let sleep at the latest.
std::optional<Instant> nextSleepChange(const State& state);

} // namespace stint
