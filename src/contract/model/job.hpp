// A job, one run of it, and what is kept of it when it has ended.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/containers.hpp"
#include "base/text/app_id.hpp"
#include "base/time/time.hpp"
#include "stint/job_info.hpp"
#include "stint/job_parameters.hpp"
#include "stint/notification.hpp"
#include "stint/reasons.hpp"
#include "stint/units.hpp"

namespace stint {

/// One job among all: unique in (app, namespace, id). The root namespace is empty.
struct JobKey {
    AppId app;
    SharedText space;
    JobId id;

    static constexpr auto noun = "job";
    static constexpr auto fields = [](auto& field, auto& key) {
        field("package", key.app.name);
        field("namespace", key.space);
        field("id", key.id.value);
    };
    auto operator<=>(const JobKey&) const = default;
};

/// "com.example.mail/7", "com.example.mail/sync#7".
std::string textOf(const JobKey&);

/// The class that a job runs in (jobs.md §1.4); fixed for one run.
enum class JobClass : std::uint8_t { Regular, Expedited, UserInitiated };
std::string_view nameOf(JobClass);
std::optional<JobClass> jobClassNamed(std::string_view name);
/// The class that the app asked for.
JobClass requestedKind(const JobInfo& info);

/// Constraints that are plain flags, such as requiresCharging: a bit a row of contract/model/job_fields.hpp.
using ConstraintSet = std::uint32_t;

/// The most changed paths that are remembered for one run (jobs.md §3.2).
inline constexpr std::size_t mostTriggeredUris = 50;

/// A piece of work enqueued to a job (jobs.md §2.5).
struct WorkItem {
    std::uint64_t id = 0; ///< unique in its job, in the order of the calls
    PersistableBundle extras;
    Bytes estimatedDown = NETWORK_BYTES_UNKNOWN;
    Bytes estimatedUp = NETWORK_BYTES_UNKNOWN;
    Bytes minimumChunk = NETWORK_BYTES_UNKNOWN;
    std::int32_t deliveries = 0; ///< how often it was handed out
    bool active = false;         ///< handed out in this run and not completed yet

    static constexpr auto noun = "work";
    static constexpr auto fields = [](auto& field, auto& item) {
        field.some("extras", item.extras);
        field.unless(NETWORK_BYTES_UNKNOWN, "estimatedDownloadBytes", item.estimatedDown);
        field.unless(NETWORK_BYTES_UNKNOWN, "estimatedUploadBytes", item.estimatedUp);
        field.unless(NETWORK_BYTES_UNKNOWN, "minimumNetworkChunkBytes", item.minimumChunk);
        field.where(item.id != 0, [&] { // not before it is enqueued
            field("item", item.id);
            field("deliveries", item.deliveries);
            field.some("active", item.active);
        });
    };
    bool operator==(const WorkItem&) const = default;
};

/// How far `cmd jobscheduler run` overrides the constraints of a job (jobs.md §8).
enum class Override : std::uint8_t {
    None,
    Sorting, ///< -s: only moved to the front
    Soft,    ///< overrides every explicit constraint but connectivity and content
    Full,    ///< -f: overrides everything but a missing service
};

/// jobs.md §4.6, internal codes, as dumps print them.
enum class InternalReason : std::int32_t {
    Canceled = 0,
    Constraints = 1,
    Preempt = 2,
    Timeout = 3,
    DeviceIdle = 4,
    Thermal = 5,
    RestrictedBucket = 6,
    Uninstall = 7,
    DataCleared = 8,
    RtcUpdated = 9,
    SuccessfulFinish = 10,
    UserUiStop = 11,
    Anr = 12,
    TimeoutAbandoned = 13,
    Held = 100,    ///< ours: a person holds it (jobs.md §14.2)
    Asleep = 101,  ///< ours: the machine goes to sleep (limits.md §13)
    Guarded = 102, ///< ours: the condition of a guard does not hold (jobs.md §14.5)
    Unknown = -1,
};
std::string_view nameOf(InternalReason);

/// A condition of a job in a person's words: "network" and "any", "charging" and "no" (contract/model/job_fields.hpp).
struct Condition {
    std::string name;
    std::string value;

