// The one state of Stint, and the turn in which it changes. Only core/ includes this.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <absl/container/btree_set.h>

#include "base/fail.hpp"
#include "core/groups.hpp"
#include "core/jobs.hpp"
#include "core/scheduler.hpp"
#include "model/gate_key.hpp"
#include "rules/alarm_policy.hpp"
#include "rules/concurrency.hpp"
#include "rules/doze.hpp"
#include "rules/ending.hpp"
#include "rules/holdings.hpp"
#include "rules/network_access.hpp"

namespace stint {

struct Running {
    Run run;
    GateKey gateKey; ///< frozen for the run
    WorkType type = WorkType::Background;
    std::int32_t bias = 0; ///< of its app when it began
    bool stopTraced = false;
    bool startedOnTop = false;  ///< its app was on top when it began (limits.md §1.5)
    bool byIdlePath = false;    ///< by the idle path of the restricted bucket (limits.md §5)
    bool pluggedEnough = false; ///< began with power alone as its charging constraint (limits.md §10.3)
    bool free = true;           ///< all of it so far lay in free time (jobs.md §6.7)
    ContentChanges content;     ///< that came while it runs: for its retry, or the next job of this id
};

/// A run that ended badly: its app may not know it yet, and is not told off for its callbacks until `until` (§4.2).
struct Late {
    AppId app;
    Instant until;
};

/// A notification that is shown, and the runs that use it (jobs.md §5.1).
struct Posted {
    Notification notification;
    bool userInitiated = false;
    std::optional<ShowNotification> shown; ///< what the desktop was told last
    Instant shownAt;
    std::optional<Instant> withheldUntil; ///< an update came too soon, and is shown then
    bool dismissed = false;               ///< by the user, and shown no more since
    std::set<RunId> users;
    std::set<std::string> services; ///< foreground services that show it, too
    std::optional<JobKey> lastUser;
};

/// An alarm or a message that was handed to an app, until it has taken it: holds a maintenance window open.
struct Delivery {
    AppId app;
    Instant until; ///< given up then
    // What stays written down until it was taken; neither: a repeating alarm, which goes off again anyway.
    std::uint64_t message = 0;      ///< 0: none
    std::optional<std::string> tag; ///< of the app's alarm
};

/// What is known of the pending alarms, so that not all of them are reckoned in every turn.
struct AlarmIndex {
    struct OfApp {
        std::optional<Instant> due;   ///< when the first one goes off; none: all of them wait for an event
        std::optional<Instant> clock; ///< the first alarm clock
    };
    std::map<AppId, OfApp> apps; ///< that have alarms; of one that is not announced yet, alarm clocks alone
    std::set<AppId> stale;       ///< whose alarms are others since
    AlarmDevice device;          ///< the device it was reckoned for
};

/// A `run` of the shell that waits for a network, which alone is missing (jobs.md §8).
struct WaitingRun {
    JobKey job;
    Instant until;
};

/// What was heard of the device, counted for the shell's getters (jobs.md §8).
struct Heard {
    bool monitorsBattery = false;
    std::uint64_t battery = 0;
    std::uint64_t storage = 0;
};

struct State {
    explicit State(Constants numbers) : constants(std::move(numbers)) {}

    Constants constants;
    std::map<AppId, App> apps;
    std::map<AppId, AppMemory> memories; ///< of apps that are not announced again yet, after a restart
    Device device;
    DeviceState deviceState;

    Jobs jobs;
    std::map<AppId, Holdings> held;                                   ///< of apps that have jobs
    std::map<std::pair<AppId, std::string>, std::int32_t> lowestFree; ///< ids below it are taken (newId)
    std::map<WatchedContent, std::size_t> watched;                    ///< what jobs watch, and how many each
    std::map<AppId, std::string> contentShort; ///< why not all that an app's jobs watch is watched
    std::uint64_t watchedVersion = 0;          ///< one more whenever another path, or one less, is
    Groups groups;
    absl::btree_set<Tracked*, ByClock> jobClocks;
    std::optional<Instant> heldUntil; ///< all that is ready is held back for a batch until then (jobs.md §3.7)
    std::uint64_t waitingForSlot = 0; ///< open groups up to this opening found no slot in the last pass; 0: none
    std::optional<Instant> generous;  ///< the instant of the last pass that gave an extra slot
    bool clockGood = true;            ///< jobs.md §7.3
    Instant settledAt;                ///< what was there at the boot may start from then on (jobs.md §7.2)
    WallTime lastCommit{};            ///< under a good clock, as it was when the daemon started
    /// This daemon is the first of its boot: until then apps are just told that it is complete (jobs.md §5.5).
    std::optional<Instant> bootedUntil;

