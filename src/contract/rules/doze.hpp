// Doze (limits.md §6): two machines that find a device left alone and defer what can wait. A pure state machine: what
// was, what the device is, what time it is. What Doze holds, and whom it spares (§6.6), is the gates' question.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/doze.hpp"

namespace stint {

/// What the machines read beside the device.
struct DozeInputs {
    std::optional<Instant> alarmClock; ///< the next alarm clock's time
    bool busy = false; ///< a job runs or a delivery is in flight: a maintenance window stays open for it (§6.4)
};

/// One machine went from one state to another, each named as nameOf names it.
struct DozeChange {
    bool light = false; ///< else deep
    std::string from;
    std::string to;

    bool operator==(const DozeChange&) const = default;
};

/// What of Doze anything but its own machines reads: whether it holds work, and until when by time alone.
struct DozeHold {
    bool idle = false;
    bool deep = false;
    std::optional<Instant> ends;      ///< while idle, if nothing disturbs it
    std::optional<Instant> settledAt; ///< Doze::settledAt

    bool operator==(const DozeHold&) const = default;
};
DozeHold holdOf(const Doze& doze);

/// Whether the lit screen keeps the device awake. A lit lock screen does not, but by doze.wait_for_unlock (§6.1).
bool screenBlocks(const Device& device, const Constants& constants);

/// The machines at `now`: first what the device's change from `was` to `is` does, then every timer that is due, in
/// order, each as if it rang at `now`. The changes are added to `changes` in the order they happen; deep before light.
/// To be asked after every event, at the first with `was` the same as `is`; nothing changed, it changes nothing. What
/// Doze is held at (Device::dozeForce) stays whatever the screen, the plug and the clock do; let go, Doze ends where
/// the screen is on or power is plugged, and else goes on: timers count from where the held state began.
/// Sets Doze::settledAt to now + doze.background_jobs_delay when idle() ends, and drops it once over or idle again
/// (§6.4).
Doze nextDoze(Doze before, const Device& was, const Device& is, DozeInputs inputs, Instant now,
              const Constants& constants, std::vector<DozeChange>& changes);

/// When nextDoze() has something to do by time alone; nullopt: not before something happens. The past, at the earliest,
/// where `inputs` have changed since it was asked.
std::optional<Instant> nextDozeChange(const Doze& doze, const Device& device, DozeInputs inputs,
                                      const Constants& constants);

/// `cmd deviceidle step [light|deep]` (§6.7): one machine does now what its timer would do. Nothing where that machine
/// is active, where light is overridden by deep, or where Doze is held: see steppedForce().
Doze steppedDoze(Doze before, bool light, const Device& device, DozeInputs inputs, Instant now,
                 const Constants& constants, std::vector<DozeChange>& changes);

/// The same where Doze is held: from idle to its maintenance window and back. Nothing where the other machine is held.
DozeForce steppedForce(DozeForce held, bool light);

} // namespace stint
