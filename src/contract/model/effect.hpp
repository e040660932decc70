// Everything the core can do to the world: calls of apps, actions of edges, replies, and the trace of what happened.
// Before them stand the names of Stint's own notifications on the desktop and of its actions on those of jobs (jobs.md
// §5.6). Keys that begin with "stint:" are ours alone.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "contract/model/event.hpp"

namespace stint {

/// The owner of Stint's own notifications: no app can have this name.
inline constexpr std::string_view noticeOwner = "stint:notices";
/// The Task Manager's desktop entry, by which desktops know them.
inline constexpr std::string_view taskManagerEntry = "org.stint.TaskManager";

namespace press {
inline constexpr std::string_view ours = "stint:";
inline constexpr std::string_view later = "stint:later";   ///< holds the job until Resume
inline constexpr std::string_view resume = "stint:resume"; ///< lets the job go on
inline constexpr std::string_view runAnyway = "stint:run"; ///< starts the job, whatever it waits for
inline constexpr std::string_view cancel = "stint:cancel"; ///< cancels the job for good
inline constexpr std::string_view allow = "stint:allow";   ///< lets a fleet's campaign begin here (fleet.md §6.4)
inline constexpr std::string_view refuse = "stint:refuse"; ///< has it rejected
inline constexpr std::string_view why = "stint:why";       ///< opens the Task Manager, at that job
inline constexpr std::string_view open = "stint:open";     ///< opens the Task Manager
inline constexpr std::string_view whole = "default"; ///< the notification is pressed; an app may have the key, too
} // namespace press

/// A shell verb's output (jobs.md §8).
struct VerbAnswer {
    std::int32_t code = 0; ///< Android's; a process exits with its low byte
    std::string out;       ///< lines for stdout
    std::string err;       ///< lines for stderr
};

/// The answer to a request: an Error, or that it is done. `result` and `id` are schedule()'s (jobs.md §2.1).
struct Reply {
    CallId call;
    std::optional<Error> error;
    JobId id;
    std::vector<JobId> ids;           ///< ScheduleAll's, in the order of its list
    std::uint32_t count = 0;          ///< KillApp's processes; StopJobs' runs
    std::vector<JobKey> jobs;         ///< StopJobs' jobs
    std::optional<WorkItem> item;     ///< DequeueWork's
    std::optional<VerbAnswer> answer; ///< a shell verb's
};

/// Connect the run's service: an app's own process that hosts it, else a new one. Answered by Connected, BindFailed
/// or RunLost.
struct Bind {
    RunId run;
    JobKey key;
    std::string service;
    RunTerms terms;
    Override override = Override::None; ///< how its start overrode its constraints
    bool guarded = false;               ///< a person's own program (jobs.md §14.5), which is no background work
};
/// A bound run has these terms from now on.
struct RunChanged {
    RunId run;
    RunTerms terms;
};
struct CallStart {
    RunId run;
    JobKey key;
    std::string service;
    JobInfo info;
    JobClass kind = JobClass::Regular;
    std::optional<Network> network;
    Bytes rate = 0; ///< bytes a second that all transfers may move together; 0: no limit (limits.md §15)
    bool overdue = false;
    Duration left{0};                       ///< until its maximum limit (jobs.md §4.4)
    std::vector<std::string> triggeredUris; ///< the content that changed (jobs.md §3.2)
    std::vector<EndedJob> ended;            ///< those that it has waited for (jobs.md §14.1)
};
struct CallStop {
    RunId run;
    StopReason reason = STOP_REASON_UNDEFINED;
    InternalReason internal = InternalReason::Unknown; ///< not shown to the app
};
struct CallNetworkChanged {
    RunId run;
    Network network;
    Bytes rate = 0; ///< as in CallStart
};
struct CallAction {
    RunId run;
    std::string key;
};
/// An action of a foreground service's notification was pressed (jobs.md §5.5).
struct CallServiceAction {
    AppId app;
    std::string service;
    std::int32_t notification = 0; ///< its number
    std::string key;
};
/// The run's command is frozen from now on, or thawed (jobs.md §14.5).
struct CallFreeze {
    RunId run;
    bool on = true;
};
/// The run is over. A service that hosts nothing any more is let go.
struct EndRun {
    RunId run;
};
/// All of the app's processes die at once: cgroup.kill.
struct KillApp {
    AppId app;
    std::string reason; ///< "user", "unresponsive"
    CallId call{};      ///< the call to answer with their number, which the edge that kills them counts; 0: none
};

/// Shows a notification on the desktop, or updates it: each one at most once in job.notification_update.
struct ShowNotification {
    AppId app;
    std::int32_t id = 0;
    Notification notification;
    bool userInitiated = false;             ///< belongs to a running user-initiated job
    bool ongoing = false;                   ///< a running job or foreground service uses it; else it was left behind
    std::string importance;                 ///< its channel's: one of channelImportances
    std::vector<Notification::Action> ours; ///< Stint's, behind the app's own (contract/model/effect.hpp)

