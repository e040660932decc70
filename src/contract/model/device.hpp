// The device as edges report it. What follows from it (battery low, storage low) is rules/device.cpp's question.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "contract/model/doze.hpp"
#include "contract/model/network_marks.hpp"
#include "stint/network.hpp"
#include "stint/units.hpp"

namespace stint {

/// How short of memory the device is (jobs.md §3.6).
enum class Memory : std::uint8_t { Normal, Moderate, Low, Critical };

/// How hot the device is (limits.md §10.1).
enum class Thermal : std::uint8_t { None, Light, Moderate, Severe, Critical, Emergency, Shutdown };
std::string_view nameOf(Thermal);
std::optional<Thermal> thermalNamed(std::string_view name);

/// Whether it lies still. Unknown: no sensor tells; then nothing ever moves it, and Doze does not sense (limits.md
/// §6.2).
enum class Motion : std::uint8_t { Unknown, Still, Moving };

struct Device {
    bool screenOn = true;
    bool locked = false; ///< the lit screen shows only the lock
    Motion motion = Motion::Unknown;
    Thermal thermal = Thermal::None;
    bool dataSaver = false;
    bool batterySaver = false;
    std::optional<DozeForce> dozeForce; ///< a person's or a scenario's word
    bool dreaming = false;              ///< the screen shows a dream or a dock's clock: nobody uses the device
    Memory memory = Memory::Normal;
    bool lidClosed = false;
    bool sleeping = false; ///< it is about to sleep, or asleep (limits.md §13, Suspend)
    bool plugged = true;   ///< external power is there; no battery counts as plugged and charging (jobs.md §12.10)
    /// Counts as charging or not, whatever level and time say: a scenario's or a person's word, or no battery at all.
    /// nullopt: it follows from them (limits.md §10.3).
    std::optional<bool> charging = true;
    bool batteryFull = false; ///< the charger has ended
    bool chargeHeld = false;  ///< plugged, and held at a charge threshold ("conservation mode")
    std::int64_t batteryPercent = 100;
    std::optional<Network> network;
    Bytes storageFree = 0;             ///< of the volume that holds the user's data
    Bytes storageTotal = 0;            ///< 0: unknown, then storage is not low
    std::optional<bool> storageForced; ///< a person's or a scenario's word over the two above
    /// What of the above is a person's word (`stint device set`), as it was written; kept over a restart of the daemon.
    std::map<std::string, std::string> overrides;
    NetworkMarks networkMarks; ///< kept for good (`stint net mark`); what follows from them is in `network`

    bool operator==(const Device&) const = default;
};

/// What is derived from reports with a memory of its own (hysteresis): kept by the core beside the Device.
struct DeviceState {
    bool charging = true;              ///< limits.md §10.3; what quota, alarms and network are freed by
    bool chargingByLevel = true;       ///< the same by level and time alone, whatever word Device::charging has
    std::optional<Instant> pluggedAt;  ///< while plugged: since when the level has not fallen
    std::optional<Instant> chargingAt; ///< when it will count as charging, where nothing changes; always to come
    std::int64_t batteryPercent = 100; ///< the last level: what it rises or falls from
    bool batteryLow = false;
    bool storageLow = false;
    bool idle = false;       ///< nobody uses the device: the job constraint (jobs.md §3.2), unrelated to Doze
    bool docked = false;     ///< a person says so (jobs.md §8, trigger-dock-state): as a dream, while the screen is on
    bool interactive = true; ///< the screen is on, or was until job.screen_off_settle ago (jobs.md §3.6)
    std::optional<Instant> idleAt;  ///< when it becomes idle, if nobody comes
    std::optional<Instant> quietAt; ///< when it stops being interactive
    Doze doze;
    bool screenBlocks = true; ///< the screen is on and unlocked: nothing dozes (limits.md §6.1)

    bool operator==(const DeviceState&) const = default;
};

} // namespace stint
