// A machine that goes to sleep (limits.md §13, Suspend): what is stopped for it, how long it waits, and what it costs.
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

void sleeps(Stage& stage, bool on) {
    stage.change([on](Device& device) { device.sleeping = on; });
}

/// When the machine was let sleep, and when that was taken back.
std::vector<std::pair<Duration, bool>> delays(const Stage& stage) {
    std::vector<std::pair<Duration, bool>> told;
    for (const auto& [when, trace] : stage.traces)
        if (trace.what == Trace::What::Sleep && trace.to != "waiting")
            told.emplace_back(when - at(0s), trace.to == "awake");
    return told;
}

} // namespace

TEST_CASE("a machine that goes to sleep is let sleep once what uses the network has stopped") { // limits.md §13
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.schedule(stage.job(2));
    stage.until(1min);
    sleeps(stage, true);
    CHECK_FALSE(stage.runs(1));
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_DEVICE_STATE});
    CHECK(stage.runs(2));
    CHECK(delays(stage) == std::vector{std::pair(Duration{1min}, false)});
    stage.until(3h);
    sleeps(stage, false);
    CHECK(stage.runs(1)); // at once
    CHECK(stage.view(1)->failures == 0);
    CHECK(stage.view(1)->systemStops == 0);
    CHECK(stage.count<DelaySleep>() == 2); // for the next one
}

TEST_CASE("a machine is let sleep after four seconds, whoever does not answer") { // limits.md §13: sleep.grace
    Stage stage;
    stage.behaves.answersStop = false;
    stage.schedule(stage.transfer(1));
    stage.until(1min);
    sleeps(stage, true);
    stage.until(1min + 3999ms);
    CHECK(delays(stage).empty());
    stage.until(2h);
    CHECK(delays(stage) == std::vector{std::pair(Duration{1min + 4s}, false)});
    CHECK(stage.times(1, Trace::What::Unresponsive).empty()); // nobody answers in his sleep
    sleeps(stage, false);
    stage.until(2h + 7999ms);
    CHECK(stage.times(1, Trace::What::Unresponsive).empty());
    stage.until(2h + 9s);
    CHECK(stage.times(1, Trace::What::Unresponsive) == std::vector<Duration>{2h + 8s});
}

TEST_CASE("time asleep counts neither for a run's limit nor for its run time") { // limits.md §13, jobs.md §4.4
    Stage stage;
    stage.schedule(stage.job(1));
    stage.until(10min);
    sleeps(stage, true);
    stage.until(10h);
    CHECK(stage.runs(1));
    sleeps(stage, false);
    CHECK(stage.view(1)->clocks->limit == stage.wallAtStart + 10h + 20min); // run.max_free is 30 min
    stage.until(10h + 20min - 1s);
    CHECK(stage.runs(1));
    stage.until(10h + 20min);
    CHECK(stage.last(1, Trace::What::Stopped).reason == STOP_REASON_TIMEOUT);
    CHECK(stage.last(1, Trace::What::Stopped).ran == Duration{30min});
}

TEST_CASE("a sleep that begins and ends in one moment, or is told twice, changes nothing") {
    Stage stage;
    stage.schedule(stage.job(1));
    sleeps(stage, true);
    stage.event(DeviceChanged{{}, stage.device});
    sleeps(stage, false);
    sleeps(stage, false);
    CHECK(stage.runs(1));
    CHECK(stage.count<DelaySleep>() == 2);
}

TEST_CASE("a daemon that starts while the machine goes to sleep begins nothing, and does not hold it up") {
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.until(1min);
    stage.device.sleeping = true;
    stage.restart();
    CHECK_FALSE(stage.runs(1));
    CHECK(stage.count<DelaySleep>() == 1);
    stage.until(1h);
    sleeps(stage, false);
    CHECK(stage.runs(1));
}

namespace {

struct Kept {
    Duration when;
    bool on;
    std::string because;
    bool operator==(const Kept&) const = default;
};

/// When the machine began and ceased to be kept awake, and why; from here on.
struct Watch {
    explicit Watch(Stage& stage) {
        stage.watch = [this, &stage](const Effect& effect) {
            if (const auto* keeps = std::get_if<KeepAwake>(&effect))
                told.push_back({stage.now.elapsed - at(0s), keeps->on, keeps->because});
        };
    }
    std::vector<Kept> told;
};

void moves(Stage& stage, Duration when, Bytes bytes) {
    stage.until(when);
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = bytes, .up = 0});
}

} // namespace

TEST_CASE(
    "a transfer that a person started keeps the machine awake while it moves bytes") { // limits.md §13: awake.stall
    Stage stage;
    const Watch kept(stage);
    stage.schedule(stage.transfer(1));
    stage.schedule(stage.job(2).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)); // a regular one keeps nothing awake
    CHECK(stage.view(1)->keepsAwake);
    CHECK_FALSE(stage.view(2)->keepsAwake);
    moves(stage, 1min, 1000);
    moves(stage, 2min, 1000); // no more than there were
    stage.until(3min);
    CHECK_FALSE(stage.view(1)->keepsAwake);
    moves(stage, 5min, 2000);
    stage.finish(1, false);
    CHECK(kept.told == std::vector{Kept{0min, true, "mains"}, Kept{3min, false, "stall"}, Kept{5min, true, "mains"},
                                   Kept{5min, false, "idle"}});
}

TEST_CASE("on battery the machine is kept awake for a time, above a level, and with the lid open") { // limits.md §13
    Stage stage;
    const Watch kept(stage);
    stage.change([](Device& d) {
        d.plugged = false;
        d.charging.reset();
        d.batteryPercent = 80;
    });
    stage.schedule(stage.transfer(1));
    const auto last = [&] { return kept.told.back(); };
    CHECK(last() == Kept{0min, true, "battery"});
    stage.change([](Device& d) { d.lidClosed = true; });
    CHECK(last() == Kept{0min, false, "lid"});
    stage.change([](Device& d) { d.plugged = true; });
    CHECK(last() == Kept{0min, true, "mains"}); // whatever the lid does
    moves(stage, 1min, 10);
    stage.change([](Device& d) { d.plugged = false; });
    CHECK(last() == Kept{1min, false, "lid"});
    stage.change([](Device& d) { d.lidClosed = false; });
    CHECK(last() == Kept{1min, true, "battery"});
    stage.change([](Device& d) { d.batteryPercent = 29; });
    CHECK(last() == Kept{1min, false, "battery_level"});
    stage.change([](Device& d) { d.batteryPercent = 30; });
    CHECK(last() == Kept{1min, true, "battery"});
    for (int minute = 2; minute < 35; ++minute)
        moves(stage, std::chrono::minutes{minute}, minute * 100);
    CHECK(last() == Kept{31min, false, "battery_time"}); // since the mains went, not since it was last let go
    stage.change([](Device& d) { d.plugged = true; });
    CHECK(last() == Kept{34min, true, "mains"});
}

TEST_CASE("a machine that is told to sleep is not kept awake any more") { // limits.md §13
    Stage stage;
    const Watch kept(stage);
    stage.schedule(stage.transfer(1));
    stage.until(1min);
    sleeps(stage, true);
    CHECK_FALSE(kept.told.back().on);
    sleeps(stage, false);
    CHECK(kept.told.back() == Kept{1min, true, "mains"});
}
