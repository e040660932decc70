// Where the device's state comes from: the embedded default (mains power, network up), what sensors know, and a
// person's word over all of it (`stint device set`).
//
// Sensors are read again once a burst of their news is over: a service tells one change in several signals, some of
// which are true for a moment only (a network between two is unmetered). So a source that flaps a thousand times a
// second is read once a second.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/event_source.hpp"
#include "contract/model/device_fields.hpp"
#include "stint/result.hpp"
#include "stintd/device/sensor.hpp"

namespace stint {

/// A line of `stint device`.
struct DeviceLine : DeviceValue {
    std::optional<WallTime> since; ///< when it became this value, where that was seen
};

class DeviceSource {
public:
    /// `volume`: a path on the volume whose free space counts.
    explicit DeviceSource(std::filesystem::path volume);
    ~DeviceSource();
    DeviceSource(const DeviceSource&) = delete;
    DeviceSource& operator=(const DeviceSource&) = delete;

    /// Connects the sensors, and lets the loop run until each has said what it knows, or for a second. `news`: a line
    /// for the log, when a source came or went, and when the network that they tell of is another.
    void start(sd_event* loop, std::function<void(const std::string&)> news);

    /// The state now, by what the sensors have said.
    Device read() const;
    std::vector<DeviceLine> values() const;
    /// What each sensor reads, for `stint doctor`.
    const std::vector<std::unique_ptr<Sensor>>& sensors() const { return sensors_; }

    /// All or nothing; IllegalArgument names the key, the text, and what would be right. The newest word wins over an
    /// older one that contradicts it: unplugging ends charging, a part of the network brings it up.
    Result<void> set(const std::map<std::string, std::string>& changes);
    /// What the Device would be if that were said: as set(), and nothing is changed.
    Result<Device> imagined(const std::map<std::string, std::string>& changes) const;
    /// None named: all. `network` stands for all of its parts.
    Result<void> reset(std::span<const std::string> keys);
    /// Whether a person says that the network of that name is metered; nullopt: what the machine says. IllegalArgument:
    /// no network has such a name, or too many are marked.
    Result<void> mark(const std::string& network, std::optional<bool> metered);
    /// What the policy files say of networks now.
    void follow(NetworkRules rules);
    /// Those that are there, the one in use first; behind them those that are marked, or in a policy, and not there.
    std::vector<NetworkSeen> networks() const;
    /// A person holds Doze at that, or lets go of it: as set() of the key doze.
    void holdDoze(std::optional<DozeForce> force);
    /// Whether a sleep that begins waits for us (limits.md §13).
    void delaySleep(bool on);
    /// Whether the machine is kept from going to sleep by itself.
    void keepAwake(bool on);
    /// What a store kept; a pair that is not valid any more is dropped.
    void restore(const std::map<std::string, std::string>& overrides, NetworkMarks marks);

private:
    Result<DeviceWords> saidAfter(const std::map<std::string, std::string>& changes) const;
    void sense();
    void tellNews();
    std::string networkLine() const;
    void noteChanges();
    void settleSoon();
    static int settled(sd_event_source*, std::uint64_t, void* self);

    std::filesystem::path volume_;
    std::optional<services::Bus> system_, session_;
    std::vector<std::unique_ptr<Sensor>> sensors_;
    std::function<void(const std::string&)> news_;
    std::set<const Sensor*> reading_; ///< whose source is there
    std::string networkTold_;
    Device sensed_;                                        ///< what they said when they last were settled
    std::map<std::string_view, std::string_view> tellers_; ///< who has told which value
    std::map<std::string, std::string> overrides_;
    NetworkMarks marks_;
    NetworkRules rules_;
    std::map<std::string_view, std::pair<std::string, WallTime>> since_; ///< the text of each key, and since when
    EventSource settle_;
    bool settling_ = false;
    std::uint64_t settledBy_ = 0; ///< at the latest, µs of CLOCK_MONOTONIC
};

} // namespace stint
