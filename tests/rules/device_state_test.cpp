// Battery low and storage low, each with its hysteresis (limits.md §10.3, §10.4; jobs.md §3.2, §12.10).
#include <doctest/doctest.h>

#include "rules/device_state.hpp"
#include "rules/slots.hpp"

using namespace stint;

TEST_CASE("the battery is low from 15 % on, until 20 % or the plug") { // limits.md §10.3
    struct Row {
        bool plugged;
        std::int64_t percent;
        bool wasLow, low;
    };
    for (const Row& r : {Row{false, 16, false, false}, Row{false, 15, false, true}, Row{false, 19, true, true},
                         Row{false, 20, true, false}, Row{false, 19, false, false}, Row{true, 3, true, false}}) {
        const Device device{.plugged = r.plugged, .batteryPercent = r.percent};
        CHECK(nextDeviceState(device, {.batteryLow = r.wasLow}, {}, {}).batteryLow == r.low);
    }
}

TEST_CASE("storage is low below the smaller of 5 % and 500 MiB, until 1.5 times that") { // limits.md §10.4
    struct Row {
        Bytes total, free;
        bool wasLow, low;
    };
    for (const Row& r : {Row{100_GiB, 500_MiB, false, false}, Row{100_GiB, 500_MiB - 1, false, true},
                         Row{100_GiB, 749_MiB, true, true}, Row{100_GiB, 750_MiB, true, false},
                         Row{1000, 50, false, false}, Row{1000, 49, false, true}, Row{0, 0, false, false}}) {
        const Device device{.storageFree = r.free, .storageTotal = r.total};
        CHECK(nextDeviceState(device, {.storageLow = r.wasLow}, {}, {}).storageLow == r.low);
    }
    CHECK(nextDeviceState({.storageForced = true}, {}, {}, {}).storageLow);
}

TEST_CASE("memory decides how many jobs run at once") { // jobs.md §3.6
    CHECK(slotsFor(2_GiB) == 8);
    CHECK(slotsFor(6_GiB) == 16);
    CHECK(slotsFor(8_GiB) == 20);
    CHECK(slotsFor(12_GiB) == 32);
    CHECK(slotsFor(24_GiB) == 40);
}

TEST_CASE("a device is idle 31 minutes after nobody used it, and no more once somebody does") { // jobs.md §3.2
    const Device off{.screenOn = false}, on{}, dream{.dreaming = true};
    DeviceState state = nextDeviceState(off, {}, Instant{10min}, {});
    CHECK_FALSE(state.idle);
    CHECK(state.idleAt == Instant{41min});
    CHECK(nextDeviceState(off, state, Instant{41min}, {}).idle);
    CHECK_FALSE(nextDeviceState(on, state, Instant{50min}, {}).idle);
    CHECK(nextDeviceState(dream, state, Instant{41min}, {}).idle);
}

TEST_CASE("the screen counts as off for the slots 30 seconds after it went off") { // jobs.md §3.6
    const Device off{.screenOn = false};
    const DeviceState state = nextDeviceState(off, {}, Instant{0s}, {});
    CHECK(nextDeviceState(off, state, Instant{29s}, {}).interactive);
    CHECK_FALSE(nextDeviceState(off, state, Instant{30s}, {}).interactive);
}
