// An installed app: the declarations of its manifest, and all that is known of it now. Its use of its quotas
// (limits.md §3.4, §4) is kept as sessions, each a stretch of time with at least one counted job; its use of the
// network, and how much of it was wasted, by days of the wall clock (limits.md §14).
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/app_id.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/job.hpp"
#include "contract/model/push.hpp"
#include "stint/units.hpp"

namespace stint {

struct Session {
    Instant start;
    Instant end;
    std::int64_t jobs = 0;
    bool brokenOff = false; ///< by a sleep or a restart: the next newer one is the same session (limits.md §3.4)

    bool operator==(const Session&) const = default;
};

/// A session that has not ended.
struct OpenSession {
    Instant start;
    std::int64_t jobs = 0; ///< counted so far; those that have ended stay counted

    bool operator==(const OpenSession&) const = default;
};

/// A fixed window that opens at the first event after the one before it expired (limits.md §3.2).
struct RateWindow {
    std::optional<Instant> opened;
    std::int64_t count = 0;

    bool operator==(const RateWindow&) const = default;
};

/// The use of the quota of regular jobs.
struct QuotaLedger {
    std::vector<Session> sessions; ///< oldest first, those that ended within quota.history
    std::optional<OpenSession> open;
    RateWindow jobStarts;
    RateWindow sessionEnds;

    static constexpr auto fields = [](auto& field, auto& ledger) {
        field.some("sessions", ledger.sessions);
        field.some("open", ledger.open);
        field.some("jobStarts", ledger.jobStarts);
        field.some("sessionEnds", ledger.sessionEnds);
    };
    bool operator==(const QuotaLedger&) const = default;
};

/// The use of the quota of expedited jobs: a tally that sessions add to and rewards take from (limits.md §4).
struct ExpeditedLedger {
    std::vector<Session> sessions; ///< oldest first, within ej.window
    std::optional<OpenSession> open;
    Duration tally{0};
    Duration credit{0};              ///< earned while a session runs, beyond the tally: shortens that session's debit
    std::optional<Instant> topSince; ///< while the app is on top: its reward is pending

    static constexpr auto fields = [](auto& field, auto& ledger) {
        field.some("sessions", ledger.sessions);
        field.some("open", ledger.open);
        field.some("tally", ledger.tally);
        field.some("credit", ledger.credit);
        field.some("topSince", ledger.topSince);
    };
    bool operator==(const ExpeditedLedger&) const = default;
};

/// A count of one kind of thing.
struct DayTally {
    std::string of;
    std::int32_t count = 0;

    static constexpr auto noun = "tally";
    static constexpr auto fields = [](auto& field, auto& tally) {
        field("of", tally.of);
        field("count", tally.count);
    };
    bool operator==(const DayTally&) const = default;
};

/// A day as people write it: "2026-11-22".
std::string dateText(std::int32_t day);

struct AppDay {
    std::int32_t day = 0; ///< since 1970-01-01, in the machine's zone
    Bytes received = 0;
    Bytes sent = 0;
    Bytes metered = 0; ///< the part of both that went over a metered or a roaming network
    Bytes roaming = 0;
    Bytes again = 0;                ///< bytes moved a second time, because the first copy was lost
    std::vector<DayTally> cutShort; ///< runs that were stopped, by reason: "QUOTA"
    std::vector<DayTally> wakeUps;  ///< the machine's wake-ups, by cause: "exact", an alarm's kind; "window"
    std::int32_t runs = 0;          ///< those that ended that day
    Duration ran{0};                ///< their length in all

