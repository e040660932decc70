// Everything that can happen to the core. A request carries the call that waits for its Reply.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "contract/model/alarm.hpp"
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/day.hpp"
#include "contract/model/device.hpp"
#include "contract/model/job.hpp"
#include "contract/model/push.hpp"

namespace stint {

/// A call that waits for an answer; 0: nobody waits.
struct CallId {
    std::uint64_t value = 0;
    auto operator<=>(const CallId&) const = default;
};

// Requests of apps.

struct Schedule {
    CallId call;
    AppId app; ///< the job's owner
    std::string space;
    JobInfo info; ///< as asked for: the core validates it, and raises values that are too small (jobs.md §1.1, §1.2)
    bool newId = false;
    bool callerVisible = false;   ///< the calling process is in the foreground of its terminal, at this call
    std::optional<WorkItem> work; ///< enqueue() (jobs.md §2.5)
    bool onBehalf = false; ///< the operator schedules for a built-in app: only callerVisible counts for admission
    StartTerms terms;
};
/// A job of a list, and the others of that list that it waits for, by their places in it, from 0 (jobs.md §2.7).
struct JobOfList {
    JobInfo info;
    StartTerms terms;
    std::vector<std::int32_t> after;        ///< they must succeed
    std::vector<std::int32_t> afterFailure; ///< they must end otherwise

