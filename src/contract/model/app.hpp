// An installed app: what its manifest declares, and what is known of it now.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/app_id.hpp"
#include "contract/model/alarm.hpp"
#include "contract/model/app_day.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/job.hpp"
#include "contract/model/quota.hpp"
#include "stint/units.hpp"

namespace stint {

// Permissions a manifest may declare, and the one a job service must be bound by.
inline constexpr std::string_view runUserInitiatedJobs = "RUN_USER_INITIATED_JOBS";
inline constexpr std::string_view receiveBootCompleted = "RECEIVE_BOOT_COMPLETED";
inline constexpr std::string_view bindJobService = "BIND_JOB_SERVICE";
inline constexpr std::string_view scheduleExactAlarm = "SCHEDULE_EXACT_ALARM"; ///< the user may take it away
inline constexpr std::string_view useExactAlarm = "USE_EXACT_ALARM";           ///< a clock's or a calendar's own

// The packages that are built in (architecture.md, running a job and who is calling).
inline constexpr std::string_view transferPackage = "org.stint.transfer";
inline constexpr std::string_view shellPackage = "org.stint.shell";
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
