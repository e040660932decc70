// JobInfo: what an app asks for when it schedules a job (jobs.md §1). An immutable value; its Builder checks every
// rule of §1.2 when it builds, and the daemon checks the very same rules again when the job arrives. What is less than
// the least allowed is raised; on a device whose policy has other limits than the documentation, by those.
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

/// What a job was granted: paths, or open files that the daemon holds until the job is gone (jobs.md §12.9).
struct ClipData {
    struct Item {
        std::string path;                     ///< shown to a person; opened by the job where `file` is absent
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

/// Cheap to copy: copies share what was said. What is new in a job is a further getter and setter (decision 17).
class STINT_API JobInfo {
public:
    JobInfo() = default; ///< a job of which nothing was said: no service, no constraint
    class Builder;

    // What setRequiredNetworkType takes (jobs.md §1.3).
    static constexpr std::int32_t NETWORK_TYPE_NONE = 0;
    static constexpr std::int32_t NETWORK_TYPE_ANY = 1;
    static constexpr std::int32_t NETWORK_TYPE_UNMETERED = 2;
    static constexpr std::int32_t NETWORK_TYPE_NOT_ROAMING = 3;
    static constexpr std::int32_t NETWORK_TYPE_CELLULAR = 4;
    // How the back-off grows (jobs.md §6.2).
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

    /// What is watched for a change (jobs.md §3.2): a path, and whether what lies beneath it counts.
    struct TriggerContentUri {
        static constexpr std::int32_t FLAG_NOTIFY_FOR_DESCENDANTS = 1;
        std::string uri;
        std::int32_t flags = 0;
        auto operator<=>(const TriggerContentUri&) const = default;
    };
    /// Once in each window: `flex` long, at the end of each `interval` (jobs.md §6.5).
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
    /// The shorthand the required network maps back to (jobs.md §1.3).
    std::int32_t getNetworkType() const;
    Bytes getEstimatedNetworkDownloadBytes() const;
    Bytes getEstimatedNetworkUploadBytes() const;
    Bytes getMinimumNetworkChunkBytes() const;
    /// These four, as raised to the least the documentation allows; in a job that was read from the daemon, to the
    /// least its policy allows.
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
    /// nullopt where setMinimumLatency was not called; a latency of 0 is one all the same.
    const std::optional<Duration>& getMinimumLatency() const;
    /// nullopt where setOverrideDeadline was not called.
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
    struct Said;
    struct Parts;

    std::shared_ptr<const Parts> parts_; ///< none: a job of which nothing was said
};

/// Each setter notes its value and returns the builder; what may not be is said by build(), which names the first
/// broken rule of jobs.md §1.2 (V1 to V13) in its message, as Errc::ILLEGAL_ARGUMENT.
class STINT_API JobInfo::Builder {
public:
    /// `id` is unique within an app and a namespace; `service` is declared in the app's manifest.
    Builder(JobId id, ComponentName service);
    explicit Builder(const JobInfo& from);
    Builder(const Builder&);
    Builder& operator=(const Builder&);
    ~Builder();

    /// A data transfer a person asked for (jobs.md §2.3). Needs a required network. Raises a DEFAULT priority to MAX.
    Builder& setUserInitiated(bool userInitiated);
    /// Short, important work that starts at once (jobs.md §4.4). Raises a DEFAULT priority to MAX.
    Builder& setExpedited(bool expedited);
    /// One of PRIORITY_*.
    Builder& setPriority(std::int32_t priority);
    /// Replaces any earlier requirement; nullopt removes it.
    Builder& setRequiredNetwork(std::optional<NetworkRequest> request);
    /// One of NETWORK_TYPE_*; NONE removes the requirement.
    Builder& setRequiredNetworkType(std::int32_t networkType);
    /// Payload in bytes, NETWORK_BYTES_UNKNOWN where it is not known. Decides how long the job may run (§4.4).
    Builder& setEstimatedNetworkBytes(Bytes download, Bytes upload = NETWORK_BYTES_UNKNOWN);
    /// The smallest piece that makes sense to transfer on its own; > 0.
    Builder& setMinimumNetworkChunkBytes(Bytes chunk);
    /// `initial` below 10 s is raised to it (MIN_BACKOFF); `policy` is one of BACKOFF_POLICY_*.
    Builder& setBackoffCriteria(Duration initial, std::int32_t policy);
    Builder& setClipData(std::optional<ClipData> clip, std::int32_t grantFlags);
    /// Kept over reboots; needs the permission RECEIVE_BOOT_COMPLETED.
    Builder& setPersisted(bool persisted);
    Builder& setRequiresBatteryNotLow(bool required);
    Builder& setRequiresCharging(bool required);
    Builder& setRequiresStorageNotLow(bool required);
    /// Nobody uses the device (jobs.md §3.2).
    Builder& setRequiresDeviceIdle(bool required);
    /// Not before; even 0 counts as a latency (§1.1).
    Builder& setMinimumLatency(Duration latency);
    /// Run then, whatever constraint is missing (§3.1 clause 5).
    Builder& setOverrideDeadline(Duration deadline);
    /// Less than 15 min is raised to it, a flex of less than 5 min or 5 % to that; without a flex, the whole interval.
    Builder& setPeriodic(Duration interval);
    Builder& setPeriodic(Duration interval, Duration flex);
    Builder& setPrefetch(bool prefetch);
    /// Does nothing since Android 16 (§1.1).
    Builder& setImportantWhileForeground(bool important);
    Builder& addTriggerContentUri(JobInfo::TriggerContentUri uri);
    /// -1 ms: the default; less than 500 ms and 1 s is raised to them.
    Builder& setTriggerContentUpdateDelay(Duration delay);
    Builder& setTriggerContentMaxDelay(Duration delay);
    Builder& setExtras(PersistableBundle extras);
    /// They do not outlive a boot; not on a persisted job.
    Builder& setTransientExtras(PersistableBundle extras);
    /// Trimmed; at most 32 of at most 127 characters.
    Builder& addDebugTag(std::string tag);
    Builder& removeDebugTag(const std::string& tag);
    /// Trimmed; at most 127 characters without '|', newline or NUL. nullopt takes it away.
    Builder& setTraceTag(std::optional<std::string> tag);

    /// The job, or the first rule of jobs.md §1.1 and §1.2 that it breaks.
    Result<JobInfo> build() const;

private:
    friend struct JobInfoAccess;
    struct Draft;
    std::unique_ptr<Draft> draft_; ///< never none
};

} // namespace stint
