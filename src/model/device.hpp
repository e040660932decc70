// The device as edges report it. What follows from it (battery low, storage low) is rules/device.cpp's question.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "stint/network.hpp"
#include "stint/units.hpp"

namespace stint {

/// How short of memory the device is (jobs.md §3.6).
enum class Memory : std::uint8_t { Normal, Moderate, Low, Critical };

struct Device {
    bool screenOn = true;
    bool dreaming = false; ///< the screen shows a dream or a dock's clock: nobody uses the device
    Memory memory = Memory::Normal;
    bool plugged = true; ///< external power is there; no battery counts as plugged and charging (jobs.md §12.10)
    bool charging = true;
    std::int64_t batteryPercent = 100;
    std::optional<Network> network;
    Bytes storageFree = 0;             ///< of the volume that holds the user's data
    Bytes storageTotal = 0;            ///< 0: unknown, then storage is not low
    std::optional<bool> storageForced; ///< a person's or a scenario's word over the two above
    /// What of the above is a person's word (`stint device set`), as it was written; kept over a restart of the daemon.
    std::map<std::string, std::string> overrides;

    bool operator==(const Device&) const = default;
};

/// What is derived from reports with a memory of its own (hysteresis): kept by the core beside the Device.
struct DeviceState {
    bool batteryLow = false;
    bool storageLow = false;
    bool idle = false;       ///< nobody uses the device: the job constraint (jobs.md §3.2), unrelated to Doze
    bool docked = false;     ///< a person says so (jobs.md §8, trigger-dock-state): as a dream, while the screen is on
    bool interactive = true; ///< the screen is on, or was until job.screen_off_settle ago (jobs.md §3.6)
    std::optional<Instant> idleAt;  ///< when it becomes idle, if nobody comes
    std::optional<Instant> quietAt; ///< when it stops being interactive

    bool operator==(const DeviceState&) const = default;
};

} // namespace stint
