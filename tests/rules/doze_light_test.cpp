// The light machine of Doze (limits.md §6.3): its windows, their budget, and the network they wait for.
#include <algorithm>

#include "rules/night.hpp"

using namespace stint;

TEST_CASE("with work to do light looks out every five, ten, then fifteen minutes") { // limits.md §6.3, the calendar
    Night night;
    night.inputs.busy = true;
    night.until(1h);
    CHECK(night.entered(light, "idle") == Times{4min, 10min, 21min, 37min, 53min});
    CHECK(night.entered(light, "idle_maintenance") == Times{9min, 20min, 36min, 52min});
    CHECK(night.entered(light, "override") == Times{1h});
}

TEST_CASE("with nothing to do each light window closes after its five seconds") { // §12.5 example 66
    Night night;
    night.until(1h);
    CHECK(night.entered(light, "idle_maintenance") == Times{9min, 19min + 5s, 34min + 10s, 49min + 15s});
    CHECK(night.entered(light, "idle") == Times{4min, 9min + 5s, 19min + 10s, 34min + 15s, 49min + 20s});
}

TEST_CASE("what a light window saved of its minute a later one may spend") { // §12.5 example 94
    Night night;
    night.busy(9min + 3s, true);
    night.busy(9min + 10s, false);
    night.busy(19min + 13s, true);
    night.until(38min);
    CHECK(night.entered(light, "idle_maintenance") == Times{9min, 19min + 10s, 36min});
    CHECK(night.entered(light, "idle") == Times{4min, 9min + 10s, 21min, 37min});
}

TEST_CASE("no light window is longer than five minutes, whatever was saved") { // limits.md §6.3
    Night night;
    night.constants.dozeInactive = 24h;
    night.until(2h);
    const Duration begun = night.entered(light, "idle_maintenance").back() + 15min + 5s; // eight were not used
    night.busy(begun, true);
    night.until(begun + 10min);
    CHECK(night.path(light, begun) == States{"idle_maintenance"});
    CHECK(night.path(light, begun + 5min) == States{"idle"});
}

TEST_CASE("a light window without network waits for it, one idle period at most") { // §12.5 example 95
    for (const bool returns : {true, false}) {
        Night night;
        night.device.network.reset();
        night.until(9min);
        CHECK(night.doze.light == LightState::WaitingForNetwork);
        CHECK(night.doze.idle());
        if (returns) night.change(12min, [](Device& d) { d.network = Network{}; });
        night.until(20min);
        CHECK(night.entered(light, "idle_maintenance") == Times{returns ? 12min : 19min});
    }
}

TEST_CASE("a network that comes while light idles opens no window") { // limits.md §6.3
    Night night;
    night.device.network.reset();
    night.change(6min, [](Device& d) { d.network = Network{}; });
    CHECK(night.doze.light == LightState::Idle);
}

TEST_CASE("deep idle that begins as a light window would open leaves it shut") { // limits.md §6.2, OVERRIDE
    Night night;
    night.constants.dozeLightAfterInactive = 55min;
    night.until(1h);
    CHECK(night.path(light, 1h) == States{"override"});
}

TEST_CASE("without the light machine only the deep one dozes") { // limits.md §11 doze.light_enabled
    Night night;
    night.constants.dozeLightEnabled = false;
    night.until(3h);
    CHECK(night.entered(deep, "idle") == Times{1h, 2h + 30s});
    CHECK(std::ranges::none_of(night.seen, [](const Night::Seen& one) { return one.change.light; }));
}

TEST_CASE("without the deep machine the light one dozes on") { // doze.deep_enabled
    Night night = idleSince1h();
    night.constants.dozeDeepEnabled = false;
    night.until(1h + 1min);
    CHECK(night.doze.deep == DeepState::Active);
    CHECK(night.doze.light == LightState::Inactive);
    night.until(6h);
    CHECK(night.doze.deep == DeepState::Active);
    CHECK(night.entered(light, "idle_maintenance").size() > 10);
}

TEST_CASE("a step of what is held goes to the window and back, and leaves the other machine") { // limits.md §6.7
                                                                                                // clang-format off
    struct Row { DozeForce held; bool light; DozeForce then; };
    for (const auto& r : {Row{DozeForce::Idle,             false, DozeForce::IdleMaintenance},
                          Row{DozeForce::IdleMaintenance,  false, DozeForce::Idle},
                          Row{DozeForce::Idle,             true,  DozeForce::Idle},
                          Row{DozeForce::IdleMaintenance,  true,  DozeForce::IdleMaintenance},
                          Row{DozeForce::LightIdle,        true,  DozeForce::LightMaintenance},
                          Row{DozeForce::LightMaintenance, true,  DozeForce::LightIdle},
                          Row{DozeForce::LightIdle,        false, DozeForce::LightIdle},
                          Row{DozeForce::Active,           false, DozeForce::Active},
                          Row{DozeForce::Active,           true,  DozeForce::Active}})
        // clang-format on
        CHECK(steppedForce(r.held, r.light) == r.then);
}

TEST_CASE("the light machine takes part as its switch says, from the next moment on") { // limits.md §11
    Night night = idleSince1h();
    night.constants.dozeLightEnabled = false;
    night.until(1h + 20min);
    CHECK(night.doze.light == LightState::Active);
    night.constants.dozeLightEnabled = true;
    night.until(1h + 30min);
    CHECK(night.doze.light == LightState::Override);
}
