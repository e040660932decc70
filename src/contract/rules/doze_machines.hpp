// The two machines of Doze from inside: what each does at a step, and how one drags the other along (limits.md §6.2,
// §6.3). Everybody but doze.cpp asks doze.hpp.
#pragma once
#include <optional>
#include <vector>

#include "contract/rules/doze.hpp"

namespace stint {

/// One turn of the machines: where they stand, what they read, and what has changed so far.
struct DozeTurn {
    Doze doze;
    const Device& device;
    DozeInputs inputs;
    Instant now;
    const Constants& constants;
    std::vector<DozeChange>& changes;
};

/// The length of the next period of a kind: `length` times `factor` hundredths, and no more than `most`.
Duration grown(Duration length, std::int64_t factor, Duration most);

/// Both machines become active; their periods start from the shortest again.
void endDoze(DozeTurn& turn);
/// Each machine that is active becomes inactive, deep for `inactive`; with battery saver on, deep goes to its quick
/// doze from any state before idle. Called while nothing keeps the device awake.
void rest(DozeTurn& turn, Duration inactive);

// The deep machine.

/// True in idle and in its windows: light is overridden then, and takes no part.
bool deepIdles(const Doze& doze);
void wakeDeep(DozeTurn& turn);
void restDeep(DozeTurn& turn, Duration inactive);
/// Somebody moved the device: deep starts again if it idles or is on the way from IDLE_PENDING on.
void feelMotion(DozeTurn& turn);
void stepDeep(DozeTurn& turn);
/// Goes to IDLE or IDLE_MAINTENANCE from any state; does nothing if it is there already.
void holdDeep(DozeTurn& turn, DeepState state);
/// The time at which stepDeep() is due.
std::optional<Instant> deepDue(const Doze& doze, DozeInputs inputs, const Constants& constants);

// The light machine.

void wakeLight(DozeTurn& turn);
void restLight(DozeTurn& turn);
/// Deep idles: light takes no part until deep is active.
void overrideLight(DozeTurn& turn);
/// A network is there: the window that waited for it opens.
void meetNetwork(DozeTurn& turn);
void stepLight(DozeTurn& turn);
/// Goes to IDLE or IDLE_MAINTENANCE from any state; does nothing if it is there already.
void holdLight(DozeTurn& turn, LightState state);
/// The time at which stepLight() is due.
std::optional<Instant> lightDue(const Doze& doze, DozeInputs inputs, const Constants& constants);

} // namespace stint
