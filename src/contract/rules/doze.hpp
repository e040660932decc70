// Doze (limits.md §6): two machines that find a device left alone and defer what can wait. They are pure: they read
// their former state, the device and the time. The gates decide what Doze holds, and whom it spares (§6.6).
// Everybody asks holdOf(), nextDoze() and the other functions above DozeTurn. From there on stand the two machines
// from inside, deep and light: what each does at a step, and how one drags the other along (§6.2, §6.3).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"

namespace stint {

/// The machines' inputs beside the device.
struct DozeInputs {
    std::optional<Instant> alarmClock; ///< the next alarm clock's time
    bool busy = false; ///< a job runs or a delivery is in flight: a maintenance window stays open for it (§6.4)
};

/// A change of one machine from one state to another, each named by nameOf.
struct DozeChange {
    bool light = false; ///< else deep
    std::string from;
    std::string to;

    bool operator==(const DozeChange&) const = default;
};

/// Doze as all but its own machines read it: whether it holds work, and until when by time alone.
struct DozeHold {
    bool idle = false;
    bool deep = false;
    std::optional<Instant> ends;      ///< while idle, if nothing disturbs it
    std::optional<Instant> settledAt; ///< Doze::settledAt

    bool operator==(const DozeHold&) const = default;
};
DozeHold holdOf(const Doze& doze);

/// True if the lit screen keeps the device awake. A lit lock screen does not, if doze.wait_for_unlock is set (§6.1).
bool screenBlocks(const Device& device, const Constants& constants);

/// The machines at `now`: first the effects of the device's change from `was` to `is`, then every timer that is due, in
/// order, each as if it rang at `now`. The changes are added to `changes` in the order they happen; deep before light.
/// To be called after every event, the first time with `was` the same as `is`; if nothing has changed, it changes
/// nothing. A state that Doze is held at (Device::dozeForce) stays whatever the screen, the plug and the clock do. Once
/// it is let go, Doze ends if the screen is on or power is plugged, and else goes on: timers count from where the held
/// state began.
/// Sets Doze::settledAt to now + doze.background_jobs_delay when idle() ends, and drops it once that is over or idle()
/// begins again (§6.4).
Doze nextDoze(Doze before, const Device& was, const Device& is, DozeInputs inputs, Instant now,
              const Constants& constants, std::vector<DozeChange>& changes);

/// The time at which nextDoze() has something to do by time alone; nullopt: not before something happens. May lie in
/// the past if `inputs` have changed since nextDoze() was called.
std::optional<Instant> nextDozeChange(const Doze& doze, const Device& device, DozeInputs inputs,
                                      const Constants& constants);

/// `cmd deviceidle step [light|deep]` (§6.7): one machine does now what its timer would do. Nothing happens if that
/// machine is active, if light is overridden by deep, or if Doze is held: see steppedForce().
Doze steppedDoze(Doze before, bool light, const Device& device, DozeInputs inputs, Instant now,
                 const Constants& constants, std::vector<DozeChange>& changes);

/// The same where Doze is held: from idle to its maintenance window and back. Nothing changes if the other machine is
/// held.
DozeForce steppedForce(DozeForce held, bool light);

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
