// What a recording writes of each event: a row a type, with the names of its members in their order. A row that has one
// name too few, or too many, does not compile (members()), so that no member can be forgotten.
#pragma once
#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "model/event.hpp"
#include "record/beginning.hpp"

namespace stint::record {

template <class T, std::size_t Count> struct Row {
    using Type = T;
    std::string_view name; ///< of an event; a part of one has none
    std::array<std::string_view, Count> members;
};

namespace rows {

template <class T, class... Names> consteval auto event(std::string_view name, Names... members) {
    return Row<T, sizeof...(Names)>{name, {std::string_view(members)...}};
}
template <class T, class... Names> consteval auto part(Names... members) {
    return Row<T, sizeof...(Names)>{{}, {std::string_view(members)...}};
}

// clang-format off
inline constexpr std::tuple all{
    event<Beginning>("begin", "boot", "now", "device", "heldBack"),
    event<Schedule>("schedule", "call", "app", "space", "info", "newId", "callerVisible", "work", "onBehalf", "terms"),
    event<Cancel>("cancel", "call", "app", "space", "id", "byOperator"),
    event<CancelAll>("cancelAll", "call", "app", "space", "byOperator"),
    event<JobFinished>("jobFinished", "app", "run", "reschedule", "outcome"),
    event<NotificationSet>("notificationSet", "call", "app", "run", "id", "notification", "endPolicy"),
    event<BytesUpdated>("bytesUpdated", "app", "run", "estimate", "down", "up", "item"),
    event<DequeueWork>("dequeueWork", "call", "app", "run"),
    event<CompleteWork>("completeWork", "call", "app", "run", "item"),
    event<Abandoned>("abandoned", "app", "run"),
    event<ForegroundServiceAsked>("foregroundService", "call", "app", "service", "start", "shows", "resumes"),
    event<ChannelCreated>("channelCreated", "call", "app", "channel"),
    event<ChannelDeleted>("channelDeleted", "call", "app", "id"),
    event<Connected>("connected", "run"),
    event<BindFailed>("bindFailed", "run", "why"),
    event<StartAnswered>("startAnswered", "run", "ongoing"),
    event<StopAnswered>("stopAnswered", "run", "reschedule"),
    event<RunLost>("runLost", "run", "crash", "how"),
    event<NotificationTapped>("notificationTapped", "app", "id", "key", "granted"),
    event<NotificationDismissed>("notificationDismissed", "app", "id"),
    event<AppInstalled>("appInstalled", "manifest"),
    event<AppUninstalled>("appUninstalled", "app"),
    event<AppSeen>("appSeen", "app", "visible", "running", "maybeVisible"),
    event<SurvivorsCounted>("survivorsCounted", "app", "left"),
    event<AppConditions>("appConditions", "app", "conditions"),
    event<AppTapped>("appTapped", "app"),
    event<ContentChanged>("contentChanged", "path"),
    event<ContentShort>("contentShort", "app", "why"),
    event<ClockSet>("clockSet"),
    event<AppOpened>("appOpened", "call", "app"),
    event<AppStatePinned>("appStatePinned", "call", "app", "state"),
    event<PermissionsRevoked>("permissionsRevoked", "call", "app", "revoked"),
    event<StopApp>("stopApp", "call", "app"),
    event<ForceStop>("forceStop", "call", "app"),
    event<RunJob>("runJob", "call", "key", "how", "patient"),
    event<HoldJob>("holdJob", "call", "key", "on"),
    event<RetryJob>("retryJob", "call", "key"),
    event<EditJob>("editJob", "call", "key", "conditions"),
    event<StopJobs>("stopJobs", "call", "app", "space", "id", "ending"),
    event<ResetExecutionQuota>("resetExecutionQuota", "call", "app"),
    event<ResetScheduleQuota>("resetScheduleQuota", "call"),
    event<MonitorBattery>("monitorBattery", "call", "on"),
    event<DockFaked>("dockFaked", "call", "idle"),
    event<DeviceChanged>("deviceChanged", "call", "device"),
    event<UsageReported>("usageReported", "call", "app", "kind"),
    event<BucketForced>("bucketForced", "call", "app", "bucket", "bySystem"),
    event<BucketPredicted>("bucketPredicted", "call", "app", "bucket"),
    event<BatteryUseSet>("batteryUseSet", "call", "app", "use"),
    event<DataSaverExemptionSet>("dataSaverExemptionSet", "call", "app", "exempt"),
    event<TemporarilyAllowed>("temporarilyAllowed", "call", "app", "length"),
    event<PolicyChanged>("policyChanged", "call", "constants"),
    event<ZoneRead>("zoneRead", "zone"),
    event<NetworkCounted>("networkCounted", "app", "on"),
    event<NetworkUsed>("networkUsed", "app", "metered", "roaming", "job", "received", "sent"),
    event<AlarmSet>("alarmSet", "call", "alarm"),
    event<AlarmCancelled>("alarmCancelled", "call", "app", "tag"),
    event<DeliveryEnded>("deliveryEnded", "app", "delivery"),
    event<MessageArrived>("messageArrived", "call", "app", "receiver", "high", "data"),
    event<DozeStepped>("dozeStepped", "call", "light"),
    event<DozeHeld>("dozeHeld", "call", "force"),
    event<ShuttingDown>("shuttingDown"),
    event<Tick>("tick"),

    part<Now>("elapsed", "wall"),
    part<Outcome>("exitCode", "text"),
    part<WorkItem>("id", "extras", "estimatedDown", "estimatedUp", "minimumChunk", "deliveries", "active"),
    part<StartTerms>("after", "afterFailure", "at", "calendar", "loosensAt", "then", "meteredBytes", "meteredUsed",
                     "guard", "guardElse"),
    part<Condition>("name", "value"),
    part<JobKey>("app", "namespace", "id"),
    part<Ending>("reason", "internal"),
    part<ServiceNotification>("id", "notification"),
    part<Notification::Action>("key", "label"),
    part<Notification::Progress>("maximum", "value", "indeterminate"),
    part<Channel>("id", "name", "importance"),
    part<Service>("name", "command", "exported", "permission", "foregroundType", "processPerJob"),
    part<Receiver>("name", "command"),
    part<Manifest>("package", "label", "version", "icon", "desktopFile", "command", "hasWindows", "executable", "permissions",
                   "services", "receivers", "channels", "debuggable", "system", "hidden", "builtIn",
                   "legacyFgsJobsFree", "legacyTopStartedJobsFree", "file"),
    part<Network>("capabilities", "transports", "downstream", "upstream", "interface"),
    part<Device>("screenOn", "locked", "motion", "thermal", "dataSaver", "batterySaver", "dozeForce", "dreaming",
                 "memory", "lidClosed", "sleeping", "plugged", "charging", "batteryFull", "chargeHeld",
                 "batteryPercent", "network", "storageFree", "storageTotal", "storageForced", "overrides",
                 "networkMarks"),
    part<Alarm>("app", "tag", "receiver", "kind", "wakeup", "byWall", "persisted", "requested", "requestedWall",
                "window", "interval", "sequence", "handed"),
    part<BudgetWords>("app", "class", "bytes", "period"),
    part<TimeZone::Offset>("from", "ahead"),
};
// clang-format on

/// The row of T, or npos.
template <class T> consteval std::size_t indexOf() {
    std::size_t index = 0;
    bool found = false;
    std::apply(
        [&](const auto&... row) {
            ((found = found || std::is_same_v<T, typename std::remove_cvref_t<decltype(row)>::Type>,
              index += found ? 0 : 1),
             ...);
        },
        all);
    return index;
}

} // namespace rows

template <class T>
concept Rowed = rows::indexOf<T>()
< std::tuple_size_v<decltype(rows::all)>;

template <Rowed T> constexpr const auto& rowOf() { return std::get<rows::indexOf<T>()>(rows::all); }

} // namespace stint::record
