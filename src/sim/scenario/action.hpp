// The entries of a timeline: what happens, by the verbs of scenario.md, or what is expected at that moment. Plain
// values; play.cpp performs them, and the judge checks expectations.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "contract/model/event.hpp"
#include "contract/model/job.hpp"
#include "contract/record/event_json.hpp"
#include "sim/scenario/setup.hpp"
#include "stint/job_info.hpp"
#include "work/engine/spec.hpp"

namespace stint::sim {

namespace action {

// The device.
struct ChangeDevice {
    DeviceWords change;
};
struct Reboot {
    Duration offFor{0};
    std::optional<WallTime> clock; ///< the wall clock at boot
};
struct SetClock {
    WallTime to;
};
struct RestartDaemon {};
struct SwitchPolicy {
    std::string policy;
};

// Apps.
struct ChangeApp {
    AppId app;
    std::optional<ProcessState> state;
    std::optional<std::string> bucket;
    std::optional<std::string> batteryUsage;
    std::optional<bool> dataSaverExempt;
    std::optional<std::set<std::string, std::less<>>> conditions;
    std::optional<bool> maybeVisible;
    std::optional<bool> recentsTask;
    std::optional<std::set<std::string, std::less<>>> permissions;
    std::optional<Duration> tempAllowlist;
};
struct Tap {
    AppId app;
};
struct Use {
    AppId app;
    std::string kind;
};
struct ForegroundService {
    AppId app;
    bool start = true;
    std::optional<std::string> expect;
};
struct StopApp {
    AppId app;
};
struct ForceStop {
    AppId app;
};
struct Crash {
    AppId app;
};
struct Uninstall {
    AppId app;
};
struct Update {
    AppId app;
};
struct Install {
    std::map<AppId, AppSetup> apps;
};
struct Restrict {
    AppId app;
};
struct Predict {
    AppId app;
    std::string bucket;
};

// Jobs.
struct Schedule {
    JobKey job;
    JobInfo::Builder asked; ///< not built yet: a forbidden combination is the app's mistake, not the file's
    std::vector<std::string> items;
    Behaviour behaves;
    std::optional<std::string> expect;
    StartTerms terms;
    std::optional<Duration> waitMost; ///< after this its conditions loosen
};
struct ScheduleAll {
    std::vector<Schedule> jobs; ///< all of one app and namespace, without items of work
    std::optional<std::string> expect;
};
struct Enqueue {
    JobKey job;
    std::string item;
    std::optional<std::string> expect;
};
struct Cancel {
    JobKey job;
};
struct Hold {
    JobKey job;
};
struct Resume {
    JobKey job;
};
struct Retry {
    JobKey job;
};
struct Edit {
    JobKey job;
    std::vector<Condition> conditions;
};
struct Move {
    JobKey job;
    MoveTo to = MoveTo::Top;
};
struct CancelAll {
    AppId app;
    std::optional<std::string> space; ///< nullopt: every namespace
};
struct Finish {
    JobKey job;
    bool reschedule = false;
};
struct CompleteWork {
    JobKey job;
    std::string item;
};
struct ChangeContent {
    std::string path;
};
struct Notify {
    JobKey job;
    std::int32_t id = 0;
    JobEndNotificationPolicy end = JOB_END_NOTIFICATION_POLICY_DETACH;
};
struct Dismiss {
    AppId app;
    std::int32_t id = 0;
};
struct TellBytes {
    JobKey job;
    bool estimate = false; ///< update_bytes; else transferred
    Bytes down = NETWORK_BYTES_UNKNOWN;
    Bytes up = NETWORK_BYTES_UNKNOWN;
};

// The work layer (jobs.md §10).
struct EnqueueWork {
    struct Request {
        std::string id;
        std::vector<std::string> follows;
        work::Spec spec;
        Duration runsFor{0};
        std::vector<std::string> answers; ///< one for each run; the last one also for all further runs
        work::Data output;                ///< of a run that succeeds, or fails
        work::Data progress;              ///< set as each run begins, if not empty
        bool foreground = false;          ///< it calls setForeground() as each run begins
    };
    AppId app;
    std::vector<Request> requests;
    bool updates = false;   ///< updateWork() of the one request
    bool inProcess = false; ///< this process sees that its app is visible
    std::string unique;     ///< empty: no name
    std::string policy;     ///< "keep", …
    std::optional<std::string> expect;
};
struct CancelWork {
    AppId app;
    std::string id;  ///< empty: by the others
    std::string tag; ///< empty: by the others
    std::string name;
    bool all = false;
    bool prune = false; ///< nothing is cancelled, but what has ended is forgotten
};

// Alarms and messages (limits.md).
struct SetAlarm {
    AppId app;
    std::string tag;
    std::string type;
    std::optional<Duration> after;
    std::optional<WallTime> time;
    std::optional<Duration> window;
    std::optional<Duration> every;
    bool wakeup = true;
    std::optional<std::string> expect;
};
struct CancelAlarm {
    AppId app;
    std::string tag;
};
struct Push {
    AppId app;
    std::string priority;
    std::optional<Duration> ttl;
    std::string topic;
    bool notifies = false;
    Bytes bytes = 0;      ///< its length, where that is more than what it says
    bool viaLine = false; ///< from elsewhere, to the app's first registration; else on the spot
};
/// The device's line to the server, and the server (push.md §6).
struct ChangeLine {
    std::optional<bool> up;
    std::optional<Duration> keepAlive; ///< how often it asks whether it has missed anything
};
struct ChangeServer {
    bool up = true;
};

// Commands.
struct RunVerb {
    std::vector<std::string> words; ///< those behind `stint`
    std::optional<std::int64_t> expectExit;
};

// Recordings.
struct Recorded {
    record::Input input;
    std::optional<WallTime> wall;     ///< where the wall clock has changed otherwise than by the time
    std::vector<std::string> effects; ///< its effects, each a line of the trace as JSON
};

// Answers of an app whose runs are external.
struct Tick {};
struct Connected {
    JobKey job;
};
struct AnswerCall {
    JobKey job;
    bool toStop = false; ///< to onStopJob; else to onStartJob
    bool yes = false;
};
struct Lost {
    JobKey job;
};

// Expectations of state.
enum class Is : std::uint8_t { Running, Pending, Absent };
struct ExpectJob {
    JobKey job;
    std::optional<Is> is;
    std::optional<std::set<PendingReason>> why;
    bool nextUnknown = false;
    std::optional<Duration> next;
    std::optional<std::int64_t> failures;
    std::optional<bool> keepsAwake; ///< its run keeps the machine awake
};
struct ExpectWork {
    AppId app;
    std::string id;
    std::optional<std::string> is; ///< "succeeded", …; "absent"
    std::optional<std::int64_t> attempts;
    std::optional<std::int64_t> begun; ///< runs that began, all in all
    std::optional<Duration> next;
    std::optional<std::int64_t> generation;
    std::optional<std::string> stopReason; ///< a StopReason's name, "UNKNOWN" or "NOT_STOPPED"
    std::optional<work::Data> input;       ///< that its last run began with
    std::optional<work::Data> output;
    std::optional<work::Data> progress;
};
struct TaskManagerRow {
    std::optional<bool> row;
    std::optional<bool> stop;
    std::optional<std::vector<std::string>> jobs; ///< "7", "sync#7"
};
struct ExpectApp {
    AppId app;
    std::optional<std::string> bucket;
    std::optional<bool> networkAllowed;
    std::optional<ProcessState> state;
    std::optional<Duration> quotaLeft;
    std::optional<Duration> expeditedLeft;
    std::optional<TaskManagerRow> taskManager;
};
struct ExpectDevice {
    std::string doze;
};

} // namespace action

using Action =
    std::variant<action::ChangeDevice, action::Reboot, action::SetClock, action::RestartDaemon, action::SwitchPolicy,
                 action::ChangeApp, action::Tap, action::Use, action::ForegroundService, action::StopApp,
                 action::ForceStop, action::Crash, action::Uninstall, action::Update, action::Install, action::Restrict,
                 action::Predict, action::Schedule, action::ScheduleAll, action::Enqueue, action::Cancel,
                 action::CancelAll, action::Hold, action::Resume, action::Retry, action::Edit, action::Move,
                 action::Finish, action::CompleteWork, action::ChangeContent, action::EnqueueWork, action::CancelWork,
                 action::Notify, action::Dismiss, action::TellBytes, action::SetAlarm, action::CancelAlarm,
                 action::Push, action::ChangeLine, action::ChangeServer, action::RunVerb, action::Recorded,
                 action::Tick, action::Connected, action::AnswerCall, action::Lost, action::ExpectWork,
                 action::ExpectJob, action::ExpectApp, action::ExpectDevice>;

} // namespace stint::sim
