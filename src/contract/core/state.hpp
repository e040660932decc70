// The one state of Stint, made of the owners of its parts; the turn in which it changes; and the function that handles
// each event, listed by the file that has it. Only core/ and the test of its checks include this.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "base/result/containers.hpp"
#include "contract/core/alarms.hpp"
#include "contract/core/containers.hpp"
#include "contract/core/content.hpp"
#include "contract/core/deliveries.hpp"
#include "contract/core/device.hpp"
#include "contract/core/jobs.hpp"
#include "contract/core/line.hpp"
#include "contract/core/network.hpp"
#include "contract/core/notices.hpp"
#include "contract/core/notifications.hpp"
#include "contract/core/requests.hpp"
#include "contract/core/runs.hpp"
#include "contract/core/scheduler.hpp"
#include "contract/core/shown.hpp"
#include "contract/core/sleep.hpp"
#include "contract/core/standby.hpp"
#include "contract/core/start_terms.hpp"
#include "contract/core/waiting.hpp"
#include "contract/model/event.hpp"
#include "contract/rules/transfer_rate.hpp"

namespace stint {

struct State {
    explicit State(Constants given) : constants(std::move(given)) {}

    /// nullptr: it is not installed.
    App* app(const AppId& id) { return apps.find(id); }
    const App* app(const AppId& id) const { return apps.find(id); }
    World world(Now now) const { return {constants, device, deviceState, now, &zone, &runs.pools()}; }

    Constants constants;
    ByApp<App> apps;
    std::map<AppId, AppMemory> memories; ///< those of apps that are not announced yet since a restart
    AppClocks appClocks;
    UsageClock usage;
    ToldNetworks networkTold;

    TimeZone zone;
    Device device;
    DeviceState deviceState;
    LimitedWork limited;
    DeviceLog deviceLog;
    Boot boot;

    Jobs jobs;
    JobNumbers numbers;
    Succession succession;
    Watched watched;
    Waiting waiting;
    Runs runs;
    /// The one that holds since the last turn; before the first, none that could be the present one.
    TransferRate rate{.most = NETWORK_BYTES_UNKNOWN, .until = {}};
    Endings endings;
    Notifications notifications;
    Notices notices;

    Alarms alarms;
    Messages messages;
    Deliveries deliveries;
    Line line;
    Watching watching;
    ShellState shell;
    Sleep sleep;
    Awake awake;
    Wakes wakes;
    Metering metering;

    /// The job that is being taken in, or asked about. Volatile: read by a signal handler of this thread (aborts.cpp).
    const Job* volatile asked = nullptr;
};

/// Checks the relations between owners, which hold whenever a turn is over. Its cost does not grow with the state.
void checkState(const State& state);

/// While it lives, its job is the one that is asked about (State::asked), unless another is already.
class AskedAbout {
public:
    AskedAbout(State& state, const Job& job) : state_(state), isFirst_(!state.asked) {
        if (isFirst_) state_.asked = &job;
    }
    ~AskedAbout() {
        if (isFirst_) state_.asked = nullptr;
    }
    AskedAbout(const AskedAbout&) = delete;
    AskedAbout& operator=(const AskedAbout&) = delete;

private:
    State& state_;
    bool isFirst_;
};

class Scheduler::Impl {
public:
    explicit Impl(Constants constants) : state(std::move(constants)) {}
    /// The copy has no witness.
    Impl(const Impl& other) : state(other.state) { waitAlike(state, other.state); }
    Witness* witness = nullptr;
    State state;
};

/// One event being handled. `changed` collects the parts of the world that have changed.
struct Turn {
    State& state;
    Now now;
    Step& step;
    ReadSet changed = 0;
    ChangedApps changedApps;              ///< the apps that have changed, each with the reads that this touches
    AppSet changedJobs;                   ///< apps with a job that waits otherwise now, or a run that began or ended
    bool waitsOtherwise = false;          ///< becomes Step::waitsOtherwise
    bool allNetworks = false;             ///< every app's network is looked at (network.hpp)
    bool agesOtherwise = false;           ///< the screen was turned on or off, so apps age by another clock
    AppSet saved;                         ///< apps whose memory is written down, once, at the turn's end
    std::map<JobKey, std::string> broken; ///< jobs to be set aside, and why: a gate's answer was broken (waiting.cpp)

    template <class One> void record(One&& one) { step.records.emplace_back(std::forward<One>(one)); }
    template <class One> void effect(One&& one) { step.effects.emplace_back(std::forward<One>(one)); }
    /// An effect that is filled in where it lies, for a caller that has very many.
    template <class One> One& effect() { return std::get<One>(step.effects.emplace_back(std::in_place_type<One>)); }
    void save(const App& app) { saved.insert(app.manifest.package); }
    World world() const { return state.world(now); }
    App* app(const AppId& id) { return state.app(id); }
};

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
// runs.cpp
void apply(Turn& turn, const Connected& event);
void apply(Turn& turn, const BindFailed& event);
void apply(Turn& turn, const StartAnswered& event);
void apply(Turn& turn, const StopAnswered& event);
void apply(Turn& turn, const JobFinished& event);
void apply(Turn& turn, const BytesUpdated& event);
void apply(Turn& turn, const RunLost& event);
void apply(Turn& turn, const Abandoned& event);
// schedule.cpp
void apply(Turn& turn, const DequeueWork& event);
void apply(Turn& turn, const CompleteWork& event);
// notifications.cpp
void apply(Turn& turn, const NotificationSet& event);
void apply(Turn& turn, const NotificationTapped& event);
void apply(Turn& turn, const NotificationDismissed& event);
void apply(Turn& turn, const ChannelCreated& event);
void apply(Turn& turn, const ChannelDeleted& event);
// notifications.cpp
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
// deliveries.cpp
void apply(Turn& turn, const MessageArrived& event);
void apply(Turn& turn, const DeliveryEnded& event);
// line.cpp
void apply(Turn& turn, const Registered& event);
void apply(Turn& turn, const Unregistered& event);
void apply(Turn& turn, const LineRead& event);
void apply(Turn& turn, const LineReported& event);
void apply(Turn& turn, const LinePassedOver& event);
// rotation.cpp
void apply(Turn& turn, const RegistrationsRotated& event);
void apply(Turn& turn, const RegistrationsRevoked& event);
void apply(Turn& turn, const ConnectorSeen& event);
void apply(Turn& turn, const PushWanted& event);
void apply(Turn& turn, const PushUnwanted& event);
// shown.cpp
void apply(Turn& turn, const NotificationsWatched& event);
void apply(Turn& turn, const AppShowed& event);
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
// requests.cpp
void apply(Turn& turn, const RunJob& event);
void apply(Turn& turn, const StopJobs& event);
void apply(Turn& turn, const ForceStop& event);
void apply(Turn& turn, const ResetScheduleQuota& event);
void apply(Turn& turn, const ResetExecutionQuota& event);
void apply(Turn& turn, const MonitorBattery& event);
void apply(Turn& turn, const DockFaked& event);
// requests.cpp
void apply(Turn& turn, const HoldJob& event);
void apply(Turn& turn, const RetryJob& event);
void apply(Turn& turn, const ClearEnded& event);
// moves.cpp
void apply(Turn& turn, const MoveJob& event);
// start_terms.cpp
void apply(Turn& turn, const EditJob& event);
void apply(Turn& turn, const ZoneRead& event);
// network.cpp
void apply(Turn& turn, const NetworkCounted& event);
void apply(Turn& turn, const NetworkUsed& event);

} // namespace stint