    std::map<CallId, WaitingRun> waitingRuns;
    Heard heard;

    std::map<RunId, Running> runs;
    std::set<std::pair<Instant, RunId>> timers; ///< one for each run
    std::map<RunId, Late> late;                 ///< runs that ended badly just now
    std::map<std::pair<AppId, std::int32_t>, Posted> notifications;
    std::set<std::pair<Instant, std::pair<AppId, std::int32_t>>> withheld; ///< updates that came too soon
    std::map<AppId, std::deque<Completed>> completed;                      ///< newest last

    // The limits (limits.md).
    UsageTime usageTime; ///< the clocks that apps age by, as they were at `usageAt`
    Instant usageAt;
    std::set<std::pair<Instant, AppId>> appClocks;         ///< when time alone changes what gates read of an app
    std::map<AppId, Instant> appClockOf;                   ///< the same by app
    std::optional<Instant> sweepAt;                        ///< of the built-in predictor (limits.md §2.6)
    std::map<std::pair<AppId, std::string>, Alarm> alarms; ///< pending, by app and tag
    AlarmIndex alarmIndex;
    std::map<std::uint64_t, PushMessage> messages;                                  ///< waiting for their delivery
    std::map<std::uint64_t, Delivery> deliveries;                                   ///< on their way
    std::map<std::pair<std::string_view, std::string_view>, WallTime> limitedSince; ///< by work, and what holds it back
    std::map<AppId, NetworkVerdict> networkTold; ///< each app's background network, as last told
    std::uint64_t nextDelivery = 1;
    std::uint64_t nextAlarm = 1;
    std::uint64_t nextMessage = 1;

    std::uint64_t moments = 0; ///< at which groups were asked so far

    std::uint64_t nextSequence = 1;
    std::uint64_t nextRun = 1;

    /// The job that is being taken in, or asked about. Volatile: read by a signal handler of this thread (aborts.cpp).
    const Job* volatile asked = nullptr;
};

/// While it lives, that job is the one that is asked about, unless another is already.
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
    State state;
};

/// One event being handled. `changed` collects what of the world is no longer as it was.
struct Turn {
    State& state;
    Now now;
    Step& step;
    ReadSet changed = 0;
    std::set<AppId> changedApps;          ///< whose App has changed, as gates read it
    std::set<AppId> changedJobs;          ///< of which a job waits otherwise than before, or a run has begun or ended
    bool agesOtherwise = false;           ///< apps age by another clock: the screen was turned on or off
    std::set<AppId> saved;                ///< whose memory is to be written down, once, at the turn's end
    std::map<JobKey, std::string> broken; ///< jobs to be set aside: what was asked about them broke (aside.cpp)

    void record(Record r) { step.records.push_back(std::move(r)); }
    void effect(Effect e) { step.effects.push_back(std::move(e)); }
    void save(const App& app) { saved.insert(app.manifest.package); }
    World world() const { return {state.constants, state.device, state.deviceState, now}; }
    App* app(const AppId& id) {
        const auto found = state.apps.find(id);
        return found == state.apps.end() ? nullptr : &found->second;
    }
};

// Waiting (waiting.cpp).

