// The records of all that is written down. A step's records are committed in one transaction before any of its effects
// is performed. Before them stands the content that jobs watch, with its changes (jobs.md §3.2).
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result/containers.hpp"
#include "base/text/app_id.hpp"
#include "base/time/time.hpp"
#include "contract/model/alarm.hpp"
#include "contract/model/app.hpp"
#include "contract/model/day.hpp"
#include "contract/model/device.hpp"
#include "contract/model/job.hpp"
#include "contract/model/push.hpp"
#include "stint/job_info.hpp"
#include "stint/units.hpp"

namespace stint {

/// A target that one or more of the app's jobs watch.
struct WatchedContent {
    AppId app;
    JobInfo::TriggerContentUri target;

    auto operator<=>(const WatchedContent&) const = default;
};

struct ContentChanges {
    Instant first; ///< when the first change came
    Instant ready; ///< when the changes have calmed down; once that time has come, later changes do not move it
    std::set<std::string, std::less<>> uris; ///< at most mostTriggeredUris (job.hpp); none: nothing has changed

    bool operator==(const ContentChanges&) const = default;
};

/// One boot of the machine: /proc/sys/kernel/random/boot_id.
struct BootId {
    std::string value;
    auto operator<=>(const BootId&) const = default;
};

struct SaveJob {
    Job job;
    bool replacesPersisted = false; ///< the job in its place before outlived the boot
};                                  ///< new or changed; without its work, whose items have records of their own
struct DropJob {
    JobKey key;
}; ///< with its work and its content changes
struct SaveWork {
    JobKey job;
    WorkItem item;
}; ///< new, or delivered once more; `active` dies with the daemon, as the run does
struct DropWork {
    JobKey job;
    std::uint64_t item = 0;
};
/// The content changes that a job's next run is to be given: those before a run under way, and those since. Empty: they
/// are forgotten. They go with their job, and with the boot.
struct SaveContent {
    JobKey job;
    ContentChanges changes;
};
struct SaveCompleted {
    Completed completed;
    std::int64_t keep = 0; ///< how many of the app's newest entries stay
};
/// The ended jobs of that key are forgotten: one was retried, or cleared (jobs.md §14.3).
struct DropCompleted {
    JobKey job;
};
/// An entry of the log (jobs.md §9.4).
struct SavePastRun {
    JobKey job;
    PastRun run;
    std::int64_t keep = 0; ///< how many of the app's newest entries stay
    WallTime since;        ///< older entries go
};
/// An entry of the device's history (jobs.md §9.5).
struct SaveDeviceChange {
    DeviceChange change;
    std::int64_t keep = 0; ///< how many of the newest entries stay
    WallTime since;        ///< older entries go
};
struct SaveApp {
    AppMemory memory;
    Now written;
};
struct DropApp {
    AppId app;
}; ///< uninstalled: its memory and its history go
struct SaveOverrides {
    std::map<std::string, std::string> overrides;
}; ///< all of Device::overrides
struct SaveNetworkMarks {
    NetworkMarks marks;
}; ///< all of Device::networkMarks

/// The clocks that apps age by (limits.md §2.2), as they stood at `at` of this boot.
struct SaveUsageTime {
    UsageTime time;
    Instant at;
    bool screenOn = true; ///< so that a restart inside the boot can go on from there
};
/// The state derived from the device's reports: charging, idle, Doze. A restart inside the boot goes on from it.
struct SaveDeviceState {
    DeviceState state;
};
struct SaveAlarm {
    Alarm alarm;
}; ///< new, or for its next repeat
struct DropAlarm {
    AppId app;
    std::string tag;
};
struct SaveMessage {
    PushMessage message;
}; ///< it waits for its delivery
struct DropMessage {
    std::uint64_t id = 0;
};
/// An entry of the log of messages (push.md §5).
struct SavePastMessage {
    MessageStory story;
    std::int64_t keep = 0; ///< how many of the app's newest entries stay
    WallTime since;        ///< older entries go
};

struct SaveRegistration {
    Registration registration;
}; ///< new, or read further
struct DropRegistration {
    std::string name;
};
struct SaveLinePlace {
    LinePlace place;
};
/// A message of that id was taken in: another one is the same (push.md §4.1).
struct SaveSeenMessage {
    std::string id;
    WallTime when;
};
/// The ids of all other times are forgotten.
struct KeepSeenMessages {
    WallTime from;
    WallTime to;
};

/// When the last digest was shown (jobs.md §5.6).
struct SaveDigest {
    WallTime shown;
};

/// One change of the stored state.
using Record =
    std::variant<SaveJob, DropJob, SaveWork, DropWork, SaveContent, SaveCompleted, DropCompleted, SavePastRun,
                 SaveDeviceChange, SaveApp, DropApp, SaveOverrides, SaveNetworkMarks, SaveUsageTime, SaveDeviceState,
                 SaveAlarm, DropAlarm, SaveMessage, DropMessage, SavePastMessage, SaveRegistration, DropRegistration,
                 SaveLinePlace, SaveSeenMessage, KeepSeenMessages, SaveDigest>;

/// True if the record still counts after a reboot. One that does not has to survive the daemon, but no power loss.
inline bool outlivesBoot(const Record& record) {
    return std::visit(
        Overloaded{[](const SaveJob& saved) { return saved.job.info.isPersisted() || saved.replacesPersisted; },
                   [](const SaveContent&) { return false; }, [](const SaveDeviceState&) { return false; },
                   [](const auto&) { return true; }},
        record);
}

/// The mark on every commit.
struct Stamp {
    std::optional<Instant> alive; ///< when it was made, and the daemon was alive; nullopt: unknown
    WallTime good{};              ///< the wall time of the last commit under a clock that was good (jobs.md §7.1)
    bool clockGood = true;        ///< the clock is good at this commit (jobs.md §7.3)
};

/// A job as it was stored, and the boot it was written in: the core decides what of it still holds (jobs.md §7).
struct StoredJob {
    Job job;
    BootId boot;
};

struct StoredApp {
    AppMemory memory;
    BootId boot;
    Now written;
};
struct StoredAlarm {
    Alarm alarm;
    BootId boot;
};
struct StoredMessage {
    PushMessage message;
    BootId boot;
};
struct StoredUsageTime {
    SaveUsageTime saved;
    BootId boot;
};

/// A run begun by a core that is being dropped: the daemon lives, and the run goes on.
struct GoingOn {
    RunId run;
    JobKey job;
    RunTerms terms;
    Override override = Override::None;
    bool called = false;            ///< its service was called to start; else nothing of it has begun
    std::optional<Ending> stopping; ///< its service was called to stop, for this
};

/// Everything that was written down.
struct Snapshot {
    std::vector<StoredJob> jobs;              ///< by key
    std::map<JobKey, ContentChanges> content; ///< this boot's
    std::vector<StoredApp> apps;              ///< by app
    std::vector<StoredAlarm> alarms;          ///< by app and tag
    std::vector<StoredMessage> messages;      ///< by id
    std::vector<Registration> registrations;  ///< by name
    LinePlace linePlace;
    std::map<std::string, WallTime> seenMessages; ///< by id
    std::optional<StoredUsageTime> usageTime;
    std::optional<DeviceState> deviceState;       ///< this boot's
    std::vector<Completed> completed;             ///< per app, oldest first
    std::map<AppId, std::int32_t> highestIds;     ///< each app's highest id in the log, of the root namespace
    std::map<std::string, std::string> overrides; ///< this boot's, else empty
    NetworkMarks networkMarks;
    std::optional<WallTime> digested;             ///< when the last digest was shown
    std::optional<DeviceChange> lastDeviceChange; ///< the last one that was written down
    Stamp stamp;                                  ///< the last commit's
    std::uint32_t generation = 0;                 ///< one more than at the last commit: RunIds are unique over restarts
    std::vector<GoingOn> goingOn;                 ///< not written down: the daemon knows of them; none at its start
    bool sameBoot = false; ///< the last commit was made in this boot: a restart of the daemon, not a reboot
};

} // namespace stint
