// The two machines of Doze from inside, for doze.cpp: what each does at a step, and how one drags the other along
// (limits.md §6.2, §6.3). Everybody else asks doze.hpp.
#pragma once
#include <optional>
#include <vector>

#include "contract/rules/doze.hpp"

namespace stint {

/// One asking of the machines: where they stand, what they read, and what has changed so far.
struct DozeTurn {
    Doze doze;
    const Device& device;
    DozeInputs inputs;
    Instant now;
    const Constants& constants;
    std::vector<DozeChange>& changes;
};

/// `length` as the next of its kind: times `factor` hundredths, and no more than `most`.
Duration grown(Duration length, std::int64_t factor, Duration most);

/// Both machines become active. What they had grown is forgotten.
void endDoze(DozeTurn& turn);
/// Each machine that is active becomes inactive, deep for `inactive`; with battery saver on, deep goes to its quick
/// doze from wherever it is before idle. Asked where nothing keeps the device awake.
void rest(DozeTurn& turn, Duration inactive);

// Deep (doze_deep.cpp).

/// Idle, or in one of its windows: light is overridden then, and has no say.
bool deepIdles(const Doze& doze);
void wakeDeep(DozeTurn& turn);
void restDeep(DozeTurn& turn, Duration inactive);
/// Somebody moved the device: as it is idling, or on the way from IDLE_PENDING on, it starts again.
void feelMotion(DozeTurn& turn);
void stepDeep(DozeTurn& turn);
/// To IDLE or IDLE_MAINTENANCE, from wherever it is; nothing where it is there.
void holdDeep(DozeTurn& turn, DeepState state);
/// When stepDeep() is due.
std::optional<Instant> deepDue(const Doze& doze, DozeInputs inputs, const Constants& constants);

// Light (doze_light.cpp).

void wakeLight(DozeTurn& turn);
void restLight(DozeTurn& turn);
/// Deep idles: light takes no part until deep is active.
void overrideLight(DozeTurn& turn);
/// A network is there: the window that waited for it opens.
void meetNetwork(DozeTurn& turn);
void stepLight(DozeTurn& turn);
/// To IDLE or IDLE_MAINTENANCE, from wherever it is; nothing where it is there.
void holdLight(DozeTurn& turn, LightState state);
/// When stepLight() is due.
std::optional<Instant> lightDue(const Doze& doze, DozeInputs inputs, const Constants& constants);

} // namespace stint