/// What is shut for this GateKey now.
std::vector<ShutGate> askGates(const State& state, Now now, const GateKey& gateKey);
/// Puts a tracked job, which has no run, where it has to wait: asleep or in its group.
void park(Turn& turn, Tracked& tracked);
void unpark(State& state, Tracked& tracked);
/// Of the app's jobs.
std::vector<JobKey> keysOf(const State& state, const AppId& app);
/// What the app's jobs hold.
Holdings heldBy(const State& state, const AppId& app);
/// Ends the tracking of a job: from the queue, the store and the counts.
void forget(Turn& turn, const JobKey& key);
/// Wakes the jobs whose own clocks ring; asks again what changed and what is due; starts what may start while there is
/// room.
void wakeDue(Turn& turn);
void askChanged(Turn& turn);
void fillSlots(Turn& turn);
/// Displaces a run for each job that found no slot, and that no slot being freed will serve (preemption.cpp).
void makeRoom(Turn& turn);

// Jobs that are set aside (aside.cpp).

/// Nothing is asked about it from now on.
void setAside(Turn& turn, Tracked& tracked, std::string why);
/// Those of Turn::broken, but for one that runs.
void setBrokenAside(Turn& turn);
/// A stored job that cannot be taken in, as little of it as a person has to see.
Tracked takenAside(Job job, WallTime now);

/// Its own run; a job that waits for the end of the one it replaced has none.
const Running* ownRun(const State& state, const Tracked& tracked);

// Changes of what jobs watch (content.cpp).

/// When its content trigger is satisfied; nullopt: nothing has changed yet.
std::optional<Instant> contentReady(const Tracked& tracked);
/// The job is tried again after a run during which `collected` came.
void keepContent(Turn& turn, Tracked& tracked, const ContentChanges& collected);
/// What the job of this key leaves to one with this info that replaces it.
ContentChanges inheritedContent(const State& state, const JobKey& key, const JobInfo& info);
/// Writes down what its next run is to be told of.
void saveContent(Turn& turn, Tracked& tracked);
/// Takes in that of the store; `ran`: when the former daemon died.
void restoreContent(Turn& turn, Tracked& tracked, ContentChanges stored, bool ran);

// What jobs watch (watched.cpp).

void countWatched(State& state, const AppId& app, const JobInfo& info);
void uncountWatched(State& state, const AppId& app, const JobInfo& info);

// Running (running.cpp).

/// What gates read of a run.
RunFacts factsOf(const Running& running, Instant now);

void startRun(Turn& turn, Tracked& tracked, WorkType type);
/// Asks the app to stop, or remembers it while it cannot be asked yet (jobs.md §4.3). The first reason stands.
void beginStop(Turn& turn, Running& running, Ending ending);
/// Stops what runs behind a gate that has shut; tells the others of a network that is another now.
void stopShut(Turn& turn);
void runTimers(Turn& turn);
/// jobs.md §4.5 clause 3: what there is to stop a run past its guarantee for, now that its timer asks.
std::optional<Ending> reasonToStop(const Turn& turn, const Running& running);
void setTimer(State& state, Run& run, Instant when);
void noteFreeTime(Turn& turn, Running& running);

// The end of a run (closing.cpp).

void close(Turn& turn, RunId run, End end, const Outcome& outcome = {});
/// jobs.md §7.4: the processes of an app that is no longer installed, once its runs have been told to stop.
void killUninstalled(Turn& turn, const AppId& app);
void remember(Turn& turn, Completed completed);

// Notifications (notifications.cpp).

void setNotification(Turn& turn, const NotificationSet& event);
void releaseNotification(Turn& turn, Run& run, const Ending& ending);
void tapped(Turn& turn, const NotificationTapped& event);
/// The updates that were withheld until now.
void showWithheld(Turn& turn);
/// jobs.md §5.5: what a foreground service shows, and its end.
void showService(Turn& turn, const AppId& app, const std::string& service, const ServiceNotification& shows);
void endService(Turn& turn, App& app, const std::string& service);
void endServices(Turn& turn, App& app);
/// Whatever else the app shows is withdrawn, too.
void withdrawAll(Turn& turn, const AppId& app);

// Channels (notifications.cpp).

void apply(Turn& turn, const ChannelCreated& event);
void apply(Turn& turn, const ChannelDeleted& event);

// What apps and people ask (requests.cpp).

