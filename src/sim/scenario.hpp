// A scenario as a value: what happens to a device and its apps, and what must come of it (scenario.md). Read by
// reader.hpp and played by play.hpp; nothing in here does anything. What the spec leaves to a later chapter (buckets,
// Doze, alarms: limits.md) is kept in its own words until there are nouns for it.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "model/app.hpp"
#include "model/device.hpp"
#include "model/job.hpp"
#include "stint/job_info.hpp"

namespace stint::sim {

/// Where in the file something stands, counted from 1.
struct Place {
    int line = 1;
    int column = 1;

    auto operator<=>(const Place&) const = default;
};

/// From one value to another, both included; equal where one value is meant.
template <class T> struct Range {
    T from{};
    T to{};

    bool holds(const T& value) const { return from <= value && value <= to; }
    bool single() const { return from == to; }
};
/// A stretch of the run, from 0s.
using Span = Range<Duration>;

/// scenario.md, start.
inline constexpr WallTime defaultStart = std::chrono::sys_days{std::chrono::January / 5 / 2026} + 8h;

/// What of the device changes; what is not named stays (scenario.md, device).
struct DeviceChange {
    std::optional<bool> screenOn;
    std::optional<bool> locked;
    std::optional<bool> charging;
    std::optional<bool> plugged;
    std::optional<std::int64_t> battery;
    std::optional<bool> moving;
    std::optional<std::optional<Network>> network;
    std::optional<bool> storageLow;
    std::optional<Memory> memory;
    std::optional<std::string> thermal;
    std::optional<bool> dataSaver;
    std::optional<bool> batterySaver;
    std::optional<std::string> doze;
};

/// scenario.md, apps.
struct AppSetup {
    Place place;
    ProcessState state = ProcessState::Background;
    std::optional<std::string> bucket;
    std::optional<Duration> lastUsed;
    std::optional<Duration> screenOnSince;
    std::string batteryUsage = "optimized";
    bool dataSaverExempt = false;
    std::set<std::string, std::less<>> permissions{"RUN_USER_INITIATED_JOBS", "RECEIVE_BOOT_COMPLETED",
                                                   "SCHEDULE_EXACT_ALARM", "POST_NOTIFICATIONS"};
    std::map<std::string, Service, std::less<>> services{
        {"Jobs", {.name = "Jobs", .command = {}, .permission = std::string(bindJobService)}}};
    std::set<std::string, std::less<>> conditions; ///< may_start_from_background
    bool recentsTask = false;
    bool system = false;
    bool hidden = false;
    bool debuggable = false;
};

/// What the app does with a job that is started (scenario.md, runs).
struct Behaviour {
    enum class Then : std::uint8_t { Done, Retry, Hang, Abandon };
    enum class Start : std::uint8_t { Ok, ReturnsFalse, Hang, Crash };
    enum class OnStop : std::uint8_t { Retry, Drop, Hang };
    struct Payload {
        Bytes down = 0;
        Bytes up = 0;
    };

    /// Neither of the two: it works until it is stopped, or reports by an entry of the timeline.
    std::optional<Duration> works;
    std::optional<Payload> payload;
    bool resumes = true;
    Then then = Then::Done;
    std::optional<Duration> connectsAfter = Duration{0}; ///< nullopt: never
    Start start = Start::Ok;
    Duration answersAfter{0};
    bool notifies = false; ///< notifies_after names a time; else a user-initiated run posts at once
    bool neverNotifies = false;
    Duration notifiesAfter{0};
    JobEndNotificationPolicy notificationEnd = JobEndNotificationPolicy::Detach;
    OnStop onStop = OnStop::Retry;
    std::optional<Duration> crashAfter;
    bool external = false; ///< a recording says what it did
};

/// What happens, by the verbs of scenario.md, timeline; and what is expected at that moment.
namespace deed {

// The device.
struct ChangeDevice {
    DeviceChange change;
};
struct Reboot {
    Duration offFor{0};
    std::optional<WallTime> clock; ///< what it says at boot
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
    JobInfo::Builder asked; ///< not built yet: what it may not ask for is the app's mistake, not the file's
    std::vector<std::string> items;
    Behaviour behaves;
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
    JobEndNotificationPolicy end = JobEndNotificationPolicy::Detach;
};
struct Dismiss {
    AppId app;
    std::int32_t id = 0;
};
struct TellBytes {
    JobKey job;
    bool estimate = false; ///< update_bytes; else transferred
    Bytes down = unknownBytes;
    Bytes up = unknownBytes;
};

// Alarms and messages (limits.md).
struct Alarm {
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
struct Message {
    AppId app;
    std::string priority;
    bool notifies = false;
};

// Commands.
struct RunVerb {
    std::vector<std::string> words; ///< as after `stint`
    std::optional<std::int64_t> expectExit;
};

// Of a recording.
struct Tick {};
struct Connected {
    JobKey job;
};
struct Answer {
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

} // namespace deed

using Deed = std::variant<deed::ChangeDevice, deed::Reboot, deed::SetClock, deed::RestartDaemon, deed::SwitchPolicy,
                          deed::ChangeApp, deed::Tap, deed::Use, deed::ForegroundService, deed::StopApp,
                          deed::ForceStop, deed::Crash, deed::Uninstall, deed::Update, deed::Install, deed::Restrict,
                          deed::Predict, deed::Schedule, deed::Enqueue, deed::Cancel, deed::CancelAll, deed::Finish,
                          deed::CompleteWork, deed::ChangeContent, deed::Notify, deed::Dismiss, deed::TellBytes,
                          deed::Alarm, deed::CancelAlarm, deed::Message, deed::RunVerb, deed::Tick, deed::Connected,
                          deed::Answer, deed::Lost, deed::ExpectJob, deed::ExpectApp, deed::ExpectDevice>;

struct Entry {
    Place place;
    Duration at{0};
    Deed deed;
};

/// A further field of an effect: "reason", "asked", …
using FieldValue = std::variant<bool, std::int64_t, Duration, std::string>;
struct Field {
    std::string key;
    FieldValue value;

    bool operator==(const Field&) const = default;
};

/// scenario.md, trace: an effect that must come, or `never` may.
struct ExpectedEffect {
    Place place;
    bool never = false;
    std::string what;
    std::optional<Span> at;
    std::optional<AppId> app;
    std::optional<JobKey> job;
    std::vector<Field> fields;
};

enum class Measure : std::uint8_t { RunTime, Starts, Stops, Alarms, Messages };

/// scenario.md, totals. A time is in milliseconds.
struct ExpectedTotal {
    Place place;
    std::optional<AppId> app; ///< else `job`
    std::optional<JobKey> job;
    std::optional<Span> within; ///< nullopt: the whole run
    std::map<Measure, Range<std::int64_t>> measures;
};

/// An override of a constant of the spec.
struct Setting {
    Place place;
    std::string key;
    std::string text;
};

struct Scenario {
    std::string file; ///< as it was named, for messages
    std::string title;
    std::string policy = "android16";
    WallTime start = defaultStart;
    std::optional<Duration> until;
    Place untilPlace;
    std::vector<Setting> constants;
    DeviceChange device; ///< over scenario.md's defaults
    Place devicePlace;
    std::map<AppId, AppSetup> apps;
    std::vector<Entry> timeline; ///< in time order
    std::vector<ExpectedEffect> trace;
    std::vector<ExpectedTotal> totals;
    std::optional<std::string> from; ///< of a recording: a snapshot to begin with
    bool recordedTicks = false;      ///< of a recording: the core wakes at its ticks alone
};

} // namespace stint::sim
