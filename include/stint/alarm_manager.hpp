// AlarmManager: wakes an app at a time (limits.md §7), by starting the receiver of its manifest (stint/receiver.hpp).
// An alarm is named by its tag: setting one of the same tag replaces it. It is durable when set() has answered, and
// outlives the daemon; a reboot drops it, unless it is persisted.
//
// A trigger time is in milliseconds: of the wall clock since 1970, UTC (RTC), or since boot with the time asleep
// (ELAPSED_REALTIME; elapsedRealtime() is now). One earlier than 5 s from now is moved there (§7.2). Alarms of the RTC
// types move with the wall clock when that is set.
//
// How soon an alarm goes off after its time depends on its kind, and on the app: its standby bucket, Doze, battery
// saver and the user's choice hold alarms back (§7.3, §7.4); only setAlarmClock() is always on time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// What an alarm does when it goes off: it tells a receiver its tag. May grow (decision 17).
class STINT_API AlarmOperation {
public:
    /// tag: 1 to 1000 characters. receiver: a name of the manifest; empty: its only one.
    AlarmOperation(std::string tag, std::string receiver = {});
    /// Kept over a reboot. Ours: Android drops every alarm.
    AlarmOperation& setPersisted(bool persisted);
    const std::string& getTag() const;
    const std::string& getReceiver() const;
    bool isPersisted() const;

private:
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

/// An alarm clock: what a person has set to be woken at. May grow (decision 17).
class STINT_API AlarmClockInfo {
public:
    explicit AlarmClockInfo(WallTime triggerTime);
    WallTime getTriggerTime() const;

private:
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

class STINT_API AlarmManager {
public:
    // Types: which clock, and whether it wakes a machine that sleeps. One that does not goes with the next that does,
    // or when the machine is awake (limits.md §7.3).
    static constexpr std::int32_t RTC_WAKEUP = 0;
    static constexpr std::int32_t RTC = 1;
    static constexpr std::int32_t ELAPSED_REALTIME_WAKEUP = 2;
    static constexpr std::int32_t ELAPSED_REALTIME = 3;

    static constexpr Duration INTERVAL_FIFTEEN_MINUTES = std::chrono::minutes(15);
    static constexpr Duration INTERVAL_HALF_HOUR = std::chrono::minutes(30);
    static constexpr Duration INTERVAL_HOUR = std::chrono::hours(1);
    static constexpr Duration INTERVAL_HALF_DAY = std::chrono::hours(12);
    static constexpr Duration INTERVAL_DAY = std::chrono::hours(24);

    /// `connection` must outlive it. Each call blocks until the daemon has answered, and may not be made inside a
    /// callback that another thread dispatches.
    explicit AlarmManager(Connection& connection);

    /// Now, as ELAPSED_REALTIME counts.
    static Duration elapsedRealtime();

    // Errors of all that set: IllegalArgument (an unknown type, a tag that is empty or too long, a receiver that the
    // manifest does not declare, or none named where there are several), IllegalState (the 501st pending alarm),
    // Storage, Unavailable. Of exact ones and alarm clocks also Security: without the permission SCHEDULE_EXACT_ALARM
    // or USE_EXACT_ALARM (§7.5).

    /// Inexact: within 75 % of the time until then, at most 1 h, after it (§7.2).
    Result<void> set(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    /// Within `windowLength` after `windowStart`; shorter than 10 min, or 75 % of the time until then, is raised to it,
    /// and longer than 24 h is cut (§7.2).
    Result<void> setWindow(std::int32_t type, Duration windowStart, Duration windowLength,
                           const AlarmOperation& operation);
    Result<void> setExact(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    /// Inexact, and also in Doze and battery saver, where both while-idle kinds have 7 an hour together (§7.4). Its
    /// delivery lets the app use the network for 10 s (§7.6).
    Result<void> setAndAllowWhileIdle(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    Result<void> setExactAndAllowWhileIdle(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    /// On time, whatever the device's state: Doze even ends before it (§6.2).
    Result<void> setAlarmClock(const AlarmClockInfo& info, const AlarmOperation& operation);
    /// Both repeat inexactly; an interval shorter than 1 min or longer than 365 days is moved there (§7.2). One
    /// delivery stands for all repeats that were missed.
    Result<void> setRepeating(std::int32_t type, Duration triggerAt, Duration interval,
                              const AlarmOperation& operation);
    Result<void> setInexactRepeating(std::int32_t type, Duration triggerAt, Duration interval,
                                     const AlarmOperation& operation);

    /// An unknown tag is silently fine.
    Result<void> cancel(const std::string& tag);

    /// Whether this app may set exact alarms (§7.5).
    Result<bool> canScheduleExactAlarms();
    /// Of every app's alarm clocks the next; nullopt where there is none.
    Result<std::optional<AlarmClockInfo>> getNextAlarmClock();

private:
    std::shared_ptr<Connection::Impl> connection_;
};

} // namespace stint
