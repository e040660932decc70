// JobInfo: a job as an app asks for it (jobs.md §1). An immutable value; its Builder checks every rule of §1.2 when it
// builds, and the daemon checks the very same rules again when the job arrives. Values below their minimum are raised
// to it; a device's policy may have other minimums than the documentation.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stint/bundle.hpp"
#include "stint/export.hpp"
#include "stint/network.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// An open file an app grants to its job. Closed when the last copy of the owner goes.
class STINT_API ClipFile {
public:
    explicit ClipFile(int descriptor) : descriptor_(descriptor) {} ///< takes ownership
    ClipFile(const ClipFile&) = delete;
    ClipFile& operator=(const ClipFile&) = delete;
    ~ClipFile();
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// The files that a job is granted: paths, or open files that the daemon holds until the job is gone (jobs.md §12.9).
struct ClipData {
    struct Item {
        std::string path;                     ///< shown to a person; opened by the job if `file` is absent
        std::shared_ptr<const ClipFile> file; ///< does not outlive the daemon
    };
    std::vector<Item> items;

    static constexpr std::int32_t FLAG_GRANT_READ_URI_PERMISSION = 1;
    static constexpr std::int32_t FLAG_GRANT_WRITE_URI_PERMISSION = 2;
};

/// A service declared in the manifest of an app. An empty package is the caller's own.
struct ComponentName {
    std::string package;
    std::string name;

    ComponentName() = default;
    ComponentName(std::string service) : name(std::move(service)) {}
    ComponentName(const char* service) : name(service) {}
    ComponentName(std::string owner, std::string service) : package(std::move(owner)), name(std::move(service)) {}
    auto operator<=>(const ComponentName&) const = default;
};

/// Cheap to copy: copies share their values. May grow, by further getters and setters (decision 17).
class STINT_API JobInfo {
public:
    JobInfo() = default; ///< a job with nothing set: no service, no constraint
    class Builder;

    // The arguments of setRequiredNetworkType (jobs.md §1.3).
    static constexpr std::int32_t NETWORK_TYPE_NONE = 0;
    static constexpr std::int32_t NETWORK_TYPE_ANY = 1;
    static constexpr std::int32_t NETWORK_TYPE_UNMETERED = 2;
    static constexpr std::int32_t NETWORK_TYPE_NOT_ROAMING = 3;
    static constexpr std::int32_t NETWORK_TYPE_CELLULAR = 4;
    // The growth of the back-off (jobs.md §6.2).
    static constexpr std::int32_t BACKOFF_POLICY_LINEAR = 0;
    static constexpr std::int32_t BACKOFF_POLICY_EXPONENTIAL = 1;
    // Priorities (jobs.md §1.1).
    static constexpr std::int32_t PRIORITY_MIN = 100;
    static constexpr std::int32_t PRIORITY_LOW = 200;
    static constexpr std::int32_t PRIORITY_DEFAULT = 300;
    static constexpr std::int32_t PRIORITY_HIGH = 400;
    static constexpr std::int32_t PRIORITY_MAX = 500;

    static constexpr Bytes NETWORK_BYTES_UNKNOWN = stint::NETWORK_BYTES_UNKNOWN;
    static constexpr Duration DEFAULT_INITIAL_BACKOFF = std::chrono::seconds(30); ///< jobs.md §0 default_backoff
    static constexpr Duration MIN_BACKOFF = std::chrono::seconds(10);             ///< jobs.md §0 min_backoff
    static constexpr Duration MIN_PERIOD = std::chrono::minutes(15);              ///< jobs.md §0 min_period
    static constexpr Duration MIN_FLEX = std::chrono::minutes(5);                 ///< jobs.md §0 min_flex
    static constexpr std::int32_t MIN_FLEX_PERCENT = 5; ///< jobs.md §0 min_flex_percent: of the interval
    static constexpr Duration MIN_TRIGGER_UPDATE_DELAY = std::chrono::milliseconds(500); ///< jobs.md §0, a floor
    static constexpr Duration MIN_TRIGGER_MAX_DELAY = std::chrono::seconds(1);           ///< jobs.md §0, a floor
    static constexpr Duration DEFAULT_TRIGGER_UPDATE_DELAY = std::chrono::seconds(10);   ///< jobs.md §0
    static constexpr Duration DEFAULT_TRIGGER_MAX_DELAY = std::chrono::minutes(2);       ///< jobs.md §0
    static constexpr std::size_t MAX_DEBUG_TAGS = 32;
    static constexpr std::size_t MAX_TAG_LENGTH = 127;

