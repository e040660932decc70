// The device's history: what is kept of it, when that is written down, and what a daemon that begins says of the time
// before (jobs.md §9.5).
#include <doctest/doctest.h>

#include "contract/rules/device_state.hpp"
#include "core/stage.hpp"

using namespace stint;

namespace {

/// The device log that a stage's cores write.
struct DeviceKept {
    explicit DeviceKept(Stage& stage) {
        stage.steps = [this](const Step& step) {
            bool others = false;
            for (const Record& record : step.records) {
                if (const auto* saved = std::get_if<SaveDeviceChange>(&record)) {
                    changes.push_back(saved->change);
                } else {
                    others = true;
                }
            }
            if (!step.records.empty() && !others) ++ownCommits;
        };
    }
    std::vector<DeviceChange> of(std::string_view key) const {
        std::vector<DeviceChange> found;
        for (const DeviceChange& change : changes)
            if (change.key == key) found.push_back(change);
        return found;
    }
    std::vector<DeviceChange> changes;
    int ownCommits = 0;
};

void meter(Stage& stage, bool metered) {
    stage.change([metered](Device& d) { d.network = metered ? Stage::cellular() : Stage::wifi(); });
}

} // namespace

TEST_CASE("each lane is noted where the history begins, and when it changes") { // jobs.md §9.5
    Stage stage;
    DeviceKept kept(stage);
    stage.restart();
    stage.schedule(stage.job(1)); // has something to write
    for (const DeviceLane& lane : deviceLanes()) {
        CAPTURE(lane.key);
        CHECK(kept.of(lane.key).size() == 1);
    }
    REQUIRE(kept.of(presenceLane).size() == 1);
    CHECK(kept.of(presenceLane)[0].value == isUp);
    CHECK(kept.of("network")[0].value == "wifi");
    CHECK(kept.of("metered")[0].value == "no");
    stage.until(10s);
    meter(stage, true);
    stage.schedule(stage.job(2));
    CHECK(kept.of("metered").back() == DeviceChange{stage.wallAtStart + 10s, "metered", "yes", 0});
    CHECK(kept.of("network").back().value == "cellular");
    CHECK(kept.of("charging").size() == 1);
}

TEST_CASE("a change alone writes nothing and wakes nobody: it goes with the next commit, or waits five minutes") {
    Stage stage; // jobs.md §9.5
    DeviceKept kept(stage);
    stage.schedule(stage.job(1));
    const auto before = kept.changes.size();
    const auto deadline = stage.core->nextDeadline();
    stage.until(10s);
    meter(stage, true);
    CHECK(kept.changes.size() == before);
    CHECK(stage.core->unwrittenDeviceChanges().size() == 2);
    CHECK(stage.core->nextDeadline() == deadline);
    stage.until(4min);
    meter(stage, true); // a turn that happens anyway
    CHECK(kept.changes.size() == before);
    stage.until(10s + 5min);
    meter(stage, true);
    CHECK(kept.changes.size() == before + 2);
    CHECK(stage.core->unwrittenDeviceChanges().empty());
}

TEST_CASE("a network that comes and goes a thousand times a second is ten entries, and one a minute") { // jobs.md §9.5
    Stage stage;
    DeviceKept kept(stage);
    stage.schedule(stage.job(1));
    for (int n = 1; n <= 3000; ++n) {
        stage.until(Duration{n});
        meter(stage, n % 2 == 1);
    }
    stage.schedule(stage.job(2));
    CHECK(kept.of("metered").size() == 9); // after the one at the beginning
    stage.until(1min);
    stage.schedule(stage.job(3));
    REQUIRE(kept.of("metered").size() == 10);
    const DeviceChange last = kept.of("metered").back();
    CHECK(last.value == "no");
    CHECK(last.when == stage.wallAtStart + 3s); // when it became so
    CHECK(last.leftOut == 3000 - 9 - 1);
    CHECK(kept.changes.size() < 60);
}

TEST_CASE("what stays as it is is noted anew each day, with the next commit, and no deadline is set for it") {
    Stage stage; // jobs.md §9.5
    DeviceKept kept(stage);
    stage.schedule(stage.job(1));
    const auto before = kept.of("charging").size();
    stage.until(24h - 1ms);
    stage.schedule(stage.job(2));
    CHECK(kept.of("charging").size() == before);
    stage.until(24h);
    stage.schedule(stage.job(3));
    REQUIRE(kept.of("charging").size() == before + 1);
    CHECK(kept.of("charging").back() == DeviceChange{stage.clock().wall, "charging", "yes", 0});
    CHECK(kept.of(presenceLane).back() ==
          DeviceChange{stage.clock().wall, std::string(presenceLane), std::string(isUp)});
    stage.until(30h);
    stage.schedule(stage.job(4));
    CHECK(kept.of("charging").size() == before + 1);
    SUBCASE("but not as it ends") {
        stage.until(49h);
        stage.event(ShuttingDown{});
        CHECK(kept.of(presenceLane).back().value == isDown);
    }
}

TEST_CASE("a daemon that ends says so, and writes down what waited") { // jobs.md §9.5
    Stage stage;
    DeviceKept kept(stage);
    stage.schedule(stage.job(1));
    meter(stage, true);
    stage.event(ShuttingDown{});
    CHECK(kept.of("metered").back().value == "yes");
    CHECK(kept.of(presenceLane).back().value == isDown);
}

TEST_CASE("after a daemon that was killed the time since its last commit is unknown") { // jobs.md §9.5
    const auto begun = [](const std::optional<DeviceChange>& last) {
        Scheduler core{Constants{}};
        Snapshot snapshot{.lastDeviceChange = last, .stamp = {.good = WallTime{1000s}}};
        core.restore(std::move(snapshot), BootId{"b"}, Device{}, {Instant{1h}, WallTime{5000s}});
        std::vector<DeviceChange> found;
        for (const DeviceChange& change : core.unwrittenDeviceChanges())
            if (change.key == presenceLane) found.push_back(change);
        return found;
    };
    const DeviceChange up{WallTime{5000s}, std::string(presenceLane), std::string(isUp)};
    const auto down = [](WallTime when) { return DeviceChange{when, std::string(presenceLane), std::string(isDown)}; };
    CHECK(begun({}) == std::vector{up}); // the first daemon ever
    CHECK(begun(DeviceChange{WallTime{900s}, "screen", "off"}) == std::vector{down(WallTime{1000s}), up});
    CHECK(begun(DeviceChange{WallTime{1200s}, "screen", "off"}) == std::vector{down(WallTime{1200s}), up});
    CHECK(begun(down(WallTime{1000s})) == std::vector{up});
}
