// The device as it is told and as time goes by: what is derived of it, Doze, and since when it holds work back.
#pragma once
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "contract/rules/doze.hpp"

namespace stint {

struct State;
struct Turn;

/// The wall clock, and what is like after a boot (jobs.md §7.2, §7.3).
struct Boot {
    bool clockGood = true;
    WallTime lastCommit{}; ///< under a good clock, as it was when the daemon started
    Now clock{};           ///< the one that the daemon started with, or that was set since
    Now steady{};          ///< the one of the last commit before it started: what is old is old by it (§9.4)
    Instant settledAt;     ///< what was there at the boot may start from then on
    /// This daemon is the first of its boot: until then apps are just told that it is complete (jobs.md §5.5).
    std::optional<Instant> justUntil;
};

/// Since when each kind of work is held back, by work and what holds it.
using LimitedSince = std::map<std::pair<std::string_view, std::string_view>, WallTime>;

/// Where the clock on the wall was set, be it that nobody has told of it yet: since when anything is so, of all that
/// has begun while this daemon ran, is what that clock says of it now.
void followWallClock(Turn& turn);
/// Time alone has changed the device's derived state, or whether apps are seen.
void ageDevice(Turn& turn);
/// Doze at this moment, the device having been `was`; whether a machine changed its state.
bool ageDoze(Turn& turn, const Device& was);
DozeInputs dozeInputs(const State& state);
/// When time alone changes what is derived of the device, and somebody waits for it.
std::optional<Instant> nextDeviceChange(const State& state);
/// Remembers since when each kind of work is held back, and by what (device_limits.cpp).
void noteDeviceLimits(Turn& turn);

} // namespace stint