    static constexpr auto noun = "";
    static constexpr auto fields = [](auto& field, auto& job) { // beside the job's own dictionary
        field.some("terms", job.terms);
        field.some("after", job.after);
        field.some("afterFailure", job.afterFailure);
    };
    bool operator==(const JobOfList&) const = default;
};
/// Schedules all of `jobs`, or none. The other members are as in Schedule, the same for each.
struct ScheduleAll {
    CallId call;
    AppId app;
    std::string space;
    std::vector<JobOfList> jobs;
    bool newId = false;
    bool callerVisible = false;
    bool onBehalf = false;
};
struct Cancel {
    CallId call;
    AppId app;
    std::string space;
    JobId id;
    bool byOperator = false; ///< the shell's `cancel`: 13/canceled, and an unknown job is an error
};
struct CancelAll {
    CallId call;
    AppId app;
    std::optional<std::string> space; ///< nullopt: every namespace
    bool byOperator = false;
};
struct JobFinished {
    AppId app; ///< the reporting process's app
    RunId run;
    bool reschedule = false;
    Outcome outcome;
};
struct NotificationSet {
    CallId call;
    AppId app;
    RunId run;
    std::int32_t id = 0;
    Notification notification;
    JobEndNotificationPolicy endPolicy = JOB_END_NOTIFICATION_POLICY_DETACH;
};
struct BytesUpdated {
    AppId app;
    RunId run;
    bool estimate = false; ///< the estimated payload; else the bytes transferred
    Bytes down = NETWORK_BYTES_UNKNOWN;
    Bytes up = NETWORK_BYTES_UNKNOWN;
    std::optional<std::uint64_t> item; ///< set: for this item of its work alone (jobs.md §4.7)
};

/// dequeueWork(): the next item, or nothing, which ends the job where none is left to complete (jobs.md §2.5).
struct DequeueWork {
    CallId call;
    AppId app;
    RunId run;
};
struct CompleteWork {
    CallId call;
    AppId app;
    RunId run;
    std::uint64_t item = 0;
};
/// The app lost its parameters without reporting (jobs.md §4.2).
struct Abandoned {
    AppId app;
    RunId run;
};
/// The notification that a foreground service shows the user as long as it lasts.
struct ServiceNotification {
    std::int32_t id = 0;
    Notification notification;
};
/// startForegroundService and its end (jobs.md §5.5). The edge has seen that the manifest declares the service so.
struct ForegroundServiceAsked {
    CallId call;
    AppId app;
    std::string service;
    bool start = true;
    std::optional<ServiceNotification> shows; ///< nullopt: a simulated one, which shows nothing
    bool resumes = false;                     ///< begun under a daemon that has died since; its process lives on
    std::optional<std::int32_t> only; ///< of an end: the one notification that it takes back; the last one ends it
};

/// createNotificationChannel() (jobs.md §5.1); one that exists changes its name only.
struct ChannelCreated {
    CallId call;
    AppId app;
    Channel channel;
};
/// deleteNotificationChannel() (jobs.md §5.3).
struct ChannelDeleted {
    CallId call;
    AppId app;
    std::string id;
};

// Reports of edges about an app's processes.

struct Connected {
    RunId run;
}; ///< the service is there: BINDING is over
struct BindFailed {
    RunId run;
    std::string why;
}; ///< its command cannot be started, or the service refused
struct StartAnswered {
    RunId run;
    bool ongoing = false;
};
struct StopAnswered {
    RunId run;
    bool reschedule = false;
};
/// The process that hosted the run is dead or its connection is lost, and nothing of the run is alive any more.
/// `crash` where it died by itself: that feeds the crash guard (jobs.md §12.3).
struct RunLost {
    RunId run;
    bool crash = false;
    std::string how; ///< the way it ended, in words; empty: unknown
};
struct NotificationTapped {
    AppId app;
    std::int32_t id = 0;
    std::string key;
    bool granted = false; ///< its activation token came first, and AppTapped with it
};

struct NotificationDismissed {
    AppId app;
    std::int32_t id = 0;
};

// Reports of edges about apps and the device.

struct AppInstalled {
    Manifest manifest;
}; ///< also an update of one that is installed
struct AppUninstalled {
    AppId app;
};
struct AppSeen {
    AppId app;
    bool visible = false;
    bool running = false;
    bool maybeVisible = false;
};

/// The answer to a CountSurvivors.
struct SurvivorsCounted {
    AppId app;
    std::uint32_t left = 0;
};

/// The conditions from windows and permissions that let an app start from the background (jobs.md §2.3).
struct AppConditions {
    AppId app;
    std::set<std::string, std::less<>> conditions;
};
/// The user tapped the app's notification, or a launcher handed it an activation token.
struct AppTapped {
    AppId app;
};
/// Something that jobs may watch has changed (jobs.md §3.2).
struct ContentChanged {
    std::string path;
};
/// Some of the content that the app's jobs watch is not watched, and why; an empty `why`: all of it is.
struct ContentShort {
    AppId app;
    std::string why;
};
/// The wall clock was set: the event's own Now shows it (jobs.md §7.3).
struct ClockSet {};

// Actions of a person.

struct AppOpened {
    CallId call;
    AppId app;
}; ///< `stint start`: takes the crash guard's mark away (jobs.md §12.3)
struct AppStatePinned {
    CallId call;
    AppId app;
    std::optional<ProcessState> state; ///< nullopt: no longer pinned
};
/// The permissions that the user has taken back from the app; an empty set gives all of them again (jobs.md §2.3).
struct PermissionsRevoked {
    CallId call;
    AppId app;
    std::set<std::string, std::less<>> revoked;
};
struct StopApp {
    CallId call;
    AppId app;
}; ///< the Task Manager's Stop (jobs.md §5.4)
struct ForceStop {
    CallId call;
    AppId app;
}; ///< jobs.md §7.4
/// `cmd jobscheduler run` (jobs.md §8).
struct RunJob {
    CallId call;
    JobKey key;
    Override how = Override::Soft;
    bool patient = false; ///< where a network alone is missing, the reply waits for it, up to job.run_wait
};
/// `stint pause` and `stint resume` (jobs.md §14.2).
struct HoldJob {
    CallId call;
    JobKey key;
    bool on = true;
    bool callerVisible = false; ///< as in Schedule; likewise below
};
/// `stint edit`: other conditions for a job that is there (jobs.md §14.4).
struct EditJob {
    CallId call;
    JobKey key;
    std::vector<Condition> conditions;
    bool callerVisible = false;
};
/// `stint retry`: the job's back-off is over, or it is scheduled again as it was (jobs.md §14.3).
struct RetryJob {
    CallId call;
    JobKey key;
    bool callerVisible = false;
};
/// `stint move`: the job goes elsewhere among its equals (jobs.md §14.6).
struct MoveJob {
    CallId call;
    JobKey key;
    MoveTo to = MoveTo::Top;
    bool callerVisible = false;
};
/// `stint clear`: an ended job goes off the lists (jobs.md §14.3).
struct ClearEnded {
    CallId call;
    JobKey key;
    bool all = false; ///< all of the key's app; where that is empty, of every app
};
/// `cmd jobscheduler timeout` and `stop`: every matching job in EXECUTING. nullopt: any.
struct StopJobs {
    CallId call;
    std::optional<AppId> app;
    std::string space;
    std::optional<JobId> id;
    Ending ending;
};
/// `cmd jobscheduler reset-execution-quota`: the app has used nothing of its quotas (limits.md §3, §4).
struct ResetExecutionQuota {
    CallId call;
    AppId app;
};
/// `cmd jobscheduler reset-schedule-quota`.
struct ResetScheduleQuota {
    CallId call;
};
/// `cmd jobscheduler monitor-battery`: every change of the battery counts as one, not only those that decide.
struct MonitorBattery {
    CallId call;
    bool on = true;
};
/// `cmd jobscheduler trigger-dock-state`.
struct DockFaked {
    CallId call;
    bool idle = true;
};
struct DeviceChanged {
    CallId call; ///< that of `stint device set`, else none
    Device device;
};

// The limits (limits.md).

/// Something that the usage history records (limits.md §2.4).
struct UsageReported {
    CallId call;
    AppId app;
    UsageKind kind = UsageKind::Interaction;
};
/// A bucket by force: a person's (limits.md §2.7), or the system's (§2.8).
struct BucketForced {
    CallId call;
    AppId app;
    Bucket bucket = Bucket::Restricted;
    bool bySystem = false;
};
/// An outside predictor's choice of a bucket (limits.md §2.6).
struct BucketPredicted {
    CallId call;
    AppId app;
    Bucket bucket = Bucket::Active;
};
struct BatteryUseSet {
    CallId call;
    AppId app;
    BatteryUse use = BatteryUse::Optimized;
};
struct DataSaverExemptionSet {
    CallId call;
    AppId app;
    bool exempt = false;
};
/// The temporary allowlist (limits.md §6.6); a new grant replaces the old one's end.
struct TemporarilyAllowed {
    CallId call;
    AppId app;
    Duration length{0};
};
/// The constants have changed (limits.md §1.5); the new ones are checked already.
struct PolicyChanged {
    CallId call;
    Constants constants;
};
/// The wall clock has that zone from now on.
struct ZoneRead {
    TimeZone zone;
};
/// An edge counts the bytes of the app's processes from now on, or no longer (limits.md §14).
struct NetworkCounted {
    AppId app;
    bool on = true;
    bool tells = false; ///< it reports by itself when a MarkNetwork is passed; else it is asked now and then
};
/// The answer to a CountNetwork, or the report that a MarkNetwork is passed: the app's use since the NetworkUsed
/// before.
struct NetworkUsed {
    AppId app;
    bool metered = false; ///< this, `roaming` and `job` are the question's
    bool roaming = false;
    std::optional<JobKey> job;
    Bytes received = 0;
    Bytes sent = 0;
};
/// An AlarmManager's call. `alarm.requested` is the time as asked for; the window too, where its kind has one.
struct AlarmSet {
    CallId call;
    Alarm alarm;
};
struct AlarmCancelled {
    CallId call;
    AppId app;
    std::string tag;
};
/// The app's receiver or connector has taken an alarm or a message, or was given up: it no longer holds a window open.
struct DeliveryEnded {
    AppId app;
    std::uint64_t delivery = 0;
    bool taken = true; ///< false: a connector has not taken a message, which is tried again (push.md §4.3)
};
struct MessageArrived {
    CallId call;
    AppId app;
    std::string receiver;
    Urgency urgency = Urgency::Normal;
    std::optional<Duration> ttl; ///< nullopt: push.ttl_max
    std::string topic;
    std::string data;
};
/// The app gets messages from elsewhere at this place from now on (push.md §4.4). One that is known by the name already
/// keeps what was read.
struct Registered {
    CallId call;
    std::string name;
    AppId app;
    std::string receiver;
    std::string connector;
    std::string details;
    std::string endpoint;
    std::string own;      ///< a receiver's, by its app's name for it: the line makes what is wanted there
    std::string replaces; ///< the registration that is to get another token, where this is made in its place
    std::string caller;   ///< one word for the process that asks for it; empty: none does
};
/// An app wants messages from elsewhere for one of its receivers, under a name of its own (push.md §4.4).
struct PushWanted {
    CallId call;
    AppId app;
    std::string name;
    std::string receiver;
    std::string vapid;
    bool encrypted = true;
};
struct PushUnwanted {
    CallId call;
    AppId app;
    std::string name;
};
/// A registration has ended; its connector knows it.
struct Unregistered {
    CallId call;
    std::string name;
    bool everywhere = false; ///< the server knows it, too: the name is forgotten
};
/// The app's registrations, or all apps' where it has no name, are to get other tokens (push.md §4.4).
struct RegistrationsRotated {
    CallId call;
    AppId app;
};
/// The app's registrations end, and its connectors are told so (push.md §4.4).
struct RegistrationsRevoked {
    CallId call;
    AppId app;
};
/// The session bus knows the name, since somebody owns it or it could start somebody, or it does not (push.md §4.3).
struct ConnectorSeen {
    std::string connector;
    bool known = false;
};
/// Messages that the line has read (push.md §4.1), in the order of the store. Its reply is the acknowledgement: all of
/// it is written down then.
struct LineRead {
    CallId call;
    std::string stream;
    std::vector<LineEpoch> epochs; ///< those that are newer than the one it asked by, oldest first
    std::vector<LineMessage> messages;
    std::vector<LineCursor> cursors;  ///< where it passed over messages that cannot be taken
    std::vector<Subject> missed;      ///< of these the store no longer has all that came
    std::vector<std::string> misused; ///< registrations of which the server has refused too many posts (push.md §3)

