// Wake-ups of a machine that sleeps: what it is woken for, and how often at most (limits.md §13, Wake-ups). Pure.
#pragma once
#include <optional>

#include "contract/model/alarm.hpp"
#include "contract/rules/world.hpp"

namespace stint {

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
