// The simulated device's store: in memory, and kept across simulated reboots.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "contract/model/record.hpp"

namespace stint::sim {

class MemoryStore {
public:
    /// Commits all of one step's records, in order.
    /// Takes the records out of the list, which keeps its memory.
    void commit(std::vector<Record>&& records, const BootId& boot, const Stamp& stamp);
    /// The snapshot that a core of `boot` loads.
    Snapshot load(const BootId& boot);

private:
    void write(SaveJob&& record);
    void write(const DropJob& record);
    void write(SaveWork record);
    void write(const DropWork& record);
    void write(SaveContent record);
    void write(SaveCompleted record);
    void write(const DropCompleted& record);
    void write(const SavePastRun& record);
    void write(SaveDeviceChange record);
    void write(SaveApp&& record);
    void write(const DropApp& record);
    void write(SaveOverrides record);
    void write(SaveNetworkMarks record);
    void write(const SaveUsageTime& record);
    void write(const SaveDeviceState& record);
    void write(const SaveDigest& record);
    void write(const SaveAlarm& record);
    void write(const DropAlarm& record);
    void write(const SaveMessage& record);
    void write(const DropMessage& record);
    void write(const SavePastMessage&) {} // nothing reads that log
    void write(SaveRegistration record);
    void write(const DropRegistration& record);
    void write(SaveLinePlace record);
    void write(const SaveSeenMessage& record);
    void write(const KeepSeenMessages& record);

    BootId boot_; ///< that of the commit under way, or of the last one
    Stamp stamp_;
    std::uint32_t generation_ = 0;
    std::map<JobKey, StoredJob> jobs_;
    std::map<JobKey, std::pair<ContentChanges, BootId>> content_;
    std::map<AppId, StoredApp> apps_;
    std::map<std::pair<AppId, std::string>, StoredAlarm> alarms_;
    std::map<std::uint64_t, StoredMessage> messages_;
    std::map<std::string, Registration> registrations_;
    LinePlace linePlace_;
    std::map<std::string, WallTime> seenMessages_;
    std::optional<StoredUsageTime> usageTime_;
    std::optional<std::pair<DeviceState, BootId>> deviceState_;
    std::map<AppId, std::deque<Completed>> completed_;
    std::map<AppId, std::int32_t> highestIds_;     ///< all that is read of the log
    std::optional<DeviceChange> lastDeviceChange_; ///< all that is read of that history
    std::pair<std::map<std::string, std::string>, BootId> overrides_;
    NetworkMarks networkMarks_;
    std::optional<WallTime> digested_;
};

} // namespace stint::sim
