// A stretch of the device's history (jobs.md §9.5).
#include "contract/rules/device_state.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace stint;

namespace {

WallTime second(int n) { return WallTime{std::chrono::seconds{n}}; }

DeviceChange changed(int when, std::string_view key, std::string_view value) {
    return {second(when), std::string(key), std::string(value)};
}

std::vector<DeviceChange> lane(const std::vector<DeviceChange>& day, std::string_view key) {
    std::vector<DeviceChange> found;
    std::ranges::copy_if(day, std::back_inserter(found), [key](const DeviceChange& one) { return one.key == key; });
    return found;
}

} // namespace

TEST_CASE("of each lane first what it was, then its changes in the order of time; none is left out") {
    const auto day = deviceDay({changed(70, "screen", "on"), changed(5, "screen", "off"), changed(9, "screen", "on"),
                                changed(60, "screen", "off"), changed(900, "screen", "off")},
                               second(50), second(100));
    CHECK(lane(day, "screen") ==
          std::vector{changed(9, "screen", "on"), changed(60, "screen", "off"), changed(70, "screen", "on")});
    for (const DeviceLane& one : deviceLanes())
        CHECK(!lane(day, one.key).empty());
    CHECK(lane(day, "charging") == std::vector{changed(50, "charging", unknownValue)}); // nobody has seen it yet
}

TEST_CASE("while stintd is not there a lane is unknown, not what it was last") {
    const auto kept =
        std::vector{changed(1, presenceLane, isUp), changed(1, "screen", "on"), changed(60, presenceLane, isDown),
                    changed(80, presenceLane, isUp), changed(80, "screen", "on")};
    CHECK(lane(deviceDay(kept, second(50), second(100)), "screen") ==
          std::vector{changed(1, "screen", "on"), changed(60, "screen", unknownValue), changed(80, "screen", "on")});
    CHECK(lane(deviceDay(kept, second(70), second(100)), "screen") ==
          std::vector{changed(60, "screen", unknownValue), changed(80, "screen", "on")});
    CHECK(lane(deviceDay(kept, second(70), second(75)), presenceLane) ==
          std::vector{changed(60, presenceLane, isDown)});
}

TEST_CASE("what is noted anew is so since it first was, and no change") { // jobs.md §9.5
    const std::vector kept{changed(1, "screen", "on"), changed(20, "screen", "on"), changed(60, "screen", "on"),
                           changed(70, "screen", "off")};
    CHECK(lane(deviceDay(kept, second(50), second(100)), "screen") ==
          std::vector{changed(1, "screen", "on"), changed(70, "screen", "off")});
    const std::vector flaps{changed(1, "screen", "on"), DeviceChange{second(60), "screen", "on", 7}};
    CHECK(lane(deviceDay(flaps, second(50), second(100)), "screen").size() == 2); // it was otherwise in between
}

TEST_CASE("each lane says what the device is, in a word") {
    Device device;
    DeviceState state;
    const auto word = [&](std::string_view key) {
        return std::ranges::find(deviceLanes(), key, &DeviceLane::key)->text(device, state);
    };
    CHECK(word("metered") == "none");
    CHECK(word("network") == "none");
    CHECK(word("doze") == "active");
    state.doze.light = LightState::Idle;
    CHECK(word("doze") == "light_idle");
    state.doze.deep = DeepState::Idle;
    CHECK(word("doze") == "idle");
    state.doze.deep = DeepState::IdleMaintenance;
    state.doze.light = LightState::Override;
    CHECK(word("doze") == "idle_maintenance");
    state.charging = false;
    CHECK(word("charging") == "no");
    device.screenOn = false;
    CHECK(word("screen") == "off");
}
