#include "commands.hpp"

#include <iostream>

#include <stint/alarm_manager.hpp>
#include <stint/standing.hpp>

#include "scripted_receiver.hpp"

namespace testapp {
namespace {

/// Now, by the clock that the alarm is set by.
stint::Duration now(std::int32_t type) {
    if (type == stint::AlarmManager::ELAPSED_REALTIME || type == stint::AlarmManager::ELAPSED_REALTIME_WAKEUP)
        return stint::AlarmManager::elapsedRealtime();
    return std::chrono::duration_cast<stint::Duration>(std::chrono::system_clock::now().time_since_epoch());
}

stint::Duration lengthOf(const Arguments& arguments, const std::string& option) {
    const auto value = arguments.value(option);
    if (!value) misuse("this alarm wants --" + option);
    return stint::Duration(Arguments::number(*value));
}

stint::Result<void> alarmSet(const Arguments& arguments) {
    if (arguments.words.size() != 3) misuse("alarm wants a kind, a tag, and in how many milliseconds");
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    stint::AlarmManager manager(*connection);
    const std::string& kind = arguments.words[0];
    stint::AlarmOperation operation(arguments.words[1], arguments.value("receiver").value_or(""));
    operation.setPersisted(arguments.has("persisted"));
    const std::int32_t type =
        arguments.has("wall") ? stint::AlarmManager::RTC_WAKEUP : stint::AlarmManager::ELAPSED_REALTIME_WAKEUP;
    const stint::Duration at = now(type) + stint::Duration(Arguments::number(arguments.words[2]));
    if (kind == "set") return manager.set(type, at, operation);
    if (kind == "window") return manager.setWindow(type, at, lengthOf(arguments, "window"), operation);
    if (kind == "exact") return manager.setExact(type, at, operation);
    if (kind == "while-idle") return manager.setAndAllowWhileIdle(type, at, operation);
    if (kind == "exact-while-idle") return manager.setExactAndAllowWhileIdle(type, at, operation);
    if (kind == "repeating") return manager.setRepeating(type, at, lengthOf(arguments, "interval"), operation);
    if (kind == "clock") {
        const auto time = now(stint::AlarmManager::RTC) + stint::Duration(Arguments::number(arguments.words[2]));
        return manager.setAlarmClock(stint::AlarmClockInfo(stint::WallTime(time)), operation);
    }
    misuse("an alarm is set, window, exact, while-idle, exact-while-idle, repeating or clock, not \"" + kind + "\"");
}

stint::Result<void> alarmCancelled(const Arguments& arguments) {
    if (arguments.words.size() != 1) misuse("cancel-alarm wants a tag");
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    return stint::AlarmManager(*connection).cancel(arguments.words[0]);
}

stint::Result<int> received(const Arguments& arguments) {
    ScriptedReceiver receiver(arguments.value("log").value_or(""));
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    auto names = arguments.words;
    if (names.empty()) names.emplace_back("Alarms");
    for (const std::string& name : names)
        if (auto done = connection->host(name, receiver); !done.ok()) return done.error();
    return stint::BroadcastReceiver::run(*connection);
}

stint::Result<std::string> standingOf() {
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    stint::AlarmManager manager(*connection);
    const auto bucket = connection->getAppStandbyBucket();
    if (!bucket.ok()) return bucket.error();
    const auto importance = connection->getMyImportance();
    if (!importance.ok()) return importance.error();
    const auto blocked = connection->isNetworkBlocked();
    if (!blocked.ok()) return blocked.error();
    const auto exact = manager.canScheduleExactAlarms();
    if (!exact.ok()) return exact.error();
    const auto clock = manager.getNextAlarmClock();
    if (!clock.ok()) return clock.error();
    return "bucket=" + std::to_string(*bucket) + " importance=" + std::to_string(*importance) +
           " network=" + (*blocked ? "blocked" : "open") + " exact=" + (*exact ? "yes" : "no") +
           " clock=" + (*clock ? "set" : "none");
}

} // namespace

int alarm(const Arguments& arguments) {
    const auto done = alarmSet(arguments);
    return done.ok() ? 0 : complain(done.error());
}

int cancelAlarm(const Arguments& arguments) {
    const auto done = alarmCancelled(arguments);
    return done.ok() ? 0 : complain(done.error());
}

int receive(const Arguments& arguments) {
    const auto ended = received(arguments);
    return ended.ok() ? *ended : complain(ended.error());
}

int standing(const Arguments&) {
    const auto said = standingOf();
    if (!said.ok()) return complain(said.error());
    std::cout << *said << "\n";
    return 0;
}

} // namespace testapp