    static constexpr auto noun = "condition";
    static constexpr auto fields = [](auto& field, auto& condition) {
        field("name", condition.name);
        field("value", condition.value);
    };
    bool operator==(const Condition&) const = default;
};

/// The fate of a guarded program while its condition does not hold (jobs.md §14.5).
enum class GuardElse : std::uint8_t {
    Freeze,  ///< it stands still where it is
    Stop,    ///< it is ended, and started anew
    Offline, ///< it runs on without a network
};
std::string_view nameOf(GuardElse);
std::optional<GuardElse> guardElseNamed(std::string_view name);

/// Where a person moves a job that waits, among its equals (jobs.md §14.6).
enum class MoveTo : std::uint8_t { Top, Up, Down, Bottom };
std::string_view nameOf(MoveTo);
std::optional<MoveTo> moveToNamed(std::string_view name);

/// The most that may run at once by the depth of a pool (jobs.md §14.1).
inline constexpr std::int32_t mostPoolDepth = 100;

/// A job that another has waited for, as that one is told of it (jobs.md §14.1).
struct EndedJob {
    JobKey key;
    std::string label;
    std::int32_t exitCode = 0; ///< 0: it has succeeded
    std::string text;          ///< its end in words
    std::string path;          ///< a transfer's file

    static constexpr auto noun = "ended job";
    static constexpr auto fields = [](auto& field, auto& ended) {
        JobKey::fields(field, ended.key);
        field("label", ended.label);
        field("exitCode", ended.exitCode);
        field("text", ended.text);
        field("path", ended.path);
    };
    bool operator==(const EndedJob&) const = default;
};

/// Terms on the start of a job beside Android's constraints (jobs.md §14.1).
struct StartTerms {
    std::vector<JobKey> after;        ///< each has to succeed first
    std::vector<JobKey> afterFailure; ///< each has to end otherwise first
    std::optional<WallTime> at;       ///< not before
    std::string
        calendar; ///< again at each such time (contract/rules/calendar.hpp): `at` is the next; empty: it ends after one
    std::optional<WallTime> loosensAt; ///< from then on it has the conditions `then` in place of its own
    std::vector<Condition> then;
    Bytes meteredBytes = NETWORK_BYTES_UNKNOWN; ///< the most to move over metered networks in all; unknown: any amount
    Bytes meteredUsed = 0;                      ///< moved so far; the core sets it (limits.md §14)
    std::string guard; ///< the guard's condition (jobs.md §14.5, contract/rules/guard.hpp); empty: it is no guard
    GuardElse guardElse = GuardElse::Freeze;
    std::optional<WallTime> promised; ///< its start, as the core forecast it when it was scheduled (jobs.md §5.6)
    SharedText pool;                  ///< its app's pool, whose depth bounds how many run at once; empty: it is in none
    std::int32_t poolDepth = 0;       ///< it starts only while fewer of its pool run; 0: it is in none
    std::vector<EndedJob> ended;      ///< those of `after` and `afterFailure` that have ended; the core sets it

    static constexpr auto noun = "start terms";
    static constexpr auto fields = [](auto& field, auto& terms) {
        field.rows("after", terms.after);
        field("at", terms.at);
        field("calendar", terms.calendar);
        field.rows("afterFailure", terms.afterFailure);
        field("loosensAt", terms.loosensAt);
        field.rows("then", terms.then);
        field("meteredBytes", terms.meteredBytes);
        field("meteredUsed", terms.meteredUsed);
        field("guard", terms.guard);
        field.word("guardElse", terms.guardElse, guardElseNamed);
        field("promised", terms.promised);
        field.some("pool", terms.pool);
        field.some("poolDepth", terms.poolDepth);
        field.someRows("ended", terms.ended);
    };
    bool operator==(const StartTerms&) const = default;
};

/// The reasons that kept a job waiting from `when` on (jobs.md §9.2); {App} where it became ready.
struct HistoryEntry {
    WallTime when;
    std::vector<PendingReason> reasons;

