// The function that handles each event, listed by the file that has it.
#pragma once
#include "contract/model/event.hpp"

namespace stint {

struct Turn;

// schedule.cpp
void apply(Turn& turn, const Schedule& event);
void apply(Turn& turn, const ScheduleAll& event);
// requests.cpp
void apply(Turn& turn, const Cancel& event);
void apply(Turn& turn, const CancelAll& event);
void apply(Turn& turn, const StopApp& event);
void apply(Turn& turn, const AppStatePinned& event);
void apply(Turn& turn, const PermissionsRevoked& event);
void apply(Turn& turn, const AppOpened& event);
// running.cpp
void apply(Turn& turn, const Connected& event);
void apply(Turn& turn, const BindFailed& event);
void apply(Turn& turn, const StartAnswered& event);
void apply(Turn& turn, const StopAnswered& event);
void apply(Turn& turn, const JobFinished& event);
void apply(Turn& turn, const BytesUpdated& event);
void apply(Turn& turn, const RunLost& event);
void apply(Turn& turn, const Abandoned& event);
// work.cpp
void apply(Turn& turn, const DequeueWork& event);
void apply(Turn& turn, const CompleteWork& event);
// notifications.cpp
void apply(Turn& turn, const NotificationSet& event);
void apply(Turn& turn, const NotificationTapped& event);
void apply(Turn& turn, const NotificationDismissed& event);
void apply(Turn& turn, const ChannelCreated& event);
void apply(Turn& turn, const ChannelDeleted& event);
// services.cpp
void apply(Turn& turn, const ForegroundServiceAsked& event);
// content.cpp
void apply(Turn& turn, const ContentChanged& event);
void apply(Turn& turn, const ContentShort& event);
// sightings.cpp
void apply(Turn& turn, const AppInstalled& event);
void apply(Turn& turn, const AppUninstalled& event);
void apply(Turn& turn, const AppSeen& event);
void apply(Turn& turn, const SurvivorsCounted& event);
void apply(Turn& turn, const AppConditions& event);
void apply(Turn& turn, const AppTapped& event);
void apply(Turn& turn, const ClockSet& event);
// device.cpp
void apply(Turn& turn, const DeviceChanged& event);
void apply(Turn& turn, const DozeStepped& event);
void apply(Turn& turn, const DozeHeld& event);
// alarms.cpp
void apply(Turn& turn, const AlarmSet& event);
void apply(Turn& turn, const AlarmCancelled& event);
// messages.cpp
void apply(Turn& turn, const MessageArrived& event);
void apply(Turn& turn, const DeliveryEnded& event);
// standby.cpp
void apply(Turn& turn, const UsageReported& event);
void apply(Turn& turn, const BucketForced& event);
void apply(Turn& turn, const BucketPredicted& event);
// limits.cpp
void apply(Turn& turn, const BatteryUseSet& event);
void apply(Turn& turn, const DataSaverExemptionSet& event);
void apply(Turn& turn, const TemporarilyAllowed& event);
void apply(Turn& turn, const PolicyChanged& event);
void apply(Turn& turn, const ShuttingDown& event);
// shell.cpp
void apply(Turn& turn, const RunJob& event);
void apply(Turn& turn, const StopJobs& event);
void apply(Turn& turn, const ForceStop& event);
void apply(Turn& turn, const ResetScheduleQuota& event);
void apply(Turn& turn, const ResetExecutionQuota& event);
void apply(Turn& turn, const MonitorBattery& event);
void apply(Turn& turn, const DockFaked& event);
// holds.cpp
void apply(Turn& turn, const HoldJob& event);
void apply(Turn& turn, const RetryJob& event);
// start_terms.cpp
void apply(Turn& turn, const EditJob& event);
void apply(Turn& turn, const ZoneRead& event);
// metering.cpp
void apply(Turn& turn, const NetworkCounted& event);
void apply(Turn& turn, const NetworkUsed& event);

} // namespace stint
