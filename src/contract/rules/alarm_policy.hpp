// The time at which an alarm goes off: its own, and the policy times of bucket, Doze, battery saver and the user's
// restriction (limits.md §7.3, §7.4); the alarms that share a wake-up, and what each delivery counts for.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "contract/model/alarm.hpp"
#include "contract/model/view.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// The part of the device's state that alarms read: as long as it stays equal, time alone moves an alarm.
struct AlarmDevice {
    bool charging = false;
    bool saver = false;                 ///< battery saver, while unplugged (limits.md §9)
    bool dozing = false;                ///< deep idle; light Doze holds no alarm (limits.md §6)
    std::optional<Instant> windowOpens; ///< while dozing: the next maintenance window; none: no time alone opens one
    std::optional<Instant> screenOff;   ///< when it went off; none: it is on

    bool operator==(const AlarmDevice&) const = default;
};
AlarmDevice alarmDevice(const World& world);

/// The policy that keeps an alarm beyond its own time.
enum class AlarmHold : std::uint8_t { Nothing, Bucket, Doze, BatterySaver, UserRestriction };

/// An alarm's times by limits.md §7.3. `latest` is when it goes off if no other alarm takes it along sooner.
struct AlarmTimes {
    bool known = true; ///< false: it waits for an event, and the two times below mean nothing
    Instant earliest;
    Instant latest;
    AlarmHold hold = AlarmHold::Nothing; ///< the policy whose time is the last

    bool operator==(const AlarmTimes&) const = default;
};

/// Yes: the alarm may share the instant at which another has just gone off, which counts once (limits.md §7.4). Used
/// only while that instant's alarms are chosen: one that stays behind is held as long as its history requires.
enum class Along : std::uint8_t { No, Yes };
/// The alarm's times, as the app and the world are now.
AlarmTimes alarmTimes(const Alarm& alarm, const App& app, const World& world, Along along = Along::No);

/// The hold that parks the alarm until an event if it comes due at `when`: the user's restriction of its app, or
/// battery saver, while the app is not active then, though it may be now (limits.md §7.4, §9). Nothing: it goes off.
AlarmHold parkedAt(const Alarm& alarm, const App& app, Instant when, const World& world);

/// The device's wakefulness that AlarmDevice does not have.
struct Waking {
    bool machine = false; ///< a wake-up alarm went off at this instant
    bool freed = false; ///< deep Doze has ended, or a window opened: what it deferred goes now (limits.md §6.4, §6.5)
};

/// The time at which the alarm goes off at the latest: `latest`, or later if nothing wakes the machine for it
/// (limits.md §7.3, non-wake-up alarms with the screen off). nullopt: not before an event.
std::optional<Instant> dueAt(const Alarm& alarm, const AlarmTimes& times, const World& world, Waking waking = {});

/// A pending alarm and its times; the alarm outlives it.
struct PendingAlarm {
    const Alarm* alarm = nullptr;
    AlarmTimes times;
};
/// The pending alarms that go off now, together, in the order of their requested times; empty: none does. Ask again
/// after their delivery, at the same instant: exact alarms go before the others.
std::vector<const Alarm*> alarmBatch(std::span<const PendingAlarm> pending, const World& world, Waking waking);

/// The app's use of each allowance now.
AllotmentView alarmsOf(const App& app, const World& world);
AllotmentView whileIdleAlarmsOf(const App& app, AlarmKind kind, const World& world);

/// Notes in the app's histories that this alarm goes off now (limits.md §7.4): an instant counts once, and exempt
/// deliveries do not count. True if a history has changed.
bool countDelivery(App& app, const Alarm& alarm, const World& world);

} // namespace stint