    /// A path that is watched for changes (jobs.md §3.2); a flag says whether changes beneath it count.
    struct TriggerContentUri {
        static constexpr std::int32_t FLAG_NOTIFY_FOR_DESCENDANTS = 1;
        std::string uri;
        std::int32_t flags = 0;
        auto operator<=>(const TriggerContentUri&) const = default;
    };
    /// A period: the job runs once in each window, which is the last `flex` of each `interval` (jobs.md §6.5).
    struct Period {
        Duration interval{0};
        Duration flex{0};
        auto operator<=>(const Period&) const = default;
    };

    JobId getId() const;
    const ComponentName& getService() const;
    bool isUserInitiated() const;
    bool isExpedited() const;
    std::int32_t getPriority() const;
    const std::optional<NetworkRequest>& getRequiredNetwork() const;
    /// The shorthand, one of NETWORK_TYPE_*, that the required network maps back to (jobs.md §1.3).
    std::int32_t getNetworkType() const;
    Bytes getEstimatedNetworkDownloadBytes() const;
    Bytes getEstimatedNetworkUploadBytes() const;
    Bytes getMinimumNetworkChunkBytes() const;
    /// The next four return values raised to the documentation's minimum; in a job that was read from the daemon, to
    /// its policy's minimum.
    Duration getInitialBackoff() const;
    std::optional<Period> getPeriod() const;
    /// nullopt: the default of jobs.md §0.
    std::optional<Duration> getTriggerContentUpdateDelay() const;
    std::optional<Duration> getTriggerContentMaxDelay() const;
    std::int32_t getBackoffPolicy() const;
    bool hasExplicitBackoff() const;
    const std::optional<ClipData>& getClipData() const;
    std::int32_t getClipGrantFlags() const;
    bool isPersisted() const;
    bool isRequireBatteryNotLow() const;
    bool isRequireCharging() const;
    bool isRequireStorageNotLow() const;
    bool isRequireDeviceIdle() const;
    /// nullopt if setMinimumLatency was not called; a latency of 0 counts as one.
    const std::optional<Duration>& getMinimumLatency() const;
    /// nullopt if setOverrideDeadline was not called.
    const std::optional<Duration>& getOverrideDeadline() const;
    bool isPeriodic() const;
    bool isPrefetch() const;
    /// Always false: since Android 16 the flag is never set (jobs.md §1.1).
    bool isImportantWhileForeground() const { return false; }
    const std::vector<TriggerContentUri>& getTriggerContentUris() const;
    const PersistableBundle& getExtras() const;
    const PersistableBundle& getTransientExtras() const;
    const std::set<std::string>& getDebugTags() const;
    const std::optional<std::string>& getTraceTag() const;

    /// The same job under another id.
    JobInfo withId(JobId id) const;

    /// Equal in every field. Jobs with clip data are never equal (jobs.md §2.5).
    bool operator==(const JobInfo&) const;

private:
    friend struct JobInfoAccess;
    struct Adjustable;
    struct Fields;
    struct Values;

    std::shared_ptr<const Values> values_; ///< null: nothing is set
};

/// Each setter notes its value and returns the builder. build() checks the values: its Errc::ILLEGAL_ARGUMENT names the
/// first broken rule of jobs.md §1.2 (V1 to V13).
class STINT_API JobInfo::Builder {
public:
    /// `id` is unique within an app and a namespace; `service` is declared in the app's manifest.
    Builder(JobId id, ComponentName service);
    explicit Builder(const JobInfo& from);
    Builder(const Builder&);
    Builder& operator=(const Builder&);
    ~Builder();

