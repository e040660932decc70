// Recipes: what an app is woken for, by a time and by a message.
#include "recipes.hpp"

namespace cookbook {

using stint::AlarmManager;
using stint::AlarmOperation;
using stint::Connection;
using stint::Result;

// code: alarm
Result<void> remind(Connection& connection, stint::WallTime when) {
    AlarmManager alarms(connection);
    const auto at = when.time_since_epoch();
    auto exact = alarms.canScheduleExactAlarms(); // a permission of the manifest, which the user may take back
    if (!exact) return exact.error();
    if (*exact) return alarms.setExactAndAllowWhileIdle(AlarmManager::RTC_WAKEUP, at, AlarmOperation("tea"));
    return alarms.setAndAllowWhileIdle(AlarmManager::RTC_WAKEUP, at, AlarmOperation("tea"));
}

void Wakes::onAlarm(const stint::AlarmParameters& alarm) {
    work("remind of " + alarm.getTag()); // within 5 s: what takes longer is a job
}
// code: end

// code: push
void Wakes::onMessage(const stint::RemoteMessage& message) {
    if (message.getPriority() != stint::RemoteMessage::PRIORITY_HIGH) return work("note: " + message.getData());
    auto fetched = fetchMessage(connection_); // an expedited job: it starts at once
    if (!fetched) work("not fetched: " + fetched.error().message);
}
// code: end

} // namespace cookbook
