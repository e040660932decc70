// Handlers of org.stint.AlarmManager1, org.stint.App1 and org.stint.Limits1 (limits.md).
#pragma once
#include "stintd/bus/methods.hpp"

namespace stint::methods {

// AlarmManager1
Handled setAlarm(Request&);
Handled cancelAlarm(Request&);
Handled canScheduleExactAlarms(Request&);
Handled getNextAlarmClock(Request&);
Handled listAlarms(Request&);

// App1
Handled hostReceivers(Request&);
Handled getStanding(Request&);
Handled watchNetwork(Request&);

// Limits1
Handled setStandbyBucket(Request&);
Handled getStandbyBucket(Request&);
Handled predictBucket(Request&);
Handled reportUsage(Request&);
Handled setBatteryUse(Request&);
Handled setDataSaverExempt(Request&);
Handled tempAllowlist(Request&);
Handled push(Request&);
Handled quota(Request&);
Handled policy(Request&);
Handled getDoze(Request&);
Handled stepDoze(Request&);
Handled forceDoze(Request&);

} // namespace stint::methods
