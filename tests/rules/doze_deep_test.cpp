// The deep machine of Doze (limits.md §6.2): its way to idle, its windows, alarm clocks, motion and quick doze.
#include "rules/night.hpp"

using namespace stint;

TEST_CASE("the way to deep idle is half an hour inactive and half an hour pending") { // limits.md §6.2
    Night night;
    night.until(1h);
    CHECK(night.path(deep, 0s) == States{"inactive"});
    CHECK(night.path(deep, 30min) == States{"idle_pending"});
    CHECK(night.path(deep, 1h) == States{"sensing", "locating", "idle"});
    CHECK(night.path(light, 1h) == States{"override"});
}

TEST_CASE("with work to do deep windows grow to ten minutes and idle to six hours") { // limits.md §6.2, the calendar
    Night night;
    night.inputs.busy = true;
    night.until(20h + 36min);
    CHECK(night.entered(deep, "idle") == Times{1h, 2h + 5min, 4h + 15min, 8h + 25min, 14h + 35min});
    CHECK(night.entered(deep, "idle_maintenance") == Times{2h, 4h + 5min, 8h + 15min, 14h + 25min, 20h + 35min});
}

TEST_CASE("with nothing to do each deep window closes after its 30 seconds") { // §12.5 example 60
    Night night;
    night.until(15h);
    CHECK(night.entered(deep, "idle_maintenance") == Times{2h, 4h + 30s, 8h + 1min, 14h + 1min + 30s});
    CHECK(night.entered(deep, "idle") == Times{1h, 2h + 30s, 4h + 1min, 8h + 1min + 30s, 14h + 2min});
}

TEST_CASE("a deep window closes as soon as its work is done") { // §12.5 example 61
    Night night;
    night.busy(2h + 3s, true);
    night.busy(2h + 1min + 3s, false);
    CHECK(night.path(deep, 2h + 1min + 3s) == States{"idle"});
    night.until(5h);
    CHECK(night.entered(deep, "idle_maintenance") == Times{2h, 4h + 1min + 3s});
}

TEST_CASE("work that is done within the first 30 seconds does not close a deep window before they are over") {
    Night night; // limits.md §6.4
    night.busy(2h + 3s, true);
    night.busy(2h + 29s, false);
    CHECK(night.doze.deep == DeepState::IdleMaintenance);
    night.until(2h + 30s);
    CHECK(night.doze.deep == DeepState::Idle);
}

TEST_CASE("the second deep window may last ten minutes") { // §12.5 example 62
    Night night;
    night.busy(2h + 3s, true);
    night.busy(2h + 5min, false);
    CHECK(night.path(deep, 2h + 5min) == States{"idle"});
    night.busy(4h + 5min + 3s, true);
    night.busy(4h + 10min + 3s, false);
    CHECK(night.path(deep, 4h + 10min + 3s) == States{"idle"});
    CHECK(night.next() == at(8h + 10min + 3s));
}
TEST_CASE("an alarm clock an hour away at a step ends Doze until half an hour after it") { // §12.5 example 70
    Night night;
    night.inputs.alarmClock = at(3h);
    night.until(3h);
    CHECK(night.path(deep, 2h) == States{"active", "inactive"});
    CHECK(night.path(light, 2h) == States{"active", "inactive"});
    night.inputs.alarmClock.reset();
    night.until(4h);
    CHECK(night.entered(deep, "idle_pending") == Times{30min, 3h + 30min});
    CHECK(night.entered(deep, "idle") == Times{1h, 4h});
}

TEST_CASE("an alarm clock a millisecond farther away lets the step pass") { // limits.md §6.2, example 70's other side
    Night night;
    night.inputs.alarmClock = at(3h + 1ms);
    night.until(2h);
    CHECK(night.path(deep, 2h) == States{"idle_maintenance"});
}

TEST_CASE("an alarm clock near enough keeps deep idle from beginning") { // §12.5 example 71
    Night night;
    night.inputs.alarmClock = at(1h + 45min);
    night.until(1h + 45min);
    CHECK(night.path(deep, 30min) == States{"idle_pending"});
    CHECK(night.path(deep, 1h) == States{"active", "inactive"});
    night.inputs.alarmClock.reset();
    night.until(3h);
    CHECK(night.entered(deep, "idle_pending") == Times{30min, 2h + 15min});
    CHECK(night.entered(deep, "idle") == Times{2h + 45min});
}

TEST_CASE("a device left alone with an alarm clock near is inactive until half an hour after it") { // limits.md §6.2
    Night night;
    night.inputs.alarmClock = at(20min);
    night.until(20min);
    night.inputs.alarmClock.reset();
    night.until(1h);
    CHECK(night.entered(deep, "idle_pending") == Times{50min});
}

TEST_CASE("idle ends two minutes before an alarm clock that is set while idling") { // §12.5 example 72, limits.md §7.4
    Night night = idleSince1h();
    night.inputs.alarmClock = at(1h + 40min);
    night.until(1h + 40min);
    CHECK(night.path(deep, 1h + 38min) == States{"active", "inactive"});
    CHECK(night.next() == at(1h + 42min)); // light idles again meanwhile
    CHECK(*night.doze.deepTimer == at(2h + 10min));
}

TEST_CASE("idle does not begin only to end for an alarm clock two minutes later") { // limits.md §7.4
    Night night;
    night.constants.dozeMinTimeToAlarm = 0s;
    night.inputs.alarmClock = at(1h + 2min);
    night.until(1h);
    CHECK(night.path(deep, 1h) == States{"active", "inactive"});
}

