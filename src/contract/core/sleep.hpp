// The machine's sleep (limits.md §13, Suspend): how long it waits for runs that are asked to stop, and that nothing
// runs while it lasts.
#pragma once
#include <optional>

#include "stint/units.hpp"

namespace stint {

struct State;
struct Turn;

struct Sleep {
    std::optional<Instant> since; ///< while the device is about to sleep, or asleep
    bool delayed = true;          ///< as the edge was told: a sleep waits for us
};

/// The device has said that it goes to sleep, or that it is awake: the runs that stood still have not run meanwhile.
void noteSleep(Turn& turn);
/// Lets the machine sleep once nothing is being stopped any more, or job.sleep_grace is over.
void settleSleep(Turn& turn);
/// When it is let sleep at the latest.
std::optional<Instant> nextSleepChange(const State& state);

} // namespace stint
