// JobInfo: what an app asks for when it schedules a job (jobs.md §1). An immutable value; its Builder checks every
// rule of §1.2 when it builds, and the daemon checks the very same rules again when the job arrives.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
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

    static constexpr std::int32_t grantRead = 1;
    static constexpr std::int32_t grantWrite = 2;
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

class STINT_API JobInfo {
public:
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

    static constexpr Bytes NETWORK_BYTES_UNKNOWN = unknownBytes;
    static constexpr Duration DEFAULT_INITIAL_BACKOFF = 30s; ///< jobs.md §0 default_backoff
    static constexpr Duration MIN_BACKOFF = 10s;             ///< jobs.md §0 min_backoff

    JobId getId() const { return id_; }
    const ComponentName& getService() const { return service_; }
    bool isUserInitiated() const { return userInitiated_; }
    std::int32_t getPriority() const { return priority_; }
    const std::optional<NetworkRequest>& getRequiredNetwork() const { return network_; }
    /// The shorthand the required network maps back to (jobs.md §1.3).
    std::int32_t getNetworkType() const;
    Bytes getEstimatedNetworkDownloadBytes() const { return estimatedDown_; }
    Bytes getEstimatedNetworkUploadBytes() const { return estimatedUp_; }
    Bytes getMinimumNetworkChunkBytes() const { return minimumChunk_; }
    Duration getInitialBackoff() const { return initialBackoff_; }
    std::int32_t getBackoffPolicy() const { return backoffPolicy_; }
    bool hasExplicitBackoff() const { return explicitBackoff_; }
    const std::optional<ClipData>& getClipData() const { return clip_; }
    std::int32_t getClipGrantFlags() const { return clipGrantFlags_; }
    bool isPersisted() const { return persisted_; }
    bool isRequireBatteryNotLow() const { return batteryNotLow_; }
    bool isRequireCharging() const { return charging_; }
    bool isRequireStorageNotLow() const { return storageNotLow_; }
    const PersistableBundle& getExtras() const { return extras_; }

    /// The same job under another id.
    JobInfo withId(JobId id) const {
        JobInfo renamed = *this;
        renamed.id_ = id;
        return renamed;
    }

    /// Equal in every field. Jobs with clip data are never equal (jobs.md §2.5).
    bool operator==(const JobInfo&) const;

private:
    JobId id_;
    ComponentName service_;
    bool userInitiated_ = false;
    std::int32_t priority_ = PRIORITY_DEFAULT;
    std::optional<NetworkRequest> network_;
    Bytes estimatedDown_ = unknownBytes;
    Bytes estimatedUp_ = unknownBytes;
    Bytes minimumChunk_ = unknownBytes;
    Duration initialBackoff_ = DEFAULT_INITIAL_BACKOFF;
    std::int32_t backoffPolicy_ = BACKOFF_POLICY_EXPONENTIAL;
    bool explicitBackoff_ = false;
    std::optional<ClipData> clip_;
    std::int32_t clipGrantFlags_ = 0;
    bool persisted_ = false;
    bool batteryNotLow_ = false;
    bool charging_ = false;
    bool storageNotLow_ = false;
    PersistableBundle extras_;
};

/// Each setter notes its value and returns the builder; what may not be is said by build(), which names the first
/// broken rule of jobs.md §1.2 (V1 to V13) in its message, as Errc::IllegalArgument.
class STINT_API JobInfo::Builder {
public:
    /// `id` is unique within an app and a namespace; `service` is declared in the app's manifest.
    Builder(JobId id, ComponentName service);
    explicit Builder(const JobInfo& from);

    /// A data transfer a person asked for (jobs.md §2.3). Needs a required network. Raises a DEFAULT priority to MAX.
    Builder& setUserInitiated(bool userInitiated);
    Builder& setPriority(std::int32_t priority);
    /// Replaces any earlier requirement; nullopt removes it.
    Builder& setRequiredNetwork(std::optional<NetworkRequest> request);
    /// One of NETWORK_TYPE_*; NONE removes the requirement.
    Builder& setRequiredNetworkType(std::int32_t networkType);
    /// Payload in bytes, NETWORK_BYTES_UNKNOWN where it is not known. Decides how long the job may run (§4.4).
    Builder& setEstimatedNetworkBytes(Bytes download, Bytes upload = NETWORK_BYTES_UNKNOWN);
    /// The smallest piece that makes sense to transfer on its own; > 0.
    Builder& setMinimumNetworkChunkBytes(Bytes chunk);
    /// `initial` below 10 s is raised to it; `policy` is one of BACKOFF_POLICY_*.
    Builder& setBackoffCriteria(Duration initial, std::int32_t policy);
    Builder& setClipData(std::optional<ClipData> clip, std::int32_t grantFlags);
    /// Kept over reboots; needs the permission RECEIVE_BOOT_COMPLETED.
    Builder& setPersisted(bool persisted);
    Builder& setRequiresBatteryNotLow(bool required);
    Builder& setRequiresCharging(bool required);
    Builder& setRequiresStorageNotLow(bool required);
    Builder& setExtras(PersistableBundle extras);

    /// The job, or the first rule of jobs.md §1.1 and §1.2 that it breaks.
    Result<JobInfo> build() const;

private:
    void misused(Error error); ///< the first complaint stands

    JobInfo info_;
    std::optional<Error> misuse_; ///< a setter's own complaint (a chunk of 0, an unknown network type), said by build()
};

} // namespace stint