TEST_CASE("an alarm clock taken back lets idle last as long as it would have") { // limits.md §7.4
    Night night = idleSince1h();
    night.inputs.alarmClock = at(1h + 40min);
    CHECK(night.next() == at(1h + 38min));
    night.inputs.alarmClock.reset();
    CHECK(night.next() == at(2h));
}
TEST_CASE("motion ends deep idle, which returns after ten and thirty minutes' rest") { // §12.5 example 75
    Night night = idleSince1h();
    night.change(1h + 20min, [](Device& d) { d.motion = Motion::Moving; });
    night.change(1h + 20min + 10s, [](Device& d) { d.motion = Motion::Still; });
    night.until(3h);
    CHECK(night.path(deep, 1h + 20min) == States{"active", "inactive"});
    CHECK(night.path(light, 1h + 20min) == States{"active", "inactive"});
    CHECK(night.path(light, 1h + 24min) == States{"idle"});
    CHECK(night.path(deep, 1h + 30min) == States{"idle_pending"});
    CHECK(night.entered(deep, "idle") == Times{1h, 2h});
    CHECK(night.entered(deep, "idle_maintenance") == Times{3h}); // idle-to is 60 min again
}

TEST_CASE("motion before deep idle restarts deep alone") { // limits.md §6.3
    Night night;
    night.change(40min, [](Device& d) { d.motion = Motion::Moving; });
    CHECK(night.path(deep, 40min) == States{"active", "inactive"});
    CHECK(night.path(light, 40min).empty());
    CHECK(*night.doze.deepTimer == at(50min));
}

TEST_CASE("motion while inactive is not noticed") { // limits.md §6.2: from IDLE_PENDING on
    Night night;
    night.change(10min, [](Device& d) { d.motion = Motion::Moving; });
    night.change(11min, [](Device& d) { d.motion = Motion::Still; });
    night.until(1h);
    CHECK(night.entered(deep, "idle") == Times{1h});
}

TEST_CASE("a device that moves all the time is found moving by each sensing, and only light dozes") { // §6.2, SENSING
    Night night;
    night.device.motion = Motion::Moving;
    night.until(3h);
    CHECK(night.path(deep, 1h) == States{"sensing", "active", "inactive"});
    CHECK(night.entered(deep, "sensing") == Times{1h, 2h, 3h});
    CHECK(night.entered(deep, "idle").empty());
    CHECK(night.entered(light, "inactive") == Times{0s});
}

TEST_CASE("without a motion sensor sensing passes at once") { // limits.md §6.2 (proposal), §13
    Night night;
    night.device.motion = Motion::Unknown;
    night.until(1h);
    CHECK(night.entered(deep, "idle") == Times{1h});
}

TEST_CASE("with battery saver on the device idles a minute after the screen went off, moved or not") { // example 76
    Night night;
    night.device.batterySaver = true;
    night.change(30s, [](Device& d) { d.motion = Motion::Moving; });
    night.change(20min, [](Device& d) { d.motion = Motion::Still; });
    night.change(30min, [](Device& d) { d.motion = Motion::Moving; });
    night.until(4h);
    CHECK(night.path(deep, 0s) == States{"quick_doze_delay"});
    CHECK(night.entered(deep, "idle") == Times{1min, 1h + 1min + 30s, 3h + 2min});
    CHECK(night.entered(deep, "idle_maintenance") == Times{1h + 1min, 3h + 1min + 30s});
}

TEST_CASE("battery saver takes the way to idle short from wherever it is") { // limits.md §6.2, quick doze
    for (const Duration when : {10min, 40min}) {
        Night night;
        night.change(when, [](Device& d) { d.batterySaver = true; });
        CHECK(night.path(deep, when) == States{"quick_doze_delay"});
        night.until(when + 1min);
        CHECK(night.doze.deepIdle());
    }
}

TEST_CASE("battery saver that comes while idling lets motion end that idle once") { // limits.md §6.2, quick doze
    Night night = idleSince1h();
    night.change(1h + 15min, [](Device& d) { d.batterySaver = true; });
    CHECK(night.doze.deepIdle());
    night.change(1h + 20min, [](Device& d) { d.motion = Motion::Moving; });
    CHECK(night.path(deep, 1h + 20min) == States{"active", "quick_doze_delay"});
    night.change(1h + 30min, [](Device& d) { d.motion = Motion::Still; });
    night.change(1h + 31min, [](Device& d) { d.motion = Motion::Moving; });
    CHECK(night.doze.deepIdle());
}

TEST_CASE("battery saver that ends does not end an idle already reached") { // limits.md §6.5
    Night night;
    night.device.batterySaver = true;
    night.change(10min, [](Device& d) { d.batterySaver = false; });
    night.until(20min);
    CHECK(night.doze.deepIdle());
}

TEST_CASE("quick doze with an alarm clock near begins a minute after it") { // limits.md §6.2
    Night night;
    night.device.batterySaver = true;
    night.inputs.alarmClock = at(25min);
    night.until(25min);
    night.inputs.alarmClock.reset();
    night.until(30min);
    CHECK(night.entered(deep, "idle") == Times{26min});
}

TEST_CASE("battery saver on the plug does nothing") { // limits.md §1.1, §9
    Night night;
    night.device.batterySaver = night.device.plugged = true;
    night.until(1h);
    CHECK(night.seen.empty());
}
