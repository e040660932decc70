// Doze (limits.md §6): two machines that find a device left alone and defer what can wait. They are pure: they read
// their former state, the device and the time. The gates decide what Doze holds, and whom it spares (§6.6).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/doze.hpp"

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

} // namespace stint