    /// It tells nothing but the store.
    bool isEmpty() const {
        return epochs.empty() && messages.empty() && cursors.empty() && missed.empty() && misused.empty();
    }
};
/// The line is connected, and asks by `keepAlive` whether it has missed anything (push.md §4.1), or it is not.
struct LineReported {
    bool up = false;
    Duration keepAlive{0}; ///< as learned for the present network; 0: it need not ask
    std::string server;    ///< that it is connected to
    std::string trouble;   ///< why it is not
    Duration roundTrip{0}; ///< its server's last answer took so long; 0: nobody knows
};
/// The line has passed over messages, besides those that it has told of before.
struct LinePassedOver {
    std::vector<LeftOut> what;
};
/// The line sees which app shows notifications, or why it does not (push.md §4.3).
struct NotificationsWatched {
    bool on = false;
    std::string trouble;
};
/// The app shows a notification, as the line has seen.
struct AppShowed {
    AppId app;
};
/// `cmd deviceidle`: one step of a machine, or (DozeHeld) the state that a person holds Doze in.
struct DozeStepped {
    CallId call;
    bool light = false;
};
struct DozeHeld {
    CallId call;
    std::optional<DozeForce> force; ///< nullopt: let go
};
/// The daemon or the machine is about to stop: values that only grow with time are written down.
struct ShuttingDown {};

/// A deadline of the core has come.
struct Tick {};

using Event =
    std::variant<Schedule, ScheduleAll, Cancel, CancelAll, JobFinished, NotificationSet, BytesUpdated, DequeueWork,
                 CompleteWork, Abandoned, ForegroundServiceAsked, ChannelCreated, ChannelDeleted, Connected, BindFailed,
                 StartAnswered, StopAnswered, RunLost, NotificationTapped, NotificationDismissed, AppInstalled,
                 AppUninstalled, AppSeen, SurvivorsCounted, AppConditions, AppTapped, ContentChanged, ContentShort,
                 ClockSet, AppOpened, AppStatePinned, PermissionsRevoked, StopApp, ForceStop, RunJob, HoldJob, RetryJob,
                 ClearEnded, EditJob, MoveJob, StopJobs, ResetExecutionQuota, ResetScheduleQuota, MonitorBattery,
                 DockFaked, DeviceChanged, UsageReported, BucketForced, BucketPredicted, BatteryUseSet,
                 DataSaverExemptionSet, TemporarilyAllowed, PolicyChanged, ZoneRead, NetworkCounted, NetworkUsed,
                 AlarmSet, AlarmCancelled, DeliveryEnded, MessageArrived, Registered, PushWanted, PushUnwanted,
                 Unregistered, RegistrationsRotated, RegistrationsRevoked, ConnectorSeen, LineRead, LineReported,
                 LinePassedOver, NotificationsWatched, AppShowed, DozeStepped, DozeHeld, ShuttingDown, Tick>;

} // namespace stint
