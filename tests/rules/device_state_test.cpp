// Charging, battery low and storage low, each with its memory (limits.md §10.3, §10.4; jobs.md §3.2, §12.10).
#include <doctest/doctest.h>

#include "contract/model/job_fields.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/constraint.hpp"
#include "contract/rules/device_state.hpp"
#include "contract/rules/recovery.hpp"

using namespace stint;

namespace {

Device plugged(std::int64_t percent) { return {.charging = std::nullopt, .batteryPercent = percent}; }
Device unplugged(std::int64_t percent) {
    return {.plugged = false, .charging = std::nullopt, .batteryPercent = percent};
}

/// The state at the end of a night of reports.
DeviceState after(std::initializer_list<std::pair<Duration, Device>> reports) {
    DeviceState state;
    for (const auto& [at, device] : reports)
        state = nextDeviceState(device, state, Instant{at}, {});
    return state;
}

} // namespace

TEST_CASE("a plug at half charge counts as charging after a quarter of an hour") { // limits.md §10.3; example 25
    const auto before = std::pair{0min, unplugged(50)};
    CHECK_FALSE(after({before}).charging);
    const DeviceState plug = after({before, {30min, plugged(50)}});
    CHECK_FALSE(plug.charging);
    CHECK(plug.chargingAt == Instant{45min});
    CHECK_FALSE(after({before, {30min, plugged(50)}, {45min - 1ms, plugged(55)}}).charging);
    const DeviceState charging = after({before, {30min, plugged(50)}, {40min, plugged(51)}, {45min, plugged(51)}});
    CHECK(charging.charging);
    CHECK_FALSE(charging.chargingAt);
    CHECK_FALSE(after({before, {30min, plugged(50)}, {45min, plugged(51)}, {50min, unplugged(51)}}).charging);
}

TEST_CASE("a nearly full, a full, and a held battery count as charging at the plug") { // limits.md §10.3; example 25
    const auto atPlug = [](Device device) { return after({{0min, unplugged(50)}, {30min, device}}).charging; };
    CHECK(atPlug(plugged(93)));
    CHECK(atPlug(plugged(90)));
    CHECK_FALSE(atPlug(plugged(89)));
    Device full = plugged(85), held = plugged(70);
    full.batteryFull = held.chargeHeld = true;
    CHECK(atPlug(full));
    CHECK(atPlug(held));
    held.batteryPercent = 69;
    CHECK_FALSE(atPlug(held));
}

TEST_CASE("a level that falls on the plug ends charging below 90 %, and begins the quarter of an hour anew") {
    const auto before = std::pair{0min, unplugged(60)}; // limits.md §10.3
    const auto plug = std::pair{10min, plugged(60)};
    CHECK(after({before, plug, {20min, plugged(59)}}).chargingAt == Instant{35min});
    CHECK_FALSE(after({before, plug, {25min, plugged(60)}, {26min, plugged(59)}}).charging);
    CHECK(after({before, {10min, plugged(95)}, {11min, plugged(91)}}).charging);
    CHECK_FALSE(after({before, {10min, plugged(95)}, {11min, plugged(91)}, {12min, plugged(89)}}).charging);
}

TEST_CASE("a word settles what counts as charging, and leaves the clock behind it running") { // limits.md §10.3
    Device no = plugged(50), yes = unplugged(50);
    no.charging = false;
    yes.charging = true;
    CHECK(after({{0min, unplugged(50)}, {10min, yes}}).charging);
    const DeviceState held = after({{0min, unplugged(50)}, {10min, plugged(50)}, {30min, no}});
    CHECK_FALSE(held.charging);
    CHECK_FALSE(held.chargingAt);
    CHECK(nextDeviceState(plugged(50), held, Instant{31min}, {}).charging);
    Device without = {}; // the edges say so of a device without a battery (§13)
    CHECK(after({{0min, without}}).charging);
}

