// The device as edges report it. What follows from it (battery low, storage low) is rules/device.cpp's question.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "stint/network.hpp"
#include "stint/units.hpp"

namespace stint {

struct Device {
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

    bool operator==(const DeviceState&) const = default;
};

} // namespace stint
