// Wake-ups of a sleeping machine: their causes, their number, and the reports on them (limits.md §13, Wake-ups).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

void setAlarm(Stage& stage, const std::string& tag, AlarmKind kind, Duration when, bool wakeup = true) {
    stage.event(AlarmSet{
        {1}, {.app = mail, .tag = tag, .kind = kind, .wakeup = wakeup, .requested = at(when), .requestedWall = {}}});
}

/// It is let sleep at once, or is awake.
void liesDown(Stage& stage, bool on = true) {
    stage.change([on](Device& device) { device.sleeping = on; });
}

std::vector<std::pair<Duration, std::string>> wokenFor(const Stage& stage) {
    std::vector<std::pair<Duration, std::string>> told;
    for (const auto& [when, trace] : stage.traces)
        if (trace.what == Trace::What::Wake) told.emplace_back(when - at(0s), trace.because);
    return told;
}

Wake next(const Stage& stage) {
    const auto wake = stage.core->nextWake(stage.clock());
    REQUIRE(wake);
    return *wake;
}

using Told = std::vector<std::pair<Duration, std::string>>;

} // namespace

TEST_CASE("the next wake-up is that of the first alarm that wakes, and names it") { // limits.md §13, Wake-ups
    Stage stage;
    CHECK_FALSE(stage.core->nextWake(stage.clock()));
    setAlarm(stage, "quiet", AlarmKind::Exact, 5min, false);
    CHECK_FALSE(stage.core->nextWake(stage.clock()));
    setAlarm(stage, "tock", AlarmKind::Exact, 20min);
    setAlarm(stage, "tick", AlarmKind::Exact, 10min);
    CHECK(next(stage) == Wake{at(10min), "alarm tick of com.example.mail"});
    setAlarm(stage, "morning", AlarmKind::Clock, 10min);
    CHECK(next(stage) == Wake{at(10min), "alarm clock morning of com.example.mail, and 1 more"});
    setAlarm(stage, std::string(1000, 'x') + "\x1b", AlarmKind::Exact, 6s);
    CHECK(next(stage).cause ==
          "alarm " + std::string(60, 'x') + " of com.example.mail"); // stint-netguard takes 200 bytes
}

TEST_CASE("a wake-up is told once, with its cause, and only where the machine slept") { // limits.md §13, Wake-ups
    Stage stage;
    setAlarm(stage, "awake", AlarmKind::Exact, 5min);
    setAlarm(stage, "tick", AlarmKind::Exact, 10min);
    setAlarm(stage, "later", AlarmKind::Exact, 1h);
    stage.until(6min);
    CHECK(wokenFor(stage).empty());
    liesDown(stage);
    stage.until(11min);
    liesDown(stage, false);
    stage.until(2h);
    CHECK(wokenFor(stage) == Told{{10min, "alarm tick of com.example.mail"}});
    REQUIRE(stage.core->wakes().size() == 1);
    CHECK(stage.core->wakes().back() == Wake{at(10min), "alarm tick of com.example.mail"});
}

TEST_CASE(
    "a machine that somebody else has woken was not woken by what fell due meanwhile") { // limits.md §13: wake.takes
    for (const Duration late : {30s, 31s}) {
        CAPTURE(late);
        Stage stage;
        setAlarm(stage, "tick", AlarmKind::Exact, 10min);
        stage.until(1min);
        liesDown(stage);
        stage.sleep(9min + late); // nothing of ours runs
        liesDown(stage, false);
        CHECK(wokenFor(stage).size() == (late == 30s ? 1 : 0));
        CHECK(stage.count<DeliverAlarm>() == 1);
    }
}

TEST_CASE(
    "two wake-ups are a minute apart, and the second is for all that fell due between") { // limits.md §13: wake.gap
    Stage stage;
    setAlarm(stage, "a", AlarmKind::Exact, 10min);
    for (const auto& [tag, when] :
         {std::pair<std::string, Duration>{"b", 10min + 20s}, {"c", 10min + 40s}, {"d", 11min}})
        setAlarm(stage, tag, AlarmKind::Exact, when);
    setAlarm(stage, "e", AlarmKind::Exact, 11min + 1s);
    stage.until(1min);
    liesDown(stage);
    CHECK(next(stage) == Wake{at(10min), "alarm a of com.example.mail"});
    stage.until(10min);
    CHECK(next(stage) == Wake{at(11min), "alarm b of com.example.mail, and 2 more"});
    stage.sleep(1min);
    stage.until(11min);
    CHECK(wokenFor(stage) ==
          Told{{10min, "alarm a of com.example.mail"}, {11min, "alarm b of com.example.mail, and 2 more"}});
    CHECK(next(stage).when == at(12min));
    // A person waits for a clock.
    setAlarm(stage, "morning", AlarmKind::Clock, 11min + 10s);
    CHECK(next(stage) == Wake{at(11min + 10s), "alarm e of com.example.mail, and 1 more"});
}

