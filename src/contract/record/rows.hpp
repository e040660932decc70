// The form of events in a recording: a row for each type, with the names of its members in their order. A row with a
// name too few or too many does not compile (membersOf()), so that no member can be forgotten. And isOne(): true if a
// number that was read is one of an enum's; an enum of an event that is missing here does not compile.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include "contract/model/event.hpp"
#include "contract/model/view.hpp"
#include "contract/record/event_json.hpp"

namespace stint::record {

template <class E> constexpr bool upTo(E value, E last) { return value >= E{} && value <= last; }

inline bool isOne(Override value) { return upTo(value, Override::Full); }
inline bool isOne(JobEndNotificationPolicy value) { return upTo(value, JOB_END_NOTIFICATION_POLICY_REMOVE); }
inline bool isOne(JobClass value) { return upTo(value, JobClass::UserInitiated); }
inline bool isOne(WorkType value) { return upTo(value, WorkType::Background); }
inline bool isOne(ProcessState value) { return upTo(value, ProcessState::NotRunning); }
inline bool isOne(BatteryUse value) { return upTo(value, BatteryUse::Restricted); }
inline bool isOne(Motion value) { return upTo(value, Motion::Moving); }
inline bool isOne(Thermal value) { return upTo(value, Thermal::Shutdown); }
inline bool isOne(Memory value) { return upTo(value, Memory::Critical); }
inline bool isOne(DozeForce value) { return upTo(value, DozeForce::IdleMaintenance); }
inline bool isOne(GuardElse value) { return upTo(value, GuardElse::Offline); }
inline bool isOne(MoveTo value) { return upTo(value, MoveTo::Bottom); }
inline bool isOne(Urgency value) { return upTo(value, Urgency::High); }
inline bool isOne(AlarmKind value) { return upTo(value, AlarmKind::Clock); }
inline bool isOne(UsageKind value) { return upTo(value, UsageKind::SystemUpdate); }
inline bool isOne(Bucket value) {
    return std::ranges::find(bucketTable, value, &BucketRow::bucket) != bucketTable.end();
}
// These have gaps between their numbers, but each has a name.
inline bool isOne(StopReason value) { return !nameOf(value).empty(); }
inline bool isOne(InternalReason value) { return !nameOf(value).empty(); }
inline bool isOne(NetworkCapability value) { return !nameOf(value).empty(); }
inline bool isOne(NetworkTransport value) { return !nameOf(value).empty(); }

template <std::size_t Count> struct Row {
    std::string_view name; ///< an event's; a part of one has none
    std::array<std::string_view, Count> members;
};

template <class... Names> consteval auto event(std::string_view name, Names... members) {
    return Row<sizeof...(Names)>{name, {std::string_view(members)...}};
}
template <class... Names> consteval auto part(Names... members) { return event({}, members...); }

/// nullptr for a type without a row, which is neither an event nor an object inside one.
template <class T> inline constexpr std::nullptr_t rowOf = nullptr;

template <class T>
concept Rowed = !std::is_same_v<decltype(rowOf<T>), const std::nullptr_t>;

// clang-format off
template <> inline constexpr auto rowOf<Beginning> = event("begin", "boot", "now", "device", "heldBack",
    "goingOn");
template <> inline constexpr auto rowOf<GoingOn> = part("run", "job", "terms", "override", "called", "stopping");
template <> inline constexpr auto rowOf<RunTerms> = part("kind", "began", "asleep", "guarantee", "limit", "type",
    "bias", "startedOnTop", "byIdlePath", "pluggedEnough", "unfreeAt", "rate");
template <> inline constexpr auto rowOf<Schedule> = event("schedule", "call", "app", "space", "info", "newId",
    "callerVisible", "work", "onBehalf", "terms");
template <> inline constexpr auto rowOf<ScheduleAll> = event("scheduleAll", "call", "app", "space", "jobs", "newId",
    "callerVisible", "onBehalf");
template <> inline constexpr auto rowOf<Cancel> = event("cancel", "call", "app", "space", "id", "byOperator");
template <> inline constexpr auto rowOf<CancelAll> = event("cancelAll", "call", "app", "space", "byOperator");
template <> inline constexpr auto rowOf<JobFinished> = event("jobFinished", "app", "run", "reschedule", "outcome");
template <> inline constexpr auto rowOf<NotificationSet> = event("notificationSet", "call", "app", "run", "id",
    "notification", "endPolicy");
template <> inline constexpr auto rowOf<BytesUpdated> = event("bytesUpdated", "app", "run", "estimate", "down", "up",
    "item");
template <> inline constexpr auto rowOf<DequeueWork> = event("dequeueWork", "call", "app", "run");
template <> inline constexpr auto rowOf<CompleteWork> = event("completeWork", "call", "app", "run", "item");
template <> inline constexpr auto rowOf<Abandoned> = event("abandoned", "app", "run");
template <> inline constexpr auto rowOf<ForegroundServiceAsked> = event("foregroundService", "call", "app", "service",
    "start", "shows", "resumes", "only");
template <> inline constexpr auto rowOf<ChannelCreated> = event("channelCreated", "call", "app", "channel");
template <> inline constexpr auto rowOf<ChannelDeleted> = event("channelDeleted", "call", "app", "id");
template <> inline constexpr auto rowOf<Connected> = event("connected", "run");
template <> inline constexpr auto rowOf<BindFailed> = event("bindFailed", "run", "why");
template <> inline constexpr auto rowOf<StartAnswered> = event("startAnswered", "run", "ongoing");
template <> inline constexpr auto rowOf<StopAnswered> = event("stopAnswered", "run", "reschedule");
template <> inline constexpr auto rowOf<RunLost> = event("runLost", "run", "crash", "how");
template <> inline constexpr auto rowOf<NotificationTapped> = event("notificationTapped", "app", "id", "key",
    "granted");
template <> inline constexpr auto rowOf<NotificationDismissed> = event("notificationDismissed", "app", "id");
template <> inline constexpr auto rowOf<AppInstalled> = event("appInstalled", "manifest");
template <> inline constexpr auto rowOf<AppUninstalled> = event("appUninstalled", "app");
template <> inline constexpr auto rowOf<AppSeen> = event("appSeen", "app", "visible", "running", "maybeVisible");
template <> inline constexpr auto rowOf<SurvivorsCounted> = event("survivorsCounted", "app", "left");
template <> inline constexpr auto rowOf<AppConditions> = event("appConditions", "app", "conditions");
template <> inline constexpr auto rowOf<AppTapped> = event("appTapped", "app");
template <> inline constexpr auto rowOf<ContentChanged> = event("contentChanged", "path");
template <> inline constexpr auto rowOf<ContentShort> = event("contentShort", "app", "why");
template <> inline constexpr auto rowOf<ClockSet> = event("clockSet");
template <> inline constexpr auto rowOf<AppOpened> = event("appOpened", "call", "app");
template <> inline constexpr auto rowOf<AppStatePinned> = event("appStatePinned", "call", "app", "state");
template <> inline constexpr auto rowOf<PermissionsRevoked> = event("permissionsRevoked", "call", "app", "revoked");
template <> inline constexpr auto rowOf<StopApp> = event("stopApp", "call", "app");
template <> inline constexpr auto rowOf<ForceStop> = event("forceStop", "call", "app");
template <> inline constexpr auto rowOf<RunJob> = event("runJob", "call", "key", "how", "patient");
template <> inline constexpr auto rowOf<HoldJob> = event("holdJob", "call", "key", "on", "callerVisible");
template <> inline constexpr auto rowOf<RetryJob> = event("retryJob", "call", "key", "callerVisible");
template <> inline constexpr auto rowOf<ClearEnded> = event("clearEnded", "call", "key", "all");
template <> inline constexpr auto rowOf<EditJob> = event("editJob", "call", "key", "conditions", "callerVisible");
template <> inline constexpr auto rowOf<MoveJob> = event("moveJob", "call", "key", "to", "callerVisible");
template <> inline constexpr auto rowOf<StopJobs> = event("stopJobs", "call", "app", "space", "id", "ending");
template <> inline constexpr auto rowOf<ResetExecutionQuota> = event("resetExecutionQuota", "call", "app");
template <> inline constexpr auto rowOf<ResetScheduleQuota> = event("resetScheduleQuota", "call");
template <> inline constexpr auto rowOf<MonitorBattery> = event("monitorBattery", "call", "on");
template <> inline constexpr auto rowOf<DockFaked> = event("dockFaked", "call", "idle");
template <> inline constexpr auto rowOf<DeviceChanged> = event("deviceChanged", "call", "device");
template <> inline constexpr auto rowOf<UsageReported> = event("usageReported", "call", "app", "kind");
template <> inline constexpr auto rowOf<BucketForced> = event("bucketForced", "call", "app", "bucket", "bySystem");
template <> inline constexpr auto rowOf<BucketPredicted> = event("bucketPredicted", "call", "app", "bucket");
template <> inline constexpr auto rowOf<BatteryUseSet> = event("batteryUseSet", "call", "app", "use");
template <> inline constexpr auto rowOf<DataSaverExemptionSet> = event("dataSaverExemptionSet", "call", "app",
    "exempt");
template <> inline constexpr auto rowOf<TemporarilyAllowed> = event("temporarilyAllowed", "call", "app", "length");
template <> inline constexpr auto rowOf<PolicyChanged> = event("policyChanged", "call", "constants");
template <> inline constexpr auto rowOf<ZoneRead> = event("zoneRead", "zone");
template <> inline constexpr auto rowOf<NetworkCounted> = event("networkCounted", "app", "on", "tells");
template <> inline constexpr auto rowOf<NetworkUsed> = event("networkUsed", "app", "metered", "roaming", "job",
    "received", "sent");
template <> inline constexpr auto rowOf<AlarmSet> = event("alarmSet", "call", "alarm");
template <> inline constexpr auto rowOf<AlarmCancelled> = event("alarmCancelled", "call", "app", "tag");
template <> inline constexpr auto rowOf<DeliveryEnded> = event("deliveryEnded", "app", "delivery", "taken");
template <> inline constexpr auto rowOf<MessageArrived> = event("messageArrived", "call", "app", "receiver",
    "urgency", "ttl", "topic", "data");
template <> inline constexpr auto rowOf<Registered> = event("registered", "call", "name", "app", "receiver",
    "connector", "details", "endpoint", "own", "replaces", "caller");
template <> inline constexpr auto rowOf<PushWanted> = event("pushWanted", "call", "app", "name", "receiver", "vapid",
    "encrypted");
template <> inline constexpr auto rowOf<PushUnwanted> = event("pushUnwanted", "call", "app", "name");
template <> inline constexpr auto rowOf<Unregistered> = event("unregistered", "call", "name", "everywhere");
template <> inline constexpr auto rowOf<RegistrationsRotated> = event("registrationsRotated", "call", "app");
template <> inline constexpr auto rowOf<RegistrationsRevoked> = event("registrationsRevoked", "call", "app");
template <> inline constexpr auto rowOf<ConnectorSeen> = event("connectorSeen", "connector", "known");
template <> inline constexpr auto rowOf<LineRead> = event("lineRead", "call", "stream", "epochs", "messages", "cursors",
    "missed", "misused");
template <> inline constexpr auto rowOf<LineReported> = event("lineReported", "up", "keepAlive", "server", "trouble",
    "roundTrip");
template <> inline constexpr auto rowOf<LinePassedOver> = event("linePassedOver", "what");
template <> inline constexpr auto rowOf<NotificationsWatched> = event("notificationsWatched", "on", "trouble");
template <> inline constexpr auto rowOf<AppShowed> = event("appShowed", "app");
template <> inline constexpr auto rowOf<DozeStepped> = event("dozeStepped", "call", "light");
template <> inline constexpr auto rowOf<DozeHeld> = event("dozeHeld", "call", "force");
template <> inline constexpr auto rowOf<ShuttingDown> = event("shuttingDown");
template <> inline constexpr auto rowOf<Tick> = event("tick");

template <> inline constexpr auto rowOf<Now> = part("elapsed", "wall");
template <> inline constexpr auto rowOf<Outcome> = part("exitCode", "text");
template <> inline constexpr auto rowOf<WorkItem> = part("id", "extras", "estimatedDown", "estimatedUp", "minimumChunk",
    "deliveries", "active");
template <> inline constexpr auto rowOf<StartTerms> = part("after", "afterFailure", "at", "calendar", "loosensAt",
    "then", "meteredBytes", "meteredUsed", "guard", "guardElse", "promised", "pool", "poolDepth", "ended");
template <> inline constexpr auto rowOf<EndedJob> = part("key", "label", "exitCode", "text", "path");
template <> inline constexpr auto rowOf<JobOfList> = part("info", "terms", "after", "afterFailure");
template <> inline constexpr auto rowOf<Condition> = part("name", "value");
template <> inline constexpr auto rowOf<JobKey> = part("app", "namespace", "id");
template <> inline constexpr auto rowOf<Ending> = part("reason", "internal");
template <> inline constexpr auto rowOf<ServiceNotification> = part("id", "notification");
template <> inline constexpr auto rowOf<NotificationParts> = part("channel", "icon", "title", "text", "progress",
    "actions");
template <> inline constexpr auto rowOf<Notification::Action> = part("key", "label");
template <> inline constexpr auto rowOf<Notification::Progress> = part("maximum", "value", "indeterminate");
template <> inline constexpr auto rowOf<Channel> = part("id", "name", "importance");
template <> inline constexpr auto rowOf<Service> = part("name", "command", "exported", "permission", "foregroundType",
    "processPerJob");
template <> inline constexpr auto rowOf<Receiver> = part("name", "command");
template <> inline constexpr auto rowOf<Manifest> = part("package", "label", "version", "icon", "desktopFile",
    "command", "hasWindows", "executable", "permissions", "services", "receivers", "channels", "debuggable", "system",
    "hidden", "builtIn", "legacyFgsJobsFree", "legacyTopStartedJobsFree", "file");
template <> inline constexpr auto rowOf<Network> = part("capabilities", "transports", "downstream", "upstream",
    "interface");
template <> inline constexpr auto rowOf<Device> = part("screenOn", "locked", "motion", "thermal", "dataSaver",
    "batterySaver", "dozeForce", "dreaming", "memory", "lidClosed", "sleeping", "plugged", "charging", "batteryFull",
    "chargeHeld", "batteryPercent", "network", "storageFree", "storageTotal", "storageForced", "overrides",
    "networkMarks");
template <> inline constexpr auto rowOf<Alarm> = part("app", "tag", "receiver", "kind", "wakeup", "byWall", "persisted",
    "requested", "requestedWall", "window", "interval", "sequence", "handed");
template <> inline constexpr auto rowOf<Subject> = part("registration", "urgency");
template <> inline constexpr auto rowOf<LineCursor> = part("of", "sequence");
template <> inline constexpr auto rowOf<LineMessage> = part("of", "sequence", "id", "sent", "ttl", "topic", "data");
template <> inline constexpr auto rowOf<LeftOut> = part("reason", "count");
template <> inline constexpr auto rowOf<LineEpoch> = part("number", "from");
template <> inline constexpr auto rowOf<BudgetWords> = part("app", "class", "bytes", "period");
template <> inline constexpr auto rowOf<TimeZone::Offset> = part("from", "ahead");
// clang-format on

} // namespace stint::record
