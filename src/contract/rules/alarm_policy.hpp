// When an alarm goes off: its own time and the policy times of bucket, Doze, battery saver and the user's restriction
// (limits.md §7.3, §7.4), which alarms share a wake-up, and what each delivery counts for.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "contract/model/alarm.hpp"
#include "contract/model/view.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// The device as alarms read it: as long as two are equal, time alone moves no alarm.
struct AlarmDevice {
    bool charging = false;
    bool saver = false;                 ///< battery saver, while unplugged (limits.md §9)
    bool dozing = false;                ///< deep idle; light Doze holds no alarm (limits.md §6)
    std::optional<Instant> windowOpens; ///< while dozing: the next maintenance window; none: not by time alone
    std::optional<Instant> screenOff;   ///< since when; none: it is on

    bool operator==(const AlarmDevice&) const = default;
};
AlarmDevice alarmDevice(const World& world);

/// What keeps an alarm beyond its own time.
enum class AlarmHold : std::uint8_t { Nothing, Bucket, Doze, BatterySaver, UserRestriction };

/// limits.md §7.3. `latest` is when it goes off where nothing takes it along sooner.
struct AlarmTimes {
    bool known = true; ///< false: it waits for an event, and the two below say nothing
    Instant earliest;
    Instant latest;
    AlarmHold hold = AlarmHold::Nothing; ///< the policy whose time is the last

    bool operator==(const AlarmTimes&) const = default;
};

/// Whether an alarm may go along with what has gone off at this very instant, which counts once (limits.md §7.4). Only
/// while that instant's are being chosen: one that stays behind is held as long as its history says.
enum class Along : std::uint8_t { No, Yes };
/// As the app and the world are now.
AlarmTimes alarmTimes(const Alarm& alarm, const App& app, const World& world, Along along = Along::No);

/// The hold that parks it until an event where it comes due at `when`: its user's restriction of the app, or battery
/// saver, and the app is not active then, though it may be now (limits.md §7.4, §9); Nothing: it goes.
AlarmHold parkedAt(const Alarm& alarm, const App& app, Instant when, const World& world);

/// How far awake the device is, beyond what AlarmDevice tells.
struct Waking {
    bool machine = false; ///< a wake-up alarm went off at this instant
    bool freed = false; ///< deep Doze has ended, be it for a window: what it deferred goes now (limits.md §6.4, §6.5)
};

/// When the alarm goes off at the latest: `latest`, or later where nothing wakes the machine for it (limits.md §7.3,
/// non-wake-up alarms with the screen off). nullopt: not before an event.
std::optional<Instant> dueAt(const Alarm& alarm, const AlarmTimes& times, const World& world, Waking waking = {});

/// One of the alarms that are pending; the alarm outlives it.
struct PendingAlarm {
    const Alarm* alarm = nullptr;
    AlarmTimes times;
};
/// Those of all pending alarms that go off now, together, in the order of their requested times; empty: none does.
/// To be asked again after their delivery, at the same instant: stand-alone alarms go before the others.
std::vector<const Alarm*> alarmBatch(std::span<const PendingAlarm> pending, const World& world, Waking waking);

/// What the app has of each allowance now.
AllotmentView alarmsOf(const App& app, const World& world);
AllotmentView whileIdleAlarmsOf(const App& app, AlarmKind kind, const World& world);

/// Notes in the app's histories that this alarm goes off now (limits.md §7.4): an instant counts once, and the
/// deliveries that are exempt do not count. Whether a history has changed.
bool countDelivery(App& app, const Alarm& alarm, const World& world);

} // namespace stint
