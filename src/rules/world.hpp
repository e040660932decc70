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

/// One question's whole world. `app` is null where the app is not installed.
struct Context {
    const World& world;
    const Asks& asks;
    const App* app;
};

/// What a gate reads, so that only those who wait for what changed are asked again.
enum class Reads : std::uint8_t {
    Power = 1,
    Network = 2,
    Storage = 4,
    App = 8,
    Idle = 16,
};
using ReadSet = std::uint8_t;
constexpr ReadSet operator|(Reads a, Reads b) { return static_cast<ReadSet>(a) | static_cast<ReadSet>(b); }
constexpr ReadSet only(Reads r) { return static_cast<ReadSet>(r); }

} // namespace stint
