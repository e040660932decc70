// AlarmManager: wakes an app at a time (limits.md §7), by starting the receiver of its manifest (stint/receiver.hpp).
// An alarm is named by its tag: setting one of the same tag replaces it. It is durable when set() returns, and outlives
// the daemon; a reboot drops it, unless it is persisted.
//
// A trigger time is in milliseconds: of the wall clock since 1970, UTC (RTC), or since boot, time asleep included
// (ELAPSED_REALTIME; elapsedRealtime() is now). A time earlier than 5 s from now is moved to that (§7.2). Alarms of the
// RTC types move with the wall clock when that is set.
//
// The delay between an alarm's time and its delivery depends on its kind and on the app: the standby bucket, Doze,
// battery saver and the user's choice hold alarms back (§7.3, §7.4); only setAlarmClock() is always on time.
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

/// The action of an alarm when it goes off: it delivers its tag to a receiver. May grow (decision 17).
class STINT_API AlarmOperation {
public:
    /// tag: 1 to 1000 characters. receiver: a name in the manifest; empty: its only receiver.
    AlarmOperation(std::string tag, std::string receiver = {});
    /// Keeps the alarm over a reboot. Ours: Android drops every alarm.
    AlarmOperation& setPersisted(bool persisted);
    const std::string& getTag() const;
    const std::string& getReceiver() const;
    bool isPersisted() const;

private:
    struct Values;
    std::shared_ptr<const Values> values_;
};

/// An alarm clock, which a person has set. May grow (decision 17).
class STINT_API AlarmClockInfo {
public:
    explicit AlarmClockInfo(WallTime triggerTime);
    WallTime getTriggerTime() const;

private:
    struct Values;
    std::shared_ptr<const Values> values_;
};

class STINT_API AlarmManager {
public:
    // Types: the clock, and whether the alarm wakes a machine that sleeps. One that does not wake it goes off with the
    // next that does, or when the machine is awake (limits.md §7.3).
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

    /// The present time as ELAPSED_REALTIME counts: since boot, time asleep included.
    static Duration elapsedRealtime();

    // Errors of all functions that set an alarm: IllegalArgument (an unknown type, a tag that is empty or too long, a
    // receiver that the manifest does not declare, or none named where there are several), IllegalState (the 501st
    // pending alarm), Storage, Unavailable. Exact alarms and alarm clocks also have Security, without the permission
    // SCHEDULE_EXACT_ALARM or USE_EXACT_ALARM (§7.5).

    /// Sets an inexact alarm: it goes off after `triggerAt`, by up to 75 % of the time until then, 1 h at most (§7.2).
    Result<void> set(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    /// Sets an alarm that goes off within `windowLength` after `windowStart`. A window shorter than 10 min, or than 75
    /// % of the time until then if that is less, is raised to it; one longer than 24 h is cut (§7.2).
    Result<void> setWindow(std::int32_t type, Duration windowStart, Duration windowLength,
                           const AlarmOperation& operation);
    /// Sets an alarm that goes off at `triggerAt`.
    Result<void> setExact(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    /// Sets an inexact alarm that also goes off in Doze and battery saver, where both while-idle kinds together have 7
    /// an hour (§7.4). Its delivery lets the app use the network for 10 s (§7.6).
    Result<void> setAndAllowWhileIdle(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    /// The same, exact.
    Result<void> setExactAndAllowWhileIdle(std::int32_t type, Duration triggerAt, const AlarmOperation& operation);
    /// Sets an alarm clock, which goes off on time whatever the device's state: Doze even ends before it (§6.2).
    Result<void> setAlarmClock(const AlarmClockInfo& info, const AlarmOperation& operation);
    /// Sets an alarm that repeats, inexactly in both functions. An interval shorter than 1 min or longer than 365 days
    /// is brought into that range (§7.2). One delivery stands for all repeats that were missed.
    Result<void> setRepeating(std::int32_t type, Duration triggerAt, Duration interval,
                              const AlarmOperation& operation);
    Result<void> setInexactRepeating(std::int32_t type, Duration triggerAt, Duration interval,
                                     const AlarmOperation& operation);

    /// Cancels the alarm of that tag. An unknown tag is no error.
    Result<void> cancel(const std::string& tag);

    /// True if this app may set exact alarms (§7.5).
    Result<bool> canScheduleExactAlarms();
    /// The next alarm clock of all apps; nullopt: there is none.
    Result<std::optional<AlarmClockInfo>> getNextAlarmClock();

private:
    std::shared_ptr<Connection::Impl> connection_;
};

} // namespace stint
