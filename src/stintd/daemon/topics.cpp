#include "stintd/daemon/daemon.hpp"

#include "base/result/containers.hpp"

namespace stint {
namespace {

constexpr Topics ofADevice = Topic::Device | Topic::Alarms | Topic::Messages; // what holds these
constexpr Topics ofAnApp = Topic::Apps | Topic::Alarms;

Topics topicsOfRecord(const Record& record) {
    return std::visit(Overloaded{[](const SaveCompleted&) { return Topic::Finished | Topic::Tasks; },
                                 [](const DropCompleted&) -> Topics { return Topic::Finished; },
                                 [](const DropApp&) { return Topic::Finished | Topic::Apps; },
                                 [](const SaveApp&) -> Topics { return Topic::Apps; },
                                 [](const SaveOverrides&) -> Topics { return Topic::Device; },
                                 [](const SaveNetworkMarks&) -> Topics { return Topic::Device; },
                                 [](const SaveDeviceState&) { return ofADevice; },
                                 [](const SaveAlarm&) -> Topics { return Topic::Alarms; },
                                 [](const DropAlarm&) -> Topics { return Topic::Alarms; },
                                 [](const auto&) { return Topics{}; }},
                      record);
}

Topics topicsOfTrace(const Trace& trace) {
    switch (trace.what) {
    case Trace::What::Bucket:
    case Trace::What::HeldBack:
        return Topic::Apps | Topic::Alarms;
    case Trace::What::Doze:
    case Trace::What::Sleep:
    case Trace::What::Wake:
        return ofADevice;
    case Trace::What::Scheduled:
    case Trace::What::Replaced:
    case Trace::What::Cancelled:
    case Trace::What::Dropped:
    case Trace::What::Started:
    case Trace::What::Stopped:
    case Trace::What::Finished:
    case Trace::What::Rescheduled:
    case Trace::What::Unresponsive:
    case Trace::What::Killed:
    case Trace::What::Frozen:
    case Trace::What::Thawed:
    case Trace::What::Survived:
        return Topic::Tasks | Topic::Apps;
    case Trace::What::Network:
        return Topic::Apps;
    case Trace::What::Alarm:
        return Topic::Alarms;
    case Trace::What::Arrived:
    case Trace::What::Message:
    case Trace::What::Taken:
    case Trace::What::NotTaken:
    case Trace::What::Line:
    case Trace::What::Registration:
        return Topic::Messages;
    case Trace::What::Refused:
    case Trace::What::Notified:
    case Trace::What::NotificationRemoved:
    case Trace::What::NetworkChanged:
    case Trace::What::Work:
    case Trace::What::Digest:
        return {};
    }
    return {};
}

Topics topicsOfEffect(const Effect& effect) {
    return std::visit(Overloaded{[](const ShowNotification&) -> Topics { return Topic::Tasks; },
                                 [](const WithdrawNotification&) -> Topics { return Topic::Tasks; },
                                 [](const NetworkAccess&) -> Topics { return Topic::Apps; },
                                 [](const LineWanted&) -> Topics { return Topic::Messages; },
                                 [](const Trace& e) { return topicsOfTrace(e); }, [](const auto&) { return Topics{}; }},
                      effect);
}

} // namespace

Topics topicsOf(const Event& event) {
    return std::visit(Overloaded{[](const DeviceChanged&) { return ofADevice; },
                                 [](const DozeStepped&) { return ofADevice; },
                                 [](const DozeHeld&) { return ofADevice; },
                                 [](const DockFaked&) { return ofADevice; },
                                 [](const MonitorBattery&) { return ofADevice; },
                                 [](const AppInstalled&) { return ofAnApp; },
                                 [](const AppUninstalled&) { return ofAnApp | Topic::Finished | Topic::Tasks; },
                                 [](const AppSeen&) { return ofAnApp; },
                                 [](const AppConditions&) { return ofAnApp; },
                                 [](const AppStatePinned&) { return ofAnApp; },
                                 [](const PermissionsRevoked&) { return ofAnApp; },
                                 [](const UsageReported&) { return ofAnApp; },
                                 [](const BucketForced&) { return ofAnApp; },
                                 [](const BucketPredicted&) { return ofAnApp; },
                                 [](const BatteryUseSet&) { return ofAnApp; },
                                 [](const DataSaverExemptionSet&) { return ofAnApp; },
                                 [](const TemporarilyAllowed&) { return ofAnApp; },
                                 [](const NetworkCounted&) { return ofAnApp; },
                                 [](const ConnectorSeen&) -> Topics { return Topic::Messages; },
                                 [](const LineReported&) -> Topics { return Topic::Messages; },
                                 [](const LinePassedOver&) -> Topics { return Topic::Messages; },
                                 [](const LineRead&) -> Topics { return Topic::Messages; },
                                 [](const NotificationsWatched&) -> Topics { return ofAnApp | Topic::Messages; },
                                 [](const AppShowed&) -> Topics { return Topic::Messages; },
                                 [](const StartAnswered&) -> Topics { return Topic::Tasks; },
                                 [](const NotificationDismissed&) -> Topics { return Topic::Tasks; },
                                 [](const PolicyChanged&) { return Topics::all(); },
                                 [](const ClockSet&) { return Topics::all(); },
                                 [](const ZoneRead&) { return Topics::all(); },
                                 [](const auto&) { return Topics{}; }},
                      event);
}

Topics topicsOf(const Step& step) {
    Topics topics;
    if (step.waitsOtherwise || !step.setAside.empty()) topics |= Topic::Jobs;
    for (const Record& record : step.records)
        topics |= topicsOfRecord(record);
    for (const Effect& effect : step.effects)
        topics |= topicsOfEffect(effect);
    return topics;
}

} // namespace stint
