// The fields of a job, defined once: a row for each setter of JobInfo::Builder (jobs.md §1.1), in the order of the
// wire. The codecs of the wire and of the store, the reader of scenarios, the command line, the printing of jobs, the
// constraints that gates read, and the table of jobs.md §1.5 walk these rows. Each walker has one function for each
// type of value; a type that it forgets does not compile. A job's id and its service name it, and are no rows.
// And the conditions of a job as a person names and changes them: the network, the flags that have an option, and how
// much a transfer may move.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "contract/model/job.hpp"
#include "contract/model/job_info.hpp"
#include "stint/job_info.hpp"
#include "stint/reasons.hpp"
#include "stint/result.hpp"

namespace stint {

/// The two estimates; NETWORK_BYTES_UNKNOWN: none.
struct NetworkBytes {
    Bytes down = NETWORK_BYTES_UNKNOWN;
    Bytes up = NETWORK_BYTES_UNKNOWN;
};

struct Backoff {
    Duration initial;
    std::int32_t policy;
};

/// How a value of type T is read from a job and set: the value that was asked for, before any policy raises it.
template <class T> struct JobValue {
    using Got = std::conditional_t<std::is_trivially_copyable_v<T>, T, const T&>;
    Got (*get)(const JobInfo&);
    void (*set)(JobInfo::Builder&, T);
};

/// The clip data and their grant: getClipData(), getClipGrantFlags(), setClipData(). They may hold open files.
struct ClipValue {};
/// No value: the setter leaves none in the job, or another row has it.
struct NoValue {};

struct JobField {
    std::string_view method; ///< the setter, as the documentation names it
    std::string_view key;    ///< on the wire and in the store; empty: in neither
    std::string_view second; ///< the other key of a pair
    std::variant<NoValue, JobValue<bool>, JobValue<std::int32_t>, JobValue<Bytes>, JobValue<NetworkBytes>,
                 JobValue<std::optional<NetworkRequest>>, JobValue<std::optional<Backoff>>, ClipValue,
                 JobValue<std::optional<Duration>>, JobValue<std::optional<JobInfo::Period>>,
                 JobValue<std::vector<JobInfo::TriggerContentUri>>, JobValue<PersistableBundle>,
                 JobValue<std::set<std::string>>, JobValue<std::optional<std::string>>>
        value = NoValue{};
    bool always = false;       ///< a flag that is written even where it is not set, as version 1.0 did
    std::string_view scenario; ///< the key of `schedule` in a scenario; empty: it has none, or stands in another's
    std::string_view option;   ///< a flag of `stint run`, and of `stint get` where a transfer may carry it
    std::string_view help;     ///< a job with the field, in words: its option's help, and its meaning on the page
    PendingReason constraint =
        PENDING_JOB_REASON_UNDEFINED; ///< the reason of a job that waits for it; Undefined: none waits
    bool functional = false;          ///< a constraint that needs a window to be met in (V10)