void apply(Turn& turn, const Schedule& event);
void apply(Turn& turn, const Cancel& event);
void apply(Turn& turn, const CancelAll& event);
void apply(Turn& turn, const StopApp& event);
/// Its processes are killed: it is not seen any more, its foreground services are over, and no pin holds.
void nothingRunsOf(Turn& turn, const AppId& app);
void apply(Turn& turn, const AppStatePinned& event);
void apply(Turn& turn, const PermissionsRevoked& event);
void apply(Turn& turn, const AppOpened& event);

// What is seen of apps and the device (sightings.cpp).

void apply(Turn& turn, const AppInstalled& event);
void apply(Turn& turn, const AppUninstalled& event);
void apply(Turn& turn, const AppSeen& event);
void apply(Turn& turn, const DeviceChanged& event);
void apply(Turn& turn, const AppConditions& event);
void apply(Turn& turn, const AppTapped& event);
void apply(Turn& turn, const ContentChanged& event);
void apply(Turn& turn, const ContentShort& event);
void apply(Turn& turn, const ClockSet& event);
void apply(Turn& turn, const NotificationDismissed& event);
/// Time alone has changed the device's derived state, or whether apps are seen.
void ageDevice(Turn& turn);

// What comes from the processes of running jobs (running.cpp, notifications.cpp).

void apply(Turn& turn, const JobFinished& event);
void apply(Turn& turn, const BytesUpdated& event);
void apply(Turn& turn, const Connected& event);
void apply(Turn& turn, const BindFailed& event);
void apply(Turn& turn, const StartAnswered& event);
void apply(Turn& turn, const StopAnswered& event);
void apply(Turn& turn, const RunLost& event);
void apply(Turn& turn, const Abandoned& event);

// Work items (work.cpp).

void apply(Turn& turn, const DequeueWork& event);
void apply(Turn& turn, const CompleteWork& event);
/// What a run says of one item of its work; of one that it is not working on, nothing (jobs.md §4.7).
void updateItem(Turn& turn, Running& running, const BytesUpdated& event);

// Foreground services (services.cpp).

void apply(Turn& turn, const ForegroundServiceAsked& event);

// Alarms (alarms.cpp).

void apply(Turn& turn, const AlarmSet& event);
void apply(Turn& turn, const AlarmCancelled& event);
/// Takes in those of the store, of which `died` is when their boot was last known to go on (limits.md §7; jobs.md
/// §12.5).
void restoreAlarms(Turn& turn, std::vector<StoredAlarm> stored, const BootId& boot, Instant died);
/// Delivers whatever may go off now (limits.md §7.3).
void deliverAlarms(Turn& turn);
/// When deliverAlarms() has something to do at the latest; nullopt: nothing waits for time alone.
std::optional<Instant> nextAlarmDelivery(const State& state);
/// The next alarm clock's time (limits.md §6.2).
std::optional<Instant> nextAlarmClock(const State& state);
/// The wall clock was set: those set by it are placed anew (limits.md §7.1).
void rebaseAlarms(Turn& turn);
/// The alarm was taken by its app, or given up: it is written down no longer, unless one of its tag was set anew.
void forgetHanded(Turn& turn, const Delivery& delivery);
/// All alarms of the app, or only the exact ones (limits.md §7.5), are gone.
void dropAlarms(Turn& turn, const AppId& app, bool onlyExact);

// Messages, and deliveries of both (messages.cpp).

void apply(Turn& turn, const MessageArrived& event);
void apply(Turn& turn, const DeliveryEnded& event);
/// Delivers the messages that may pass now (limits.md §8.5), and gives up deliveries that were not taken in time.
void deliverMessages(Turn& turn);
/// All messages for the app, and all that is on its way to it, are gone.
void dropMessages(Turn& turn, const AppId& app);
/// When the oldest delivery is given up.
std::optional<Instant> nextGiveUp(const State& state);
/// Puts the app on the temporary allowlist for `length` (limits.md §6.6).
void allowTemporarily(Turn& turn, App& app, Duration length);
/// Lets it begin a foreground service from the background until then (jobs.md §5.5).
void letServe(Turn& turn, App& app, Instant until);
/// Hands one to the app: what it is kept by until DeliveryEnded.
std::uint64_t beginDelivery(Turn& turn, const AppId& app);