    static constexpr auto noun = "history";
    static constexpr auto fields = [](auto& field, auto& entry) {
        field("when", entry.when);
        field.reasons("reasons", "reasonNames", entry.reasons);
    };
    bool operator==(const HistoryEntry&) const = default;
};

/// The reason why a run ends: the one that the app is given, and the internal one that we count by.
struct Ending {
    StopReason reason = STOP_REASON_UNDEFINED;
    InternalReason internal = InternalReason::Unknown;

    bool operator==(const Ending&) const = default;
};

/// The fields of an outcome: stint/job_parameters.hpp, which apps read, has none.
inline constexpr auto fieldsOfOutcome = [](auto& field, auto& outcome) {
    field("exitCode", outcome.exitCode);
    field("text", outcome.text);
};

/// The fields of a run, its waits and its end, which PastRun and DayRun (contract/model/day.hpp) share.
inline constexpr auto fieldsOfRun = [](auto& field, auto& run) {
    field("scheduled", run.scheduled);
    field.rows("waits", run.waits);
    field("began", run.began);
    field.word("kind", run.kind, jobClassNamed);
    field("ended", run.ended);
    field.number("stopReason", run.ending.reason);
    field.derived("stopReasonName", nameOf(run.ending.reason));
    field.number("internalReason", run.ending.internal);
    field.derived("internalReasonName", nameOf(run.ending.internal));
    field("exitCode", run.outcome.exitCode);
    field("outcome", run.outcome.text);
};

/// A run that is over, and what came before it (jobs.md §9.4): an entry of its job's log.
struct PastRun {
    WallTime scheduled{};            ///< when the app asked for the job, which tells jobs of one id apart
    std::vector<HistoryEntry> waits; ///< its waits before it began, oldest first
    std::optional<WallTime> began;   ///< nullopt: the job ended without a run
    JobClass kind = JobClass::Regular;
    WallTime ended{};
    Ending ending;
    Outcome outcome;           ///< in its app's words, or in ours if its app gave none
    Bytes resumedAt = 0;       ///< bytes of its payload that it had when it began to move more
    Bytes transferredDown = 0; ///< as the app last reported
    Bytes transferredUp = 0;
    std::int32_t timeouts = 0;    ///< runs of its job that were stopped at their time limit since one ended by itself
    std::optional<WallTime> next; ///< the earliest start of its retry, or of its next period
    bool last = false;            ///< the job ended with it
    bool atLeast = false;         ///< nobody saw its end: it was then, or later
    Bytes estimatedDown = NETWORK_BYTES_UNKNOWN; ///< its payload, as the app last estimated
    Bytes estimatedUp = NETWORK_BYTES_UNKNOWN;
    Bytes moved = 0;                    ///< by the runs of its job together, up to this one (jobs.md §4.7)
    std::int32_t runs = 0;              ///< those of them that moved any
    std::optional<WallTime> firstBegan; ///< the beginning of the first of these