    static constexpr auto noun = "day";
    static constexpr auto fields = [](auto& field, auto& day) {
        field("day", day.day);
        field.derived("date", dateText(day.day));
        field("received", day.received);
        field("sent", day.sent);
        field("metered", day.metered);
        field("roaming", day.roaming);
        field("again", day.again);
        field.rows("cutShort", day.cutShort);
        field.rows("wakeUps", day.wakeUps);
        field("runs", day.runs);
        field("ran", day.ran);
    };
    bool operator==(const AppDay&) const = default;
};

/// The most days that are kept: a whole month, and those that a wrongly set clock may have added.
inline constexpr std::size_t mostAppDays = 40;
/// Counts of bytes stop here: a petabyte.
inline constexpr Bytes mostCountedBytes = 1'000'000'000'000'000;

// Permissions a manifest may declare, and the one a job service must be bound by.
inline constexpr std::string_view runUserInitiatedJobs = "RUN_USER_INITIATED_JOBS";
inline constexpr std::string_view receiveBootCompleted = "RECEIVE_BOOT_COMPLETED";
inline constexpr std::string_view bindJobService = "BIND_JOB_SERVICE";
inline constexpr std::string_view scheduleExactAlarm = "SCHEDULE_EXACT_ALARM"; ///< the user may take it away
inline constexpr std::string_view useExactAlarm = "USE_EXACT_ALARM";           ///< a clock's or a calendar's own

// The packages that are built in (architecture.md, running a job and who is calling).
inline constexpr std::string_view transferPackage = "org.stint.transfer";
inline constexpr std::string_view shellPackage = "org.stint.shell";
/// The namespaces of libstint-work's jobs, and of the one that has an app begin whose work waits (jobs.md §10).
inline constexpr std::string_view workNamespace = "stint.work";
inline constexpr std::string_view waitingWorkNamespace = "stint.work.waits";
/// No app: stint-push, as a caller.
inline constexpr std::string_view linePackage = "org.stint.push";
/// The prefix of guards' packages; each guard is an app of its own (jobs.md §14.5). Its name follows.
inline constexpr std::string_view guardPackages = "org.stint.guard.";
/// True for org.stint.guard.NAME, where NAME has letters, digits, "_" and "-".
bool isGuardPackage(std::string_view package);

struct Service {
    std::string name;
    std::vector<std::string> command; ///< starts a process that hosts it
    bool exported = false;
    std::string permission;     ///< needed to bind: BIND_JOB_SERVICE for a job service
    std::string foregroundType; ///< "data_sync", …: it may run in the foreground (jobs.md §5.5); empty: it may not
    bool processPerJob = false; ///< each of its jobs runs in a process of its own, which ends with the run

    bool operator==(const Service&) const = default;
};

/// "none", "min", "low", "default", "high": how much a channel's notifications may disturb.
inline constexpr std::array<std::string_view, 5> channelImportances{"none", "min", "low", "default", "high"};

struct Channel {
    std::string id;
    std::string name;
    std::string importance = "default";

    bool operator==(const Channel&) const = default;
};

/// The part of an app that takes its alarms and messages.
struct Receiver {
    std::string name;
    std::vector<std::string> command; ///< starts a process that hosts it

    bool operator==(const Receiver&) const = default;
};

/// A manifest that was read and checked.
struct Manifest {
    AppId package;
    std::string label;
    std::string version;
    std::string icon;
    std::string desktopFile;
    std::vector<std::string> command; ///< the main program, for `stint start`
    bool hasWindows = false;          ///< the main program has; it runs in a scope of its own (linux.md §A.6)
    std::string executable;           ///< /proc/PID/exe of the main program, which is recognised by it
    std::set<std::string, std::less<>> permissions;
    std::map<std::string, Service, std::less<>> services;
    std::map<std::string, Receiver, std::less<>> receivers;
    std::vector<Channel> channels; ///< "default" always exists beside them
    bool debuggable = false;
    bool system = false; ///< no Stop button in the Task Manager
    bool hidden = false; ///< no row in the Task Manager
    bool builtIn = false;
    bool legacyFgsJobsFree = false;        ///< its jobs are free while it runs a foreground service (limits.md §1.5)
    bool legacyTopStartedJobsFree = false; ///< its jobs that began while it was on top are free (limits.md §1.5)
    std::string file;                      ///< where it was read

