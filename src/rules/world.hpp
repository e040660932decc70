// What a question may read beside the Asks: the device, the app, the numbers and the time. A rule holds no state.
#pragma once
#include <cstdint>

#include "base/time.hpp"
#include "model/app.hpp"
#include "model/asks.hpp"
#include "model/constants.hpp"
#include "model/device.hpp"

namespace stint {

struct World {
    const Constants& constants;
    const Device& device;
    const DeviceState& state;
    Now now;
};

/// What a question about a running job may read of its run.
struct RunFacts {
    JobClass kind = JobClass::Regular; ///< what it runs as: frozen when it began
    Instant began;
    bool pastGuarantee = false;
    bool startedOnTop = false;  ///< its app was on top when it began
    bool dynamic = false;       ///< runs by the idle path of the restricted bucket (limits.md §5)
    bool pluggedEnough = false; ///< began with power alone as its charging constraint (limits.md §10.3)
};

/// One question's whole world. `app` is null where the app is not installed; `run` is null while the job waits.
struct Context {
    const World& world;
    const Asks& asks;
    const App* app;
    const RunFacts* run = nullptr;
};

/// What a gate reads, so that only those who wait for what changed are asked again.
enum class Reads : std::uint32_t {
    Power = 1,
    Network = 2,
    Storage = 4,
    App = 8, ///< its state, its bucket, its quota, the user's choices for it
    Idle = 16,
    Doze = 32,
    Saver = 64, ///< battery saver, and Data Saver
    Thermal = 128,
};
using ReadSet = std::uint32_t;
constexpr ReadSet operator|(Reads a, Reads b) { return static_cast<ReadSet>(a) | static_cast<ReadSet>(b); }
constexpr ReadSet operator|(ReadSet a, Reads b) { return a | static_cast<ReadSet>(b); }
constexpr ReadSet operator&(ReadSet a, Reads b) { return a & static_cast<ReadSet>(b); }
constexpr ReadSet everything = ~ReadSet{0};
constexpr ReadSet only(Reads r) { return static_cast<ReadSet>(r); }

} // namespace stint