    static constexpr auto noun = "past run";
    static constexpr auto fields = [](auto& field, auto& run) {
        fieldsOfRun(field, run);
        field("resumedAt", run.resumedAt);
        field("transferredDown", run.transferredDown);
        field("transferredUp", run.transferredUp);
        field("next", run.next);
        field("last", run.last);
        field("timeouts", run.timeouts);
        field("atLeast", run.atLeast);
        field("estimatedDown", run.estimatedDown);
        field("estimatedUp", run.estimatedUp);
        field("moved", run.moved);
        field("movingRuns", run.runs);
        field("firstBegan", run.firstBegan);
    };
    bool operator==(const PastRun&) const = default;
};

/// The parts of a job that most jobs lack while they wait.
struct JobDetails {
    /// The end of the window a periodic job is in; a retry keeps its original window's (jobs.md §6.5).
    OptionalTime<Instant> windowEnd;
    OptionalTime<WallTime> windowEndWall;
    std::int32_t abandoned = 0; ///< runs that met their limit abandoned (jobs.md §6.4)
    std::vector<WorkItem> work; ///< oldest first
    std::uint64_t nextWork = 1;
    Duration cumulative{0}; ///< run time over its attempts
    WallTime lastSuccess{}; ///< its last run that was not tried again, and its last that was (jobs.md §7.1); 0: none
    WallTime lastFailure{};
    std::string label; ///< a word for people, from the extras "label"
    Boxed<StartTerms> terms;
    OptionalTime<WallTime> runBegan; ///< set while it runs
    Boxed<PastRun> lastRun;          ///< without its waits; default where there was none
    Boxed<PastRun> runSoFar; ///< while it runs: its entry as it would have been when its bytes were last written