TEST_CASE("what falls due while the machine is awake waits for no wake-up") { // limits.md §13, Wake-ups
    Stage stage;
    setAlarm(stage, "a", AlarmKind::Exact, 10min);
    setAlarm(stage, "b", AlarmKind::Exact, 10min + 20s);
    stage.until(1min);
    liesDown(stage);
    stage.until(10min);
    liesDown(stage, false);
    stage.until(10min + 20s);
    CHECK(stage.count<DeliverAlarm>() == 2);
    CHECK(wokenFor(stage).size() == 1);
}

TEST_CASE("alarms wake where the policy lets them, and alarm clocks always") { // limits.md §13: wake.alarms
    Constants constants;
    constants.wakeAlarms = false;
    Stage stage(constants);
    setAlarm(stage, "tick", AlarmKind::ExactWhileIdle, 10min);
    CHECK_FALSE(stage.core->nextWake(stage.clock()));
    setAlarm(stage, "morning", AlarmKind::Clock, 20min);
    CHECK(next(stage).when == at(20min));
}

TEST_CASE("a deep maintenance window wakes the machine where the policy says so, and a light one never") {
    for (const bool windows : {false, true}) { // limits.md §13: wake.windows
        CAPTURE(windows);
        Constants constants;
        constants.wakeWindows = windows;
        Stage stage(constants);
        stage.change([](Device& device) {
            device.plugged = false;
            device.charging.reset();
            device.batteryPercent = 80;
            device.screenOn = false;
        });
        stage.until(5min); // light idle
        CHECK_FALSE(stage.core->nextWake(stage.clock()));
        stage.until(1h + 1min); // deep idle, until 2:00
        REQUIRE(stage.core->deviceState().doze.deepIdle());
        liesDown(stage);
        CHECK(stage.core->nextWake(stage.clock()).has_value() == windows);
        stage.until(2h);
        if (windows)
            CHECK(wokenFor(stage) == Told{{2h, "a maintenance window of Doze"}});
        else
            CHECK(wokenFor(stage).empty());
    }
}

TEST_CASE("a window that wakes the machine counts once, for each app that runs in it") { // limits.md §14
    const AppId news{"com.example.news"};
    for (const bool windows : {false, true}) {
        CAPTURE(windows);
        Constants constants;
        constants.wakeWindows = windows;
        Stage stage(constants);
        stage.install(Stage::manifestOf(news));
        stage.change([](Device& device) {
            device.plugged = false;
            device.charging.reset();
            device.batteryPercent = 80;
            device.screenOn = false;
        });
        stage.until(1h + 1min); // deep idle, until 2:00
        stage.schedule(stage.job(1), false);
        stage.schedule(stage.job(2), false);
        REQUIRE_FALSE(stage.runs(1));
        liesDown(stage);
        stage.until(2h);
        liesDown(stage, false);
        stage.until(2h + 3s); // limits.md §6.4: jobs begin three seconds after the window
        REQUIRE(stage.runs(1));
        REQUIRE(stage.runs(2));
        const auto wakeUpsOf = [&](const AppId& app) {
            for (const AppView& view : stage.core->all<AppView>(stage.clock()))
                if (view.manifest.package == app)
                    return view.days.empty() ? std::vector<DayTally>{} : view.days.back().wakeUps;
            return std::vector<DayTally>{};
        };
        const auto counted = [&] {
            std::vector<MeterRow> rows = stage.core->meters();
            std::erase_if(rows, [](const MeterRow& row) { return row.name != "wakeups"; });
            return rows;
        };
        const std::vector<DayTally> once{{"window", 1}};
        CHECK(wakeUpsOf(mail) == (windows ? once : std::vector<DayTally>{}));
        CHECK(wakeUpsOf(news).empty()); // nothing of it ran
        CHECK(counted().size() == (windows ? 1 : 0));
        // Outside of the window nobody is charged for it.
        stage.finish(1, false);
        stage.finish(2, false);
        stage.until(2h + 10min);
        REQUIRE(stage.core->deviceState().doze.deepIdle());
        stage.schedule(stage.transfer(3));
        CHECK(stage.runs(3));
        CHECK(wakeUpsOf(mail) == (windows ? once : std::vector<DayTally>{}));
        CHECK(counted().size() == (windows ? 1 : 0));
    }
}