    // jobs.md §1.5: which kind of job may carry it.
    bool listed = false; ///< it stands in that table
    bool regular = true, expedited = true, userInitiated = true;
    std::string_view work = "no"; ///< the work layer: "yes", "no", "always", or under what condition
    std::string_view note = "";
};

namespace fields {

using J = JobInfo;
using B = JobInfo::Builder;
using Network = std::optional<NetworkRequest>;
using Time = std::optional<Duration>;
using Triggers = std::vector<JobInfo::TriggerContentUri>;

// Values that take more than one getter or setter.
inline NetworkBytes estimate(const J& j) {
    return {j.getEstimatedNetworkDownloadBytes(), j.getEstimatedNetworkUploadBytes()};
}
inline void setEstimate(B& b, NetworkBytes bytes) { b.setEstimatedNetworkBytes(bytes.down, bytes.up); }
inline std::optional<Backoff> backoff(const J& j) {
    if (!j.hasExplicitBackoff()) return std::nullopt;
    return Backoff{JobInfoAccess::asked(j).initialBackoff, j.getBackoffPolicy()};
}
inline void setBackoff(B& b, const Backoff& it) { b.setBackoffCriteria(it.initial, it.policy); }
inline std::optional<J::Period> period(const J& j) { return JobInfoAccess::asked(j).period; }
inline void setPeriod(B& b, const J::Period& it) { b.setPeriodic(it.interval, it.flex); }
inline Time updateDelay(const J& j) { return JobInfoAccess::asked(j).triggerUpdateDelay; }
inline Time maxDelay(const J& j) { return JobInfoAccess::asked(j).triggerMaxDelay; }
inline void addTriggers(B& b, Triggers all) {
    for (JobInfo::TriggerContentUri& each : all)
        b.addTriggerContentUri(std::move(each));
}
inline void addTags(B& b, const std::set<std::string>& all) {
    for (const std::string& each : all)
        b.addDebugTag(each);
}

/// `get` of the job and `set` of the builder, each a member or a function.
template <class T, auto get, auto set>
constexpr JobValue<T> of{[](const J& j) -> typename JobValue<T>::Got { return std::invoke(get, j); },
                         [](B& b, T it) { std::invoke(set, b, std::move(it)); }};
/// Like `of`, where `set` takes the value inside an optional, and is not called for an empty one.
template <class T, auto get, auto set>
constexpr JobValue<std::optional<T>> ifSet{[](const J& j) -> std::optional<T> { return std::invoke(get, j); },
                                           [](B& b, std::optional<T> it) {
                                               if (it) std::invoke(set, b, *it);
                                           }};
template <auto get, auto set> constexpr JobValue<bool> flag = of<bool, get, set>;

// clang-format off
inline constexpr auto table = std::to_array<JobField>({
    {.method = "setUserInitiated", .key = "userInitiated", .value = flag<&J::isUserInitiated, &B::setUserInitiated>,
     .always = true, .scenario = "user_initiated"},
    {.method = "setPriority", .key = "priority", .value = of<std::int32_t, &J::getPriority, &B::setPriority>,
     .scenario = "priority"},
    {.method = "setRequiredNetwork", .key = "requiredNetwork",
     .value = of<Network, &J::getRequiredNetwork, &B::setRequiredNetwork>,
     .scenario = "network", .help = "only with a network that has these qualities",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, .functional = true,
     .listed = true, .work = "yes", .note = "a user-initiated job must have it"},
    {.method = "setEstimatedNetworkBytes", .key = "estimatedDownloadBytes", .second = "estimatedUploadBytes",
     .value = of<NetworkBytes, estimate, setEstimate>,
     .scenario = "estimated_bytes",
     .help = "how much it is about to move",
     .listed = true, .note = "needs a required network"},
    {.method = "setMinimumNetworkChunkBytes", .key = "minimumNetworkChunkBytes",
     .value = of<Bytes, &J::getMinimumNetworkChunkBytes, &B::setMinimumNetworkChunkBytes>,
     .scenario = "minimum_chunk",
     .help = "the least that is worth a connection",
     .listed = true, .note = "needs a required network"},
    {.method = "setBackoffCriteria", .key = "initialBackoff", .second = "backoffPolicy",
     .value = ifSet<Backoff, backoff, setBackoff>,
     .scenario = "backoff",
     .help = "how long it pauses before it is tried again",
     .listed = true, .work = "yes"},
    {.method = "setClipData", .key = "clipData", .second = "clipGrantFlags", .value = ClipValue{},
     .scenario = "clip_data",
     .help = "data that it is handed, with leave to read it",
     .listed = true, .note = "not on a persisted job"},
    {.method = "setPersisted", .key = "persisted", .value = flag<&J::isPersisted, &B::setPersisted>,
     .always = true, .scenario = "persisted",
     .help = "it outlives a reboot, too",
     .listed = true, .work = "always", .note = "needs RECEIVE_BOOT_COMPLETED"},
    {.method = "setRequiresBatteryNotLow", .key = "requiresBatteryNotLow",
     .value = flag<&J::isRequireBatteryNotLow, &B::setRequiresBatteryNotLow>, .always = true,
     .scenario = "battery_not_low", .option = "--battery-not-low", .help = "only while the battery is not low",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW, .functional = true,
     .listed = true, .expedited = false, .work = "not expedited"},
    {.method = "setRequiresCharging", .key = "requiresCharging",
     .value = flag<&J::isRequireCharging, &B::setRequiresCharging>, .always = true,
     .scenario = "charging", .option = "--charging", .help = "only while the device is charging",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_CHARGING, .functional = true,
     .listed = true, .expedited = false, .work = "not expedited"},
    {.method = "setRequiresStorageNotLow", .key = "requiresStorageNotLow",
     .value = flag<&J::isRequireStorageNotLow, &B::setRequiresStorageNotLow>, .always = true,
     .scenario = "storage_not_low", .option = "--storage-not-low", .help = "only while storage is not low",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW, .functional = true,
     .listed = true, .work = "yes"},
    {.method = "setExtras", .key = "extras", .value = of<PersistableBundle, &J::getExtras, &B::setExtras>},
    {.method = "setExpedited", .key = "expedited", .value = flag<&J::isExpedited, &B::setExpedited>,
     .scenario = "expedited"},
    {.method = "setRequiresDeviceIdle", .key = "requiresDeviceIdle",
     .value = flag<&J::isRequireDeviceIdle, &B::setRequiresDeviceIdle>,
     .scenario = "device_idle", .option = "--device-idle", .help = "only while nobody uses the device",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE, .functional = true,
     .listed = true, .expedited = false, .userInitiated = false, .work = "not expedited, no back-off",
     .note = "not with setBackoffCriteria"},
    {.method = "setPrefetch", .key = "prefetch", .value = flag<&J::isPrefetch, &B::setPrefetch>,
     .scenario = "prefetch", .help = "shortly before the app is likely to be opened",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_PREFETCH,
     .listed = true, .expedited = false, .userInitiated = false},
    {.method = "setMinimumLatency", .key = "minimumLatency",
     .value = ifSet<Duration, &J::getMinimumLatency, &B::setMinimumLatency>,
     .scenario = "latency", .help = "no earlier than this long from now",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY,
     .listed = true, .expedited = false, .userInitiated = false, .work = "initial delay; not expedited"},
    {.method = "setOverrideDeadline", .key = "overrideDeadline",
     .value = ifSet<Duration, &J::getOverrideDeadline, &B::setOverrideDeadline>,
     .scenario = "deadline",
     .help = "at the latest then, whatever is missing",
     .listed = true, .expedited = false, .userInitiated = false},
    {.method = "setPeriodic", .key = "periodicInterval", .second = "periodicFlex",
     .value = ifSet<J::Period, period, setPeriod>,
     .scenario = "periodic", .help = "again and again, once in each period",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY,
     .listed = true, .expedited = false, .userInitiated = false, .work = "not expedited"},
    {.method = "addTriggerContentUri", .key = "triggerContentUris",
     .value = of<Triggers, &J::getTriggerContentUris, addTriggers>,
     .scenario = "content_trigger", .help = "when a file or folder changes",
     .constraint = PENDING_JOB_REASON_CONSTRAINT_CONTENT_TRIGGER, .functional = true,
     .listed = true, .expedited = false, .userInitiated = false, .work = "yes"},
    {.method = "setTriggerContentUpdateDelay", .key = "triggerContentUpdateDelay",
     .value = ifSet<Duration, updateDelay, &B::setTriggerContentUpdateDelay>},
    {.method = "setTriggerContentMaxDelay", .key = "triggerContentMaxDelay",
     .value = ifSet<Duration, maxDelay, &B::setTriggerContentMaxDelay>},
    {.method = "addDebugTag", .key = "debugTags", .value = of<std::set<std::string>, &J::getDebugTags, addTags>},
    {.method = "setTraceTag", .key = "traceTag",
     .value = of<std::optional<std::string>, &J::getTraceTag, &B::setTraceTag>},
    {.method = "setTransientExtras", .key = "transientExtras",
     .value = of<PersistableBundle, &J::getTransientExtras, &B::setTransientExtras>},
    // Rows without a key: the first sets another row's value, the second is a scheduler's, the last has no effect.
    {.method = "setRequiredNetworkType", .help = "only with a network: any, an unmetered one, …",
     .listed = true, .work = "yes", .note = "or setRequiredNetwork"},
    {.method = "setNamespace", .help = "a part of the app with job numbers of its own",
     .listed = true, .note = "a scheduler's handle: forNamespace"},
    {.method = "setImportantWhileForeground",
     .value = flag<&J::isImportantWhileForeground, &B::setImportantWhileForeground>,
     .scenario = "important_while_foreground"},
});
// clang-format on

} // namespace fields

inline constexpr const auto& jobFields = fields::table;
/// The keys of the two values that no job lacks, and that have no row.
inline constexpr const char* idKey = "id";
inline constexpr const char* serviceKey = "service";

/// A service on the wire and in the store: "Name", "package/Name"; "/Na/me" for a name with a slash and no package. No
/// job may have such a name (contract/rules/validation.hpp), but it is read back as it was written.
std::string textOf(const ComponentName& service);
ComponentName componentFrom(const std::string& text);

/// True if the job has a value in the field.
bool isSet(const JobField& field, const JobInfo& job);

/// Never defined: a call of constraintNamed() with another key does not compile.
ConstraintSet noConstraintHasThisKey();

/// The constraint with that key: a bit a row.
consteval ConstraintSet constraintNamed(std::string_view key) {
    for (std::size_t n = 0; n < jobFields.size(); ++n)
        if (jobFields[n].key == key && std::holds_alternative<JobValue<bool>>(jobFields[n].value) &&
            jobFields[n].constraint != PENDING_JOB_REASON_UNDEFINED)
            return ConstraintSet{1} << n;
    return noConstraintHasThisKey();
}
static_assert(jobFields.size() <= 32);

/// The job's constraints that are plain flags.
ConstraintSet constraintsOf(const JobInfo& job);

/// Words for JobInfo::NETWORK_TYPE_….
inline constexpr std::array<std::pair<std::string_view, std::int32_t>, 5> networkWords{{
    {"any", JobInfo::NETWORK_TYPE_ANY},
    {"unmetered", JobInfo::NETWORK_TYPE_UNMETERED},
    {"not-roaming", JobInfo::NETWORK_TYPE_NOT_ROAMING},
    {"cellular", JobInfo::NETWORK_TYPE_CELLULAR},
    {"none", JobInfo::NETWORK_TYPE_NONE},
}};

/// The job with `conditions` in place of its own of the same names. It is not checked that a job may have them
/// together (jobs.md §1.2). IllegalArgument: an unknown name or value; the message lists the known ones.
Result<JobInfo> withConditions(const JobInfo& job, const std::vector<Condition>& conditions);

/// The value of the condition "bytes", the most that the job may move for them to hold; nullopt: any amount.
/// IllegalArgument: it is no size.
Result<std::optional<Bytes>> mostBytesOf(const std::vector<Condition>& conditions);

/// "network=any, bytes<=200M".
std::string textOf(const std::vector<Condition>& conditions);

} // namespace stint