    bool operator==(const ShowNotification&) const = default;
};
struct WithdrawNotification {
    AppId app;
    std::int32_t id = 0;
};

/// A person wants to see the Task Manager, at this job (jobs.md §5.6).
struct OpenTaskManager {
    std::optional<JobKey> job;
};

/// Count the processes that a Stop has killed and that are still there (jobs.md §5.4). SurvivorsCounted answers.
struct CountSurvivors {
    AppId app;
};

/// An alarm goes off: the app's receiver is started and given it. Answered by DeliveryEnded.
struct DeliverAlarm {
    std::uint64_t delivery = 0;
    Alarm alarm;
    std::int64_t count = 1; ///< repeats it stands for
};
struct DeliverMessage {
    std::uint64_t delivery = 0;
    PushMessage message;
    bool high = false;     ///< delivered with high priority (limits.md §8.5, downgrade)
    std::string connector; ///< the bus name that is given it, by the line; empty: a receiver of the manifest
    std::string own;       ///< the app's name for the registration that it came for
    bool news = false;     ///< no message: its data is the registration's endpoint; empty: that has ended
};
/// The line asks the server whether it has missed anything, which keeps it alive (push.md §4.1).
struct CheckLine {};

/// The app's background network is open, or shut, from now on (limits.md §8.1).
struct NetworkAccess {
    AppId app;
    bool allowed = true;
    std::string because; ///< the rule that shuts it
};

/// Count the app's use of the network since the last count. NetworkUsed answers, where an edge counts it.
struct CountNetwork {
    AppId app;
    bool metered = false; ///< the network it went over
    bool roaming = false;
    std::optional<JobKey> job; ///< the job of a run that has ended without reporting its bytes
};

/// Send one NetworkUsed unasked as soon as the app's count reaches `at`, if the edge reports by itself
/// (NetworkCounted). It replaces the mark before.
struct MarkNetwork {
    AppId app;
    bool metered = false; ///< the network it goes over
    bool roaming = false;
    std::optional<Bytes> at; ///< counted since NetworkCounted; nullopt: no report
    bool operator==(const MarkNetwork&) const = default;
};

/// A sleep that begins waits, or no longer waits, for runs that are being asked to stop (limits.md §13, Suspend).
struct DelaySleep {
    bool on = true;
};

/// The machine is kept from going to sleep by itself, or no longer, for user-initiated jobs (limits.md §13, Suspend).
struct KeepAwake {
    bool on = false;
    std::string because; ///< in a word: mains, battery; idle, stall, lid, battery_level, battery_time, sleep
};

/// One line of what happened, in scenario.md's vocabulary: the daemon's log, `stint watch` and the simulator's trace.
struct Trace {
    enum class What : std::uint8_t {
        Scheduled,
        Replaced,
        Refused,
        Cancelled,
        Started,
        Stopped,
        Finished,
        Rescheduled,
        Dropped,
        Notified,
        NotificationRemoved,
        NetworkChanged,
        Unresponsive,
        Killed,
        Work,
        Alarm,
        Arrived,
        Message,
        Taken,
        NotTaken,
        Line,
        Registration,
        Network,
        Bucket,
        HeldBack,
        Doze,
        Sleep,
        Wake,
        Frozen,
        Thawed,
        Digest,
        Survived,
    };
    What what = What::Scheduled;
    AppId app;
    std::optional<JobKey> job;
    // Each is set where scenario.md's table names it for this `what`.
    std::optional<StopReason> reason;
    std::optional<bool> asked;
    std::optional<JobClass> kind;
    std::optional<bool> rescheduled;
    std::optional<Instant> earliest;
    std::optional<std::int32_t> failures;
    std::optional<std::int32_t> notification;
    std::optional<bool> userInitiated;
    std::string result; ///< scheduled, refused: "success", "failure", "SecurityException", …; message that is not
                        ///< delivered: "expired", "replaced", "deleted", "unregistered"; "deleted_note";
                        ///< line that is closed: "flood"; registration: "rotates", "rotated", "retired", "revoked",
                        ///< "gone"
    std::string during; ///< unresponsive: bind, start, stop, notification; killed: the reason
    std::optional<Duration> ran;
    std::optional<bool> overdue;
    std::optional<WorkItem> item;      ///< work
    std::string tag;                   ///< alarm; arrived: the topic
    std::optional<Duration> lateBy;    ///< alarm, message: after the time that it was set for, or arrived at
    std::optional<std::int64_t> count; ///< alarm; digest: jobs; survived: processes
    std::optional<Urgency> urgency;    ///< message: when delivered
    std::optional<Urgency> original;   ///< arrived, message, taken, not taken: when it was sent
    std::optional<bool> allowed;       ///< network
    std::string because; ///< message: what held it last; network, bucket, held back; wake: the cause; frozen: what its
                         ///< guard lacks; digest; line: "keepalive"
    std::string until;   ///< bucket: what ends its time in a worse one
    std::string machine; ///< doze: deep, light
    std::string from;    ///< bucket, doze; arrived: "spot", "line"
    std::string to;      ///< sleep: waiting, asleep, awake; line: "h,n", what it fetches
};
std::string_view nameOf(Trace::What);

using Effect = std::variant<Reply, Bind, RunChanged, CallStart, CallStop, CallNetworkChanged, CallAction,
                            CallServiceAction, CallFreeze, EndRun, KillApp, ShowNotification, WithdrawNotification,
                            OpenTaskManager, CountSurvivors, DeliverAlarm, DeliverMessage, LineWanted, CheckLine,
                            NetworkAccess, CountNetwork, MarkNetwork, DelaySleep, KeepAwake, Trace>;

} // namespace stint
