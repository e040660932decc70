#include "stint/alarm_manager.hpp"
#include "base/result/errors.hpp"

#include "base/result/values.hpp"
#include "base/time/clock.hpp"
#include "link/client/connection.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"

namespace stint {
namespace {

/// The alarm that a call asks for, without the lengths that only some kinds have.
Result<Alarm> alarmOf(AlarmKind kind, std::int32_t type, Duration triggerAt, const AlarmOperation& operation) {
    if (type < AlarmManager::RTC_WAKEUP || type > AlarmManager::ELAPSED_REALTIME)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "an alarm of type {}; it is RTC_WAKEUP, RTC, ELAPSED_REALTIME_WAKEUP or ELAPSED_REALTIME", type);
    Alarm alarm;
    alarm.tag = operation.getTag();
    alarm.receiver = operation.getReceiver();
    alarm.persisted = operation.isPersisted();
    alarm.kind = kind;
    alarm.wakeup = type == AlarmManager::RTC_WAKEUP || type == AlarmManager::ELAPSED_REALTIME_WAKEUP;
    alarm.byWall = type == AlarmManager::RTC_WAKEUP || type == AlarmManager::RTC;
    if (alarm.byWall) {
        alarm.requestedWall = WallTime(triggerAt);
    } else {
        alarm.requested = Instant(triggerAt);
    }
    return alarm;
}

template <class Impl> Result<void> send(Impl& connection, const Result<Alarm>& alarm) {
    if (!alarm.ok()) return alarm.error();
    return connection.call(
        wire::alarmManagerInterface, "Set",
        [&alarm](wire::Writer& writer) {
            wire::writeAlarm(writer, *alarm);
            const wire::DictionaryWriter options(writer);
        },
        [](wire::Reader&) { return Result<void>(); });
}

template <class Impl> Result<void> repeat(Impl& connection, Result<Alarm> alarm, Duration interval) {
    if (interval <= Duration(0))
        return fail(Errc::ILLEGAL_ARGUMENT, "an interval of {} ms; it must be above 0", interval.count());
    if (alarm.ok()) alarm->interval = interval;
    return send(connection, alarm);
}

} // namespace

struct AlarmOperation::Values {
    std::string tag;
    std::string receiver;
    bool persisted = false;
};

AlarmOperation::AlarmOperation(std::string tag, std::string receiver)
    : values_(std::make_shared<const Values>(
          Values{.tag = std::move(tag), .receiver = std::move(receiver), .persisted = false})) {}

AlarmOperation& AlarmOperation::setPersisted(bool persisted) {
    ownValues(values_).persisted = persisted;
    return *this;
}

const std::string& AlarmOperation::getTag() const { return valuesOf(values_).tag; }
const std::string& AlarmOperation::getReceiver() const { return valuesOf(values_).receiver; }
bool AlarmOperation::isPersisted() const { return valuesOf(values_).persisted; }

struct AlarmClockInfo::Values {
    WallTime trigger;
};

AlarmClockInfo::AlarmClockInfo(WallTime triggerTime) : values_(std::make_shared<const Values>(Values{triggerTime})) {}
WallTime AlarmClockInfo::getTriggerTime() const { return valuesOf(values_).trigger; }

AlarmManager::AlarmManager(Connection& connection) : connection_(connection.impl_) {}

Duration AlarmManager::elapsedRealtime() { return bootNow().time_since_epoch(); }

Result<void> AlarmManager::set(std::int32_t type, Duration triggerAt, const AlarmOperation& operation) {
    return send(*connection_, alarmOf(AlarmKind::Inexact, type, triggerAt, operation));
}

Result<void> AlarmManager::setWindow(std::int32_t type, Duration windowStart, Duration windowLength,
                                     const AlarmOperation& operation) {
    auto alarm = alarmOf(AlarmKind::Window, type, windowStart, operation);
    if (alarm.ok()) alarm->window = windowLength;
    return send(*connection_, alarm);
}

Result<void> AlarmManager::setExact(std::int32_t type, Duration triggerAt, const AlarmOperation& operation) {
    return send(*connection_, alarmOf(AlarmKind::Exact, type, triggerAt, operation));
}

Result<void> AlarmManager::setAndAllowWhileIdle(std::int32_t type, Duration triggerAt,
                                                const AlarmOperation& operation) {
    return send(*connection_, alarmOf(AlarmKind::WhileIdle, type, triggerAt, operation));
}

Result<void> AlarmManager::setExactAndAllowWhileIdle(std::int32_t type, Duration triggerAt,
                                                     const AlarmOperation& operation) {
    return send(*connection_, alarmOf(AlarmKind::ExactWhileIdle, type, triggerAt, operation));
}

Result<void> AlarmManager::setAlarmClock(const AlarmClockInfo& info, const AlarmOperation& operation) {
    return send(*connection_,
                alarmOf(AlarmKind::Clock, RTC_WAKEUP, info.getTriggerTime().time_since_epoch(), operation));
}

Result<void> AlarmManager::setRepeating(std::int32_t type, Duration triggerAt, Duration interval,
                                        const AlarmOperation& operation) {
    return repeat(*connection_, alarmOf(AlarmKind::Inexact, type, triggerAt, operation), interval);
}

Result<void> AlarmManager::setInexactRepeating(std::int32_t type, Duration triggerAt, Duration interval,
                                               const AlarmOperation& operation) {
    return setRepeating(type, triggerAt, interval, operation);
}

Result<void> AlarmManager::cancel(const std::string& tag) {
    return connection_->call(
        wire::alarmManagerInterface, "Cancel", [&tag](wire::Writer& writer) { client::noOptions(writer.string(tag)); },
        [](wire::Reader&) { return Result<void>(); });
}

Result<bool> AlarmManager::canScheduleExactAlarms() {
    bool can = false;
    STINT_TRY(connection_->ask(wire::alarmManagerInterface, "CanScheduleExactAlarms", client::noOptions,
                               [&can](wire::Reader& reader) { return reader.read(can); }));
    return can;
}

Result<std::optional<AlarmClockInfo>> AlarmManager::getNextAlarmClock() {
    std::int64_t time = -1;
    STINT_TRY(connection_->ask(wire::alarmManagerInterface, "GetNextAlarmClock", client::noOptions,
                               [&time](wire::Reader& reader) { return reader.read(time); }));
    if (time < 0) return std::optional<AlarmClockInfo>();
    return std::optional(AlarmClockInfo(WallTime(Duration(time))));
}

} // namespace stint
