// A daemon that starts again inside one boot, after time that it was not there for (jobs.md §12.5).
#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "contract/rules/ending.hpp"
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

TEST_CASE("a job that a damaged store has twice is one") { // docs/decisions/0015
    Stage stage;
    const StoredJob stored{{.key = Stage::key(1), .info = *stage.job(1).setPersisted(true).build()}, BootId{"first"}};
    Scheduler core{Constants{}};
    core.restore({.jobs = {stored, stored}}, BootId{"first"}, stage.device, stage.clock());
    core.handle(AppInstalled{Stage::manifestOf(mail)}, stage.clock());
    CHECK(core.job(Stage::key(1), stage.clock()));
    core.handle(Cancel{.call = {1}, .app = mail, .id = JobId{1}}, stage.clock());
    CHECK(core.job(Stage::key(1), stage.clock())->state == JobView::State::Finished);
    core.handle(AppUninstalled{mail}, stage.clock());
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

// architecture.md, the turn: after a commit that failed another core begins, and the daemon lives.
TEST_CASE("a run that was called goes on under another core, and ends once") {
    Stage stage;
    stage.schedule(stage.job(7));
    const RunId run = stage.run(7);
    stage.until(1min);
    stage.loseCore();
    REQUIRE(stage.runs(7));
    CHECK(stage.log.empty());
    SUBCASE("by itself") {
        stage.event(JobFinished{mail, run, false, {}});
        CHECK_FALSE(stage.tracked(7));
        REQUIRE(stage.log.size() == 1);
        CHECK(succeeded(stage.log[0].run));
    }
    SUBCASE("at its limit") {
        Stage other; // whose core is never another
        other.schedule(other.job(7));
        for (Stage* each : {&stage, &other})
            each->until(1h);
        CHECK(stage.times(7, Trace::What::Stopped).at(0) == other.times(7, Trace::What::Stopped).at(0));
    }
    SUBCASE("with its process") {
        stage.event(RunLost{run, true, "it crashed"});
        REQUIRE(stage.log.size() == 1);
        CHECK(stage.log[0].run.outcome.text == "it crashed");
    }
    CHECK(stage.times(7, Trace::What::Started).front() == 0s);
}

TEST_CASE("a run goes on under another core as it would have under its own") { // architecture.md, the turn
    using What = Trace::What;
    const auto onBattery = [](Stage& stage) { stage.change([](Device& d) { d.charging = d.plugged = false; }); };
    const auto timeOut = [](Stage& stage) {
        stage.event(StopJobs{{}, mail, "", JobId{7}, {STOP_REASON_TIMEOUT, InternalReason::Timeout}});
        stage.until(stage.now.elapsed - at(0s) + 2min);
    };
    struct Row {
        std::string_view what;
        std::function<void(Stage&)> before; ///< the core is lost
        std::function<void(Stage&)> after;
        Duration stopped; ///< then
    };
    const std::vector<Row> rows{
        {"it began while its app was on top, under a policy by which that frees it of the quota",
         [&](Stage& stage) {
             onBattery(stage);
             stage.event(AppStatePinned{{}, mail, ProcessState::Top});
             stage.schedule(stage.job(7));
             stage.until(1min);
             stage.event(AppStatePinned{{}, mail, ProcessState::Background});
         },
         {},
         30min},
        {"its app had run into its limits too often, so that its own is a shorter one",
         [&](Stage& stage) {
             stage.schedule(stage.transfer(7));
             timeOut(stage);
             timeOut(stage);
         },
         {},
         33min},
        {"the machine slept while it ran",
         [](Stage& stage) {
             stage.schedule(stage.job(7));
             stage.until(5min);
             stage.change([](Device& d) { d.sleeping = true; });
             stage.until(25min);
             stage.change([](Device& d) { d.sleeping = false; });
         },
         {},
         50min},
        {"it was run past its constraints",
         [&](Stage& stage) {
             onBattery(stage);
             stage.schedule(stage.job(7).setRequiresCharging(true));
             stage.event(RunJob{{}, Stage::key(7), Override::Full});
         },
         [](Stage& stage) { stage.change([](Device& d) { d.screenOn = false; }); }, 30min},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Constants constants;
        constants.legacyTopStartedJobsFree = true;
        Stage kept{constants}, lost{constants};
        for (Stage* const stage : {&kept, &lost}) {
            row.before(*stage);
            REQUIRE(stage->runs(7));
            if (stage == &lost) stage->loseCore();
            if (row.after) row.after(*stage);
        }
        CHECK(lost.view(7)->clocks == kept.view(7)->clocks);
        CHECK(lost.core->apps(lost.clock())[0].safeguards == kept.core->apps(kept.clock())[0].safeguards);
        for (Stage* const stage : {&kept, &lost})
            stage->until(70min);
        const auto stops = kept.times(7, What::Stopped);
        CHECK(std::ranges::find(stops, row.stopped) != stops.end());
        CHECK(lost.times(7, What::Stopped) == stops);
        CHECK(lost.last(7, What::Stopped).reason == kept.last(7, What::Stopped).reason);
    }
}

TEST_CASE("a run that was being stopped when its core was dropped is not told to stop again") {
    Stage stage;
    stage.behaves.answersStop = false;
    stage.schedule(stage.job(7).setRequiresCharging(true));
    const RunId run = stage.run(7);
    stage.change([](Device& d) { d.charging = d.plugged = false; });
    REQUIRE(stage.count<CallStop>() == 1);
    stage.loseCore();
    CHECK(stage.count<CallStop>() == 1);
    stage.event(StopAnswered{run, true});
    CHECK(stage.log.at(0).run.ending == Ending{STOP_REASON_CONSTRAINT_CHARGING, InternalReason::Constraints});
}

TEST_CASE("a run whose service was not called when its core was dropped is no run at all") {
    Stage stage;
    stage.behaves.connects = false;
    stage.schedule(stage.job(7));
    stage.behaves.connects = true;
    stage.loseCore();
    CHECK(stage.log.empty());
    CHECK(stage.times(7, Trace::What::Started).size() == 1);
}

} // namespace stint