    bool declares(std::string_view permission) const { return permissions.contains(permission); }
    bool operator==(const Manifest&) const = default;
};

/// How near an app is to the user, best first (jobs.md §3.5).
enum class ProcessState {
    Top,               ///< focused: what the user is looking at
    Visible,           ///< it has a visible window, or a terminal's foreground
    ForegroundService, ///< it runs a foreground service
    Background,        ///< it has processes, none is seen
    NotRunning,        ///< it has none
};

/// The user's choice for an app's use of the battery (limits.md §9).
enum class BatteryUse : std::uint8_t { Optimized, Unrestricted, Restricted };
std::string_view nameOf(BatteryUse);
std::optional<BatteryUse> batteryUseNamed(std::string_view name);

/// An app's state that outlives the daemon. contract/rules/app_memory decides which of it outlives the boot, too.
struct AppMemory {
    AppId app;
    std::optional<ProcessState> pinned; ///< the state a person has set (`stint app PACKAGE --state`)
    bool seen = false;               ///< on screen: if still so after a restart, that is no new use (limits.md §2.4)
    std::vector<Instant> crashes;    ///< within job.crash_guard.window, oldest first
    std::optional<Instant> badUntil; ///< the crash guard's rest (jobs.md §12.3)
    Usage usage;
    BatteryUse batteryUse = BatteryUse::Optimized;
    bool dataSaverExempt = false;            ///< the user lets it use data under Data Saver
    std::optional<Instant> allowlistedUntil; ///< end of its temporary allowlisting; kept for ej.grace_temp_allowlist
    std::optional<Instant> mayServeUntil; ///< end of a delivery's right to start a foreground service (jobs.md §5.5)
    QuotaLedger quota;
    ExpeditedLedger expedited;
    std::vector<Instant> alarms; ///< delivery instants that count for the bucket, oldest first (limits.md §7.4)
    std::vector<Instant> whileIdleAlarms;              ///< likewise of while-idle alarms in Doze or battery saver
    std::vector<PushNote> pushes;                      ///< within push.window, oldest first
    std::map<JobClass, std::vector<Instant>> timeouts; ///< within job.safeguard.timeout_window, oldest first (§6.7)
    std::vector<Instant> silences;                     ///< within job.safeguard.unresponsive_window, oldest first
    std::optional<Instant> grantUntil;                 ///< end of the few seconds after a tap (jobs.md §2.3)
    std::optional<Instant> leftTop;                    ///< when it last left the top, while it is not there
    std::optional<Instant> leftForeground; ///< when it was last visible or ran a foreground service, while neither
    /// Foreground services it has not ended; true: begun while it might start UI. A process that outlives the daemon
    /// begins them anew (jobs.md §2.3, §12.5).
    std::map<std::string, bool, std::less<>> services;
    /// Notification channels that it created or renamed itself (jobs.md §5.1); they outlive a boot.
    std::vector<Channel> channels;
    /// Permissions that its manifest declares and the user has taken back (jobs.md §2.3); they outlive a boot.
    std::set<std::string, std::less<>> revoked;
    /// Its use of the network by day, and how much of it was wasted (limits.md §14), oldest first; it outlives a boot.
    std::vector<AppDay> days;

    /// Its use of its limits, which is stored apart from the rest.
    static constexpr auto ledgers = [](auto& field, auto& memory) {
        field.some("quota", memory.quota);
        field.some("expedited", memory.expedited);
        field.some("alarms", memory.alarms);
        field.some("whileIdleAlarms", memory.whileIdleAlarms);
        field.some("pushes", memory.pushes);
        field.some("timeouts", memory.timeouts);
        field.some("silences", memory.silences);
        field.some("grantUntil", memory.grantUntil);
        field.some("leftTop", memory.leftTop);
        field.some("leftForeground", memory.leftForeground);
        field.some("mayServeUntil", memory.mayServeUntil);
        field.some("days", memory.days);
    };
    bool operator==(const AppMemory&) const = default;
};

/// How much of recent time an app spent running jobs, in periods of job.load_period (jobs.md §3.5).
struct RunLoad {
    Instant began;      ///< start of the present period
    Duration spent{0};  ///< time spent running jobs in it, up to `counted`
    Duration before{0}; ///< likewise in the period before it
    Instant counted;
    std::int32_t running = 0; ///< runs that are under way
};

struct App {
    Manifest manifest;
    AppMemory memory;
    bool visible = false;      ///< by its windows and terminals; a pinned state outranks it
    bool maybeVisible = false; ///< a window in front says that it is this app's; nobody can check it
    bool running = false;      ///< a process of it is known to be alive
    std::set<std::string, std::less<>> conditions; ///< those that let it start from the background (jobs.md §2.3)
    bool foreground = false;                       ///< visible, or with a foreground service
    std::map<std::string, bool, std::less<>> foregroundServices; ///< running ones; true: begun while it might start UI
    RunLoad load;
    std::vector<Instant> scheduleCalls; ///< persisted schedule() calls within job.schedule_rate_window
};

/// True if the manifest declares the permission and the user has not taken it back.
bool holds(const App&, std::string_view permission);

/// The state that rules read: the pinned one, else the observed one.
inline ProcessState stateOf(const App& app) {
    if (app.memory.pinned) return *app.memory.pinned; // a person's word outranks what is observed
    if (app.visible) return ProcessState::Visible;
    if (!app.foregroundServices.empty()) return ProcessState::ForegroundService;
    return app.running ? ProcessState::Background : ProcessState::NotRunning;
}
std::string_view nameOf(ProcessState);
std::optional<ProcessState> processStateNamed(std::string_view name);

} // namespace stint
