// What a daemon finds when it starts again inside one boot, after time that it was not there for (jobs.md §12.5).
#include <doctest/doctest.h>

#include "core/stage.hpp"

namespace stint {
namespace {

/// Plugged in, so that it does not doze, with the screen dark from now on.
void leaveAlone(Stage& stage) {
    stage.change([](Device& d) { d.screenOn = false; });
}

} // namespace

TEST_CASE("the device may have become idle while no daemon was there") { // jobs.md §3.2, limits.md §10.4
    Stage stage;
    leaveAlone(stage);
    stage.schedule(stage.job(7).setRequiresDeviceIdle(true));
    CHECK_FALSE(stage.runs(7));
    const Duration idle = Constants{}.idleThreshold + Constants{}.idleSlop;
    SUBCASE("long ago") { stage.now.elapsed += 2 * idle; }
    SUBCASE("at this instant") { stage.now.elapsed += idle; }
    stage.restart();
    CHECK(stage.core->deviceState().idle);
    CHECK(stage.runs(7));
}

TEST_CASE("a job may be asked about between the instant that makes the device idle and the turn that sees it") {
    Stage stage; // jobs.md §3.2: `stint why` is answered before what has fallen due
    leaveAlone(stage);
    stage.schedule(stage.job(7).setRequiresDeviceIdle(true));
    stage.now.elapsed += Constants{}.idleThreshold + Constants{}.idleSlop;
    CHECK(stage.core->explain(Stage::key(7), stage.clock()).size() <= 1);
    CHECK(stage.tracked(7));
}

TEST_CASE("what a job waits for is told without its app, which is announced a moment later") { // jobs.md §9.1, §9.2
    Stage stage;
    stage.change([](Device& d) { d.charging = false; });
    stage.schedule(stage.job(1).setRequiresCharging(true));
    stage.schedule(stage.job(2).setMinimumLatency(1h));
    stage.restart();
    for (const auto& [id, reason] : {std::pair{1, PENDING_JOB_REASON_CONSTRAINT_CHARGING},
                                     std::pair{2, PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY}}) {
        const auto history = stage.core->history(Stage::key(id));
        REQUIRE(history.size() == 1);
        CHECK(history[0].reasons == std::vector{reason});
    }
}

TEST_CASE("Doze makes way for the alarm clock of an app that is not announced yet") { // limits.md §6.2; jobs.md §12.5
    Stage stage;
    stage.change([](Device& d) { d.screenOn = d.plugged = false; });
    const Instant due = stage.now.elapsed + 80min;
    stage.ask(AlarmSet{{1}, {.app = mail, .kind = AlarmKind::Clock, .requested = due}});
    stage.sleep(70min);
    stage.restart();
    CHECK(stage.core->deviceState().doze.deep == DeepState::Inactive);
    stage.until(due - at(0s) + 2h);
    CHECK(stage.core->deviceState().doze.deep != DeepState::Inactive); // once it has rung
}

} // namespace stint
