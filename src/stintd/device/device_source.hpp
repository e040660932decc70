// The device's state: the embedded default (mains power, network up), the sensors' values over it, the free space of a
// volume, and a person's words over all (`stint device set`): checked, merged, and applied to a Device. Their keys are
// those of contract/model/device_fields.hpp.
//
// Sensors are read again once a burst of news is over: a service reports one change in several signals, and some of
// them are true for a moment only (a network between two is unmetered). So a source that changes a thousand times a
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

/// An unknown key is an IllegalArgument that names the key that was probably meant.
Result<void> checkKey(std::string_view key);
/// Checks that the key is known and takes that text; IllegalArgument says what would be right.
Result<void> checkWord(std::string_view key, std::string_view text);
/// Checks that words that are set together can be true together.
Result<void> checkTogether(const DeviceWords& words);
/// Adds `changes` to `words`; drops the words that they contradict.
DeviceWords merged(DeviceWords words, const DeviceWords& changes);

/// The embedded default (architecture.md): screen on, mains power, network up.
Device defaultDevice();
/// `device` with these words applied. All of them must have passed checkWord().
Device deviceBy(const DeviceWords& words, Device device);

/// Stays unknown where the volume cannot be asked: then storage is not low.
void readFreeSpace(const std::filesystem::path& volume, Device& device);
/// storage.free and storage.total, where they are known.
std::vector<DeviceValue> freeSpaceOf(const Device& device);

/// A line of `stint device`.
struct DeviceLine : DeviceValue {
    std::optional<WallTime> since; ///< the time it got this value, where that was seen
};

class DeviceSource {
public:
    /// `volume`: a path on the volume whose free space counts.
    explicit DeviceSource(std::filesystem::path volume);
    ~DeviceSource();
    DeviceSource(const DeviceSource&) = delete;
    DeviceSource& operator=(const DeviceSource&) = delete;

    /// Connects the sensors, and lets the loop run until each has answered, or for a second. `news`: gets a line for
    /// the log when a source came or went, or the network has changed.
    void start(sd_event* loop, std::function<void(const std::string&)> news);

    /// The device as the sensors last reported it, with a person's words over that.
    Device read() const;
    std::vector<DeviceLine> values() const;
    /// The sensors, for `stint doctor`, which lists what each reads.
    const std::vector<std::unique_ptr<Sensor>>& sensors() const { return sensors_; }

    /// Sets all or nothing; IllegalArgument names the key, the text, and what would be right. A new word drops an older
    /// one that contradicts it: unplugging ends charging, a part of the network brings it up.
    Result<void> set(const std::map<std::string, std::string>& changes);
    /// The Device that set() would give; nothing is changed.
    Result<Device> imagined(const std::map<std::string, std::string>& changes) const;
    /// Drops a person's words on these keys, or on all where none is named. `network` stands for all of its parts.
    Result<void> reset(std::span<const std::string> keys);
    /// Marks the network of that name as metered or not; nullopt: takes the mark back. IllegalArgument: no network has
    /// such a name, or too many are marked.
    Result<void> mark(const std::string& network, std::optional<bool> metered);
    /// Takes the policy files' present rules on networks.
    void follow(NetworkRules rules);
    /// The networks that are there, the one in use first; behind them the marked ones and those of a policy that are
    /// absent.
    std::vector<NetworkSeen> networks() const;
    /// Holds Doze at that, or lets go of it (nullopt), as set() of the key doze would.
    void holdDoze(std::optional<DozeForce> force);
    /// Makes a sleep that begins wait for us, or not (limits.md §13).
    void delaySleep(bool on);
    /// Keeps the machine from going to sleep by itself, or lets it.
    void keepAwake(bool on);
    /// Takes a person's words and marks from the store; words that are no longer valid are dropped.
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
    std::set<const Sensor*> reading_; ///< the sensors whose source is there
    std::string networkTold_;
    Device sensed_;                                        ///< the sensors' values when they were last read
    std::map<std::string_view, std::string_view> tellers_; ///< by key: the name of the sensor that set it
    std::map<std::string, std::string> overrides_;
    NetworkMarks marks_;
    NetworkRules rules_;
    std::map<std::string_view, std::pair<std::string, WallTime>> since_; ///< each key's text, and the time it got it
    EventSource settle_;
    bool settling_ = false;
    std::uint64_t settledBy_ = 0; ///< µs of CLOCK_MONOTONIC: sensors are read by then
};

} // namespace stint