TEST_CASE("for the app on top power is enough, and stays enough for what began so") { // limits.md §10.3
    const Constants constants;
    const Device device = plugged(50), pulled = unplugged(50);
    const DeviceState state{.charging = false, .chargingAt = Instant{15min}};
    const DeviceState off{.charging = false};
    const World world{constants, device, state, {}}, battery{constants, pulled, off, {}};
    App app;
    GateKey gateKey{.constraints = constraintNamed("requiresCharging")};
    const RunFacts began{.pluggedEnough = true}, plain;
    const Verdict shut = chargingGate({world, gateKey, &app});
    CHECK(shut == Verdict::untilAtLatest(Instant{15min}, Instant{}, PENDING_JOB_REASON_CONSTRAINT_CHARGING));
    CHECK_FALSE(chargingGate({world, gateKey, &app, &plain}).open);
    CHECK(chargingGate({world, gateKey, &app, &began}).open);
    CHECK_FALSE(chargingGate({battery, gateKey, &app, &began}).open);
    app.memory.pinned = ProcessState::Top;
    CHECK(chargingGate({world, gateKey, &app}).open);
    CHECK_FALSE(chargingGate({battery, gateKey, &app}).open);
    gateKey.priority = JobInfo::PRIORITY_LOW;
    CHECK_FALSE(chargingGate({world, gateKey, &app}).open);
}

TEST_CASE("what of the state is Doze's stays as it is") { // limits.md §6
    const DeviceState dozing{.doze = {.deep = DeepState::Idle}, .screenBlocks = false};
    const DeviceState next = nextDeviceState(unplugged(50), dozing, {}, {});
    CHECK(next.doze == dozing.doze);
    CHECK_FALSE(next.screenBlocks);
}

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
    Constants slack; // limits.md §10.4, idle.slop
    slack.idleSlop = 5min;
    CHECK(nextDeviceState(off, {}, Instant{10min}, slack).idleAt == Instant{46min});
}

TEST_CASE("the screen counts as off for the slots 30 seconds after it went off") { // jobs.md §3.6
    const Device off{.screenOn = false};
    const DeviceState state = nextDeviceState(off, {}, Instant{0s}, {});
    CHECK(nextDeviceState(off, state, Instant{29s}, {}).interactive);
    CHECK_FALSE(nextDeviceState(off, state, Instant{30s}, {}).interactive);
}

TEST_CASE("no stored time holds work back for longer than its rule can") { // jobs.md §12.5
    const Constants constants;
    const Instant now{1h}, never{std::chrono::years{1000}};
    DeviceState stored{.pluggedAt = never, .idleAt = never, .quietAt = never};
    stored.doze = {.deep = DeepState::Idle, .light = LightState::Override, .idleFor = 1000h, .settledAt = never};
    stored.doze.deepTimer = never;
    const DeviceState state = believable(stored, now, constants);
    CHECK(state.pluggedAt == now);
    CHECK(state.idleAt == now + constants.idleThreshold + constants.idleSlop);
    CHECK(state.quietAt == now + constants.screenOffSettle);
    CHECK(state.doze.deepTimer == now + constants.dozeIdleMax);
    CHECK(state.doze.idleFor == constants.dozeIdleMax);
    CHECK(state.doze.settledAt == now + constants.dozeBackgroundJobsDelay);

    stored.doze = {.light = LightState::IdleMaintenance, .windowSince = never};
    CHECK(believable(stored, now, constants).doze.windowSince == now);
    stored.doze.windowSince.reset();
    CHECK(believable(stored, now, constants).doze.windowSince == now);
    CHECK(believable(stored, now, constants).doze.lightTimer == now); // a window without an end is over
    stored.doze = {.deep = DeepState::Inactive, .lightIdleFor = -1h};
    stored.doze.deepTimer = never; // an alarm clock may have put it there
    CHECK(believable(stored, now, constants).doze.deepTimer == never);
    CHECK(believable(stored, now, constants).doze.lightIdleFor == 0h);
}
