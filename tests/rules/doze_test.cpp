// The common part of both machines of Doze (limits.md §6.1, §6.4 to §6.7): the screen, the plug, and a person's word.
#include "rules/night.hpp"

using namespace stint;

TEST_CASE("nothing dozes while the screen is on and unlocked, or power is plugged") { // limits.md §6.1
    struct Row {
        bool on, locked, plugged, waitForUnlock, dozes;
    };
    // clang-format off
    for (const Row& r : {Row{false, false, false, true,  true},
                         Row{false, true,  false, true,  true},
                         Row{true,  false, false, true,  false},
                         Row{true,  true,  false, true,  true},
                         Row{true,  true,  false, false, false},
                         Row{false, false, true,  true,  false}}) {
        // clang-format on
        Night night;
        night.device.screenOn = r.on;
        night.device.locked = r.locked;
        night.device.plugged = r.plugged;
        night.constants.dozeWaitForUnlock = r.waitForUnlock;
        night.until(0s);
        CHECK((night.doze.deep == DeepState::Inactive) == r.dozes);
        CHECK((night.doze.light == LightState::Inactive) == r.dozes);
        CHECK(night.next().has_value() == r.dozes);
    }
}
TEST_CASE("a lit lock screen does not end Doze, unlocking it does") { // §12.5 example 73
    Night night = idleSince1h();
    night.change(1h + 20min, [](Device& d) { d.screenOn = d.locked = true; });
    CHECK(night.doze.deepIdle());
    night.change(1h + 21min, [](Device& d) { d.locked = false; });
    CHECK(night.path(deep, 1h + 21min) == States{"active"});
    CHECK(night.path(light, 1h + 21min) == States{"active"});
    CHECK(night.next() == at(1h + 21min + 3s)); // background jobs go on (§6.4)
    night.until(1h + 22min);
    CHECK_FALSE(night.next());
}

TEST_CASE("any plug ends Doze at once, charging or not") { // §12.5 example 74
    Night night = idleSince1h();
    night.change(1h + 20min, [](Device& d) {
        d.plugged = true;
        d.charging = false;
    });
    CHECK(night.path(deep, 1h + 20min) == States{"active"});
    CHECK(night.doze.settledAt == at(1h + 20min + 3s));
    night.change(1h + 30min, [](Device& d) { d.plugged = false; });
    CHECK(night.path(deep, 1h + 30min) == States{"inactive"});
}
TEST_CASE("with flex every timer is late but those of idle itself") { // limits.md §6.2, doze.flex
    Night night;
    night.constants.dozeFlex = 1min;
    night.until(2h + 3min);
    CHECK(night.entered(light, "idle").front() == 5min);
    CHECK(night.entered(light, "idle_maintenance").front() == 10min);
    CHECK(night.entered(deep, "idle") == Times{1h + 2min, 2h + 2min + 30s});
    CHECK(night.entered(deep, "idle_maintenance") == Times{2h + 2min});
}

TEST_CASE("background jobs go on three seconds after idle, if it does not begin again") { // limits.md §6.4
    Night night;
    night.until(9min);
    CHECK(night.doze.settledAt == at(9min + 3s));
    night.until(9min + 3s);
    CHECK_FALSE(night.doze.settledAt);
    night.change(2h + 1s, [](Device& d) { d.dozeForce = DozeForce::Idle; });
    CHECK_FALSE(night.doze.settledAt);
}

TEST_CASE("what Doze is held at stays, whatever screen, plug and clock do") { // scenario.md device.doze, limits.md §6.7
    struct Row {
        DozeForce force;
        DeepState deep;
        LightState light;
    };
    // clang-format off
    const Row rows[] = {
        {DozeForce::Active,           DeepState::Active,          LightState::Active},
        {DozeForce::LightIdle,        DeepState::Inactive,        LightState::Idle},
        {DozeForce::LightMaintenance, DeepState::Inactive,        LightState::IdleMaintenance},
        {DozeForce::Idle,             DeepState::Idle,            LightState::Override},
        {DozeForce::IdleMaintenance,  DeepState::IdleMaintenance, LightState::Override},
    };
    // clang-format on
    for (const Row& from : rows) {
        for (const Row& to : rows) {
            Night night;
            night.device.screenOn = true;
            night.hold(1min, from.force);
            night.hold(2min, to.force);
            night.change(1h, [](Device& d) { d.screenOn = false; });
            night.change(2h, [](Device& d) { d.plugged = true; });
            night.change(9h, [](Device& d) { d.motion = Motion::Moving; });
            CHECK(night.doze.deep == to.deep);
            CHECK(night.doze.light == to.light);
        }
    }
}

TEST_CASE("Doze let go ends where the screen is on or power is plugged, and else goes on") { // limits.md §6.7
    struct Row {
        bool on, locked, plugged;
        DeepState state;
    };
    for (const Row& r : {Row{true, false, false, DeepState::Active}, Row{true, true, false, DeepState::Inactive},
                         Row{false, false, true, DeepState::Active}, Row{false, false, false, DeepState::Idle}}) {
        Night night;
        night.device.screenOn = r.on;
        night.device.locked = r.locked;
        night.device.plugged = r.plugged;
        night.hold(1min, DozeForce::Idle);
        night.hold(10min, std::nullopt);
        CHECK(night.doze.deep == r.state);
        if (r.state != DeepState::Idle) continue;
        night.until(2h);
        CHECK(night.entered(deep, "idle_maintenance") == Times{1h + 1min});
    }
}

TEST_CASE("a step does now what the machine's timer would do") { // limits.md §6.7
    Night night;
    night.until(1min);
    for (const char* to : {"idle_pending", "idle", "idle_maintenance", "idle"}) {
        night.step(deep);
        CHECK(night.path(deep, 1min).back() == to);
    }
    night.step(light);
    CHECK(night.doze.light == LightState::Override);

    Night early;
    early.device.network.reset();
    early.until(1min);
    for (const char* to : {"idle", "waiting_for_network", "idle_maintenance", "idle"}) {
        early.step(light);
        CHECK(early.path(light, 1min).back() == to);
    }
}

TEST_CASE("a step moves no machine that is active or held") { // limits.md §6.7
    Night night;
    night.device.screenOn = true;
    night.until(1min);
    night.step(deep);
    night.step(light);
    CHECK(night.seen.empty());
    night.hold(2min, DozeForce::Idle);
    night.step(deep);
    CHECK(night.doze.deep == DeepState::Idle);
}

TEST_CASE("a caller who comes hours late finds the next window open from then on") { // limits.md §6.2
    Night night = idleSince1h();
    night.now = 7h;
    night.ask(night.device);
    CHECK(night.doze.deep == DeepState::IdleMaintenance);
    CHECK(night.next() == at(7h + 3s));
    night.until(7h + 1min);
    CHECK(night.path(deep, 7h + 30s) == States{"idle"});
}
