// The device: the state derived from its reports and from time, Doze, and since when it holds work back.
#pragma once
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "contract/rules/doze.hpp"

namespace stint {

struct State;
struct Turn;

/// The wall clock, and the facts of the present boot (jobs.md §7.2, §7.3).
struct Boot {
    bool clockGood = true;
    WallTime lastCommit{}; ///< the last one under a good clock before the daemon started
    Now clock{};           ///< the clock as the daemon started, or as it was last set
    Now steady{};          ///< the clock of the last commit before that: the age of log entries goes by it (§9.4)
    Instant settledAt;     ///< jobs that were there at the boot may start from then on
    /// Set by the first daemon of a boot: until then the boot counts as just completed (jobs.md §5.5).
    std::optional<Instant> justUntil;
};

/// The time since when each kind of work is held back, by the work and by what holds it.
using LimitedSince = std::map<std::pair<std::string_view, std::string_view>, WallTime>;

/// Where the wall clock was set, even if no ClockSet has reported it yet: moves the wall times since when things are
/// so, of all that began while this daemon ran, to what that clock now says.
void followWallClock(Turn& turn);
/// Brings the device's derived state, and Doze, up to date with the time.
void ageDevice(Turn& turn);
/// Brings Doze up to date, the device having been `was`; true if one of its machines has changed its state.
bool ageDoze(Turn& turn, const Device& was);
DozeInputs dozeInputs(const State& state);
/// The instant at which time alone changes the device's derived state, where something waits for that.
std::optional<Instant> nextDeviceChange(const State& state);
/// Remembers since when each kind of work is held back, and by what (device_limits.cpp).
void noteDeviceLimits(Turn& turn);

} // namespace stint
