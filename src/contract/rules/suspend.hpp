// Suspend (limits.md §13): the gate of a machine that goes to sleep; user-initiated jobs, which keep it from going to
// sleep by itself; and its wake-ups: what a sleeping machine is woken for, and how often at most. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "contract/model/alarm.hpp"
#include "contract/model/gate.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// Shut for all that would begin; a job that runs is stopped if it uses the network, since no connection outlives the
/// sleep. Anything else that runs stands still, and goes on.
Verdict sleepGate(const Context&);
std::string describeSleep(const Context&);

/// The answer whether user-initiated jobs keep the machine awake (limits.md §13, Suspend).
struct AwakeVerdict {
    bool on = false;
    std::string_view because;       ///< in a word: "mains", "battery"; where it is off, what ended it
    std::optional<Instant> until{}; ///< where it is on: when time alone ends it
};

/// `progressAt`: when one of these jobs last moved a byte; nullopt: none runs. `onBatterySince`: since when they have
/// kept an unplugged machine awake; nullopt: they have not.
AwakeVerdict keepAwake(const World& world, std::optional<Instant> progressAt, std::optional<Instant> onBatterySince);

/// True if the policy lets that alarm wake the machine (limits.md §13, Wake-ups). An alarm clock always does: a person
/// waits for it.
bool wakesFor(const Alarm& alarm, const Constants& constants);
/// The time at which the next deep maintenance window opens, if the policy lets it wake the machine.
std::optional<Instant> windowThatWakes(const World& world);

/// The time at which the machine is woken for what is due at `due`, if it was woken at `last` before: no sooner than
/// wake.gap after that, together with whatever is due by then. An alarm clock's time is exact.
Instant wakeTime(Instant due, bool isClock, std::optional<Instant> last, const Constants& constants);
/// True if a machine that is seen awake at `now` was woken at `when`, rather than later and by somebody else.
bool isWokenBy(Instant when, Instant now, const Constants& constants);

} // namespace stint