    bool operator==(const JobDetails&) const = default;
};

/// A tracked job: accepted, durable, not ended. A million of them may wait, so each byte here counts.
struct Job {
    JobKey key;
    JobInfo info;
    WallTime scheduled;        ///< when the app asked
    Instant enqueued;          ///< its place in the queue; a retry, a replacement and a boot set it anew
    std::int64_t sequence = 0; ///< order of the calls, where `enqueued` is equal; a person may move it (jobs.md §14.6)
    /// The back-off's end (jobs.md §6.2), on both clocks: the first counts in this boot, the second after a reboot.
    OptionalTime<Instant> notBefore;
    OptionalTime<WallTime> notBeforeWall;
    /// When it runs whatever is missing (jobs.md §3.1 clause 5); dropped on every retry.
    OptionalTime<Instant> deadline;
    OptionalTime<WallTime> deadlineWall;
    Boxed<JobDetails> details;
    std::int16_t failures = 0; ///< at most mostAttempts, as the next
    std::int16_t systemStops = 0;
    bool demotedByUser : 1 = false; ///< jobs.md §6.6
    bool demotedBySystem : 1 = false;
    bool exemptionLost : 1 = false; ///< an expedited one lost its exemption from Doze and battery saver (jobs.md §6.4)
    bool running : 1 = false;       ///< a run is under way: written down, so that a dead daemon's runs count as lost
    /// It was loaded while the clock is wrong (jobs.md §7.3): its wall times are the right clock's, and its instants
    /// are rebuilt from them once the clock is right. Its next run ends the waiting.
    bool awaitsClock : 1 = false;
    bool held : 1 = false; ///< a person keeps it from starting (jobs.md §14.2)
};

/// Failures and system stops are counted up to this.
inline constexpr std::int16_t mostAttempts = std::numeric_limits<std::int16_t>::max();

/// Names one run of one job, over all restarts of the daemon.
struct RunId {
    std::uint64_t value = 0; ///< 0: no run
    explicit operator bool() const { return value != 0; }
    auto operator<=>(const RunId&) const = default;
};

/// jobs.md §4.1, with each state's guarantee.
enum class RunState : std::uint8_t {
    Binding,   ///< a slot is taken; the service is not connected; onStartJob was not called
    Starting,  ///< onStartJob was called, its answer is awaited
    Executing, ///< onStartJob answered true; the job works
    Stopping,  ///< onStopJob was called, its answer is awaited
};
std::string_view nameOf(RunState);
std::optional<RunState> runStateNamed(std::string_view name);

/// The kinds of slots, in the fixed order in which a job takes the first with room (jobs.md §3.6). Users in the
/// background have types of their own on Android; a daemon of one user knows none.
enum class WorkType : std::uint8_t { Top, ForegroundService, UserInitiated, Expedited, Background };
/// Its name in dumps: "top", "fgs", "ui", "ej", "bg".
std::string_view nameOf(WorkType);

/// A run's terms, settled by the circumstances at its start or later: a core that takes the run over cannot derive them
/// again.
struct RunTerms {
    JobClass kind = JobClass::Regular;
    Instant began;      ///< t0 of jobs.md §4.1: guarantee, limit and run time count from here
    Duration asleep{0}; ///< how long the machine slept while it ran: `began` is that much later
    Duration guarantee{0};
    Duration limit{0};
    WorkType type = WorkType::Background;
    std::int32_t bias = 0;           ///< its app's when it began
    bool startedOnTop = false;       ///< its app was on top when it began (limits.md §1.5)
    bool byIdlePath = false;         ///< started by the idle path of the restricted bucket (limits.md §5)
    bool pluggedEnough = false;      ///< began with power alone as its charging constraint (limits.md §10.3)
    std::optional<Instant> unfreeAt; ///< when it was first outside of free time (jobs.md §6.7)
    Bytes rate = 0;                  ///< the limit of its rate that its app was told (limits.md §15)
};

/// The bytes of one item of work that were moved in a run (jobs.md §4.7).
struct Moved {
    Bytes down = 0;
    Bytes up = 0;
};

/// The bytes that a run had in place at some time.
struct InPlace {
    Instant at;
    Bytes bytes = 0;
};

/// One run, from the slot to its end.
struct Run : RunTerms {
    RunId id;
    JobKey key;
    JobInfo info;
    RunState state = RunState::Binding;
    WallTime beganWall;
    Instant timer;                            ///< the one armed timer of the run
    std::optional<Instant> notificationDue;   ///< while a notification is owed (jobs.md §5.2)
    std::optional<std::int32_t> notification; ///< the id it is tied to
    JobEndNotificationPolicy endPolicy = JOB_END_NOTIFICATION_POLICY_DETACH;
    std::optional<Ending> ending;       ///< why it is to end, once that is known; the first reason stands
    bool dropped = false;               ///< its job was cancelled or replaced: no retry, whatever is answered
    bool overdue = false;               ///< its deadline had passed when it began
    bool abandoned = false;             ///< the app lost its parameters without reporting (jobs.md §4.2)
    bool markedForDeath = false;        ///< Stop in the Task Manager: no message goes to the app (jobs.md §5.4)
    Instant progressAt;                 ///< when it last moved a byte, or began to execute
    std::optional<Network> network;     ///< the one in its parameters
    std::optional<Network> networkNews; ///< a change during BINDING or STARTING, sent once it executes
    Duration stamped{0};                ///< how much of this run the store's cumulative time holds
    Instant written;                    ///< when its bytes were last written to the store, or it began
    Bytes estimatedDown = NETWORK_BYTES_UNKNOWN;
    Bytes estimatedUp = NETWORK_BYTES_UNKNOWN;
    Bytes transferredDown = 0;
    Bytes transferredUp = 0;
    std::optional<Bytes> resumedAt; ///< the bytes transferred that its app reported first
    Bytes gained = 0;               ///< since then, each counted that came on top
    std::array<std::optional<InPlace>, 3>
        pace;                                  ///< of the last seconds, oldest first (contract/rules/transfer_rate.hpp)
    std::map<std::uint64_t, Moved> itemsMoved; ///< by items that report their own; the totals above include them
};

/// All that a job was scheduled with. It may have secrets: it is for the store alone, never for what people see.
struct Again {
    JobInfo info;
    StartTerms terms;

    bool operator==(const Again&) const = default;
};

/// A job that has ended, with its last run: an entry of its app's history (jobs.md §0 completed_history).
struct Completed : PastRun {
    JobKey key;
    std::string label;
    std::string url;    ///< a transfer's, from its extras, without a password
    std::string path;   ///< a transfer's target or source
    Boxed<Again> again; ///< of a job that a person may retry (jobs.md §14.3); default for any other

    bool operator==(const Completed&) const = default;
};

} // namespace stint