// Each app's background network (network.cpp).

/// What of the device decides on an app's network. What of the app does comes with changedApps and changedJobs.
constexpr ReadSet readByNetworks = Reads::Power | Reads::Network | Reads::Doze | Reads::Saver;
/// Every app's network is looked at in this turn, whatever has changed of it.
inline bool tellsAll(const Turn& turn) { return (turn.changed & readByNetworks) != 0; }
/// Tells of every app whose network is open or shut since it was last told (limits.md §8.1).
void tellNetworks(Turn& turn);

// Standby buckets (standby.cpp).

void apply(Turn& turn, const UsageReported& event);
void apply(Turn& turn, const BucketForced& event);
void apply(Turn& turn, const BucketPredicted& event);
/// The usage clocks at `now`.
UsageTime usageNow(const State& state, Instant now);
/// Counts on to now: to be called before what they count by changes.
void foldUsage(Turn& turn);
SaveUsageTime usageRecord(const State& state);
/// The app's history is this now; tells of another bucket than `before`.
void setUsage(Turn& turn, App& app, Bucket before, Usage usage);
/// What time alone does; `sweep`: with the predictor.
void ageUsage(Turn& turn, App& app, bool sweep);
/// The system restricts an app that loops (limits.md §2.8, jobs.md §6.7).
void restrictAsBuggy(Turn& turn, App& app);
/// Its state may be another now: what comes to the front or leaves it is use, earns, and frees.
void followState(Turn& turn, App& app);
/// Notes a use; changes bucket, holds and rewards accordingly.
void noteUse(Turn& turn, App& app, UsageKind kind);

// Quotas (quotas.cpp).

/// Opens and closes the sessions of every app by what runs now and what is free now (limits.md §3.4, §4).
void accountQuotas(Turn& turn);
/// Of one app.
void accountQuotas(Turn& turn, App& app);
/// A run has begun: it counts for the rates, and may open a session.
void noteJobStart(Turn& turn, const Running& running);

// The user's choices, grants, policy, Doze (limits.cpp).

DozeInputs dozeInputs(const State& state);
/// Doze at this moment, the device having been `was`; whether a machine changed its state.
bool ageDoze(Turn& turn, const Device& was);
/// When every app is looked at again (limits.md §2.3).
void setSweep(State& state, Now now);
/// Whatever time alone changes for apps.
void ageApps(Turn& turn);
/// Arms the clocks of these apps anew, of all where something of the device has changed.
void setAppClocks(Turn& turn, ReadSet changed, const std::set<AppId>& apps);
void apply(Turn& turn, const BatteryUseSet& event);
void apply(Turn& turn, const DataSaverExemptionSet& event);
void apply(Turn& turn, const TemporarilyAllowed& event);
void apply(Turn& turn, const PolicyChanged& event);
void apply(Turn& turn, const DozeStepped& event);
void apply(Turn& turn, const DozeHeld& event);
void apply(Turn& turn, const ShuttingDown& event);

// What the device holds back (device_limits.cpp).

/// Remembers since when each kind of work is held back, and by what.
void noteDeviceLimits(Turn& turn);

// The shell's verbs (shell.cpp).

void apply(Turn& turn, const RunJob& event);
void apply(Turn& turn, const StopJobs& event);
void apply(Turn& turn, const ForceStop& event);
void apply(Turn& turn, const ResetScheduleQuota& event);
void apply(Turn& turn, const ResetExecutionQuota& event);
void apply(Turn& turn, const MonitorBattery& event);
void apply(Turn& turn, const DockFaked& event);
/// Starts the jobs whose `run` waited for what is there now, and answers those for which it did not come in time.
void endWaits(Turn& turn);
/// Counts a report of the device that is about to replace the one before.
void hear(State& state, const Device& report, const DeviceState& was);

} // namespace stint
