// The parts of the world that gates read.
#pragma once
#include <cstdint>

namespace stint {

/// A part of the world that a gate may read: after a change only the gates that read the changed part are asked again.
enum class Reads : std::uint32_t {
    Power = 1,
    Network = 2,
    Storage = 4,
    App = 8, ///< its state, its bucket, the user's choices for it
    Idle = 16,
    Doze = 32,
    Saver = 64, ///< battery saver, and Data Saver
    Thermal = 128,
    Sleep = 256,
    Scene = 512,   ///< the parts of the device that are no constraint: the screen, its lock, the lid, motion, memory
    Ledger = 1024, ///< an app's use of its quotas
};
using ReadSet = std::uint32_t;
constexpr ReadSet operator|(Reads a, Reads b) { return static_cast<ReadSet>(a) | static_cast<ReadSet>(b); }
constexpr ReadSet operator|(ReadSet a, Reads b) { return a | static_cast<ReadSet>(b); }
constexpr ReadSet operator&(ReadSet a, Reads b) { return a & static_cast<ReadSet>(b); }
constexpr ReadSet everything = ~ReadSet{0};
constexpr ReadSet only(Reads r) { return static_cast<ReadSet>(r); }

} // namespace stint