    /// Marks a data transfer that a person asked for (jobs.md §2.3). It needs a required network. Raises a DEFAULT
    /// priority to MAX.
    Builder& setUserInitiated(bool userInitiated);
    /// Marks short, important work that starts at once (jobs.md §4.4). Raises a DEFAULT priority to MAX.
    Builder& setExpedited(bool expedited);
    /// Sets the priority among the app's jobs, one of PRIORITY_*.
    Builder& setPriority(std::int32_t priority);
    /// Requires a network that satisfies `request`. Replaces any earlier requirement; nullopt removes it.
    Builder& setRequiredNetwork(std::optional<NetworkRequest> request);
    /// Requires a network by a shorthand, one of NETWORK_TYPE_*; NONE removes the requirement.
    Builder& setRequiredNetworkType(std::int32_t networkType);
    /// Sets the payload in bytes, NETWORK_BYTES_UNKNOWN if it is not known. It decides how long the job may run (§4.4).
    Builder& setEstimatedNetworkBytes(Bytes download, Bytes upload = NETWORK_BYTES_UNKNOWN);
    /// Sets the smallest piece, in bytes, that makes sense to transfer on its own; > 0.
    Builder& setMinimumNetworkChunkBytes(Bytes chunk);
    /// Sets the wait before a retry. `initial` below 10 s (MIN_BACKOFF) is raised to that; `policy` is one of
    /// BACKOFF_POLICY_*.
    Builder& setBackoffCriteria(Duration initial, std::int32_t policy);
    Builder& setClipData(std::optional<ClipData> clip, std::int32_t grantFlags);
    /// Keeps the job over reboots; needs the permission RECEIVE_BOOT_COMPLETED.
    Builder& setPersisted(bool persisted);
    Builder& setRequiresBatteryNotLow(bool required);
    Builder& setRequiresCharging(bool required);
    Builder& setRequiresStorageNotLow(bool required);
    /// Runs the job only while nobody uses the device (jobs.md §3.2).
    Builder& setRequiresDeviceIdle(bool required);
    /// Runs the job no earlier than `latency` from its scheduling; even 0 counts as a latency (§1.1).
    Builder& setMinimumLatency(Duration latency);
    /// Runs the job at `deadline` from its scheduling, whatever constraint is missing (§3.1 clause 5).
    Builder& setOverrideDeadline(Duration deadline);
    /// Repeats the job, once in each interval, in its last `flex`; without a flex, anywhere in the interval. An
    /// interval below 15 min is raised to that, a flex below 5 min or 5 % of the interval to the larger of these.
    Builder& setPeriodic(Duration interval);
    Builder& setPeriodic(Duration interval, Duration flex);
    Builder& setPrefetch(bool prefetch);
    /// Does nothing since Android 16 (§1.1).
    Builder& setImportantWhileForeground(bool important);
    Builder& addTriggerContentUri(JobInfo::TriggerContentUri uri);
    /// Set the delays after the last and after the first change. -1 ms: the default. An update delay below 500 ms and a
    /// maximum delay below 1 s are raised to these.
    Builder& setTriggerContentUpdateDelay(Duration delay);
    Builder& setTriggerContentMaxDelay(Duration delay);
    Builder& setExtras(PersistableBundle extras);
    /// Sets extras that do not outlive a boot; not for a persisted job.
    Builder& setTransientExtras(PersistableBundle extras);
    /// Adds a tag, which is trimmed; at most 32 tags of at most 127 characters.
    Builder& addDebugTag(std::string tag);
    Builder& removeDebugTag(const std::string& tag);
    /// Sets the trace tag, which is trimmed; at most 127 characters without '|', newline or NUL. nullopt removes it.
    Builder& setTraceTag(std::optional<std::string> tag);

    /// Returns the job, or IllegalArgument with the first rule of jobs.md §1.1 and §1.2 that it breaks.
    Result<JobInfo> build() const;

private:
    friend struct JobInfoAccess;
    struct Draft;
    std::unique_ptr<Draft> draft_; ///< never null
};

} // namespace stint
