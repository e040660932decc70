// Since when the device holds something back (limits.md §1.1; stint device).
#include <doctest/doctest.h>

#include "stage.hpp"

using namespace stint;

namespace {

DeviceLimitView regularJobs(const Stage& stage) {
    for (const DeviceLimitView& limit : stage.core->deviceLimits(stage.clock()))
        if (limit.work == "regular jobs") return limit;
    return {};
}

} // namespace

TEST_CASE("what the device holds back is told with since when and until when") { // limits.md §6.2
    Constants constants;
    constants.dozeLightEnabled = false; // the light machine would hold them before
    Stage stage(constants);
    CHECK(regularJobs(stage).open);
    stage.change([](Device& device) {
        device.plugged = false;
        device.charging = false;
        device.screenOn = false;
    });
    stage.until(80min); // limits.md §6.2: IDLE at 1:00:00, a window at 2:00:00
    const DeviceLimitView held = regularJobs(stage);
    CHECK_FALSE(held.open);
    CHECK(held.by == "doze");
    CHECK(held.since == stage.wallAtStart + 60min);
    CHECK(held.until == stage.wallAtStart + 2h + 3s); // §6.4: background jobs follow 3 s into the window
    stage.change([](Device& device) { device.screenOn = true; });
    stage.until(90min);
    CHECK(regularJobs(stage).open);
    CHECK_FALSE(regularJobs(stage).since);
}

TEST_CASE("what holds goes on since it began, however much else changes") {
    Stage stage;
    stage.until(1min);
    stage.change([](Device& device) { device.thermal = Thermal::Moderate; });
    stage.until(5min);
    stage.change([](Device& device) { device.batteryPercent = 40; });
    stage.until(9min);
    stage.change([](Device& device) { device.thermal = Thermal::Severe; });
    CHECK(regularJobs(stage).since == stage.wallAtStart + 1min);
}
