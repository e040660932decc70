// The records of each run (jobs.md §9.4).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

TEST_CASE("a run that is over is logged with what its job waited for, why it ended, and when it is tried again") {
    Stage stage; // jobs.md §9.4
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(1));
    stage.until(10s);
    stage.change([](Device& d) { d.network = Stage::wifi(); });
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 100, .up = 0});
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 250, .up = 0});
    stage.until(15s);
    stage.event(JobFinished{mail, stage.run(1), true, {69, "connection refused"}});

    REQUIRE(stage.log.size() == 1);
    CHECK(stage.log[0].job == Stage::key(1));
    const PastRun& run = stage.log[0].run;
    REQUIRE(run.waits.size() == 2);
    CHECK(run.waits[0] == HistoryEntry{stage.wallAtStart, {PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY}});
    CHECK(run.waits[1].when == stage.wallAtStart + 10s);
    CHECK(run.began == stage.wallAtStart + 10s);
    CHECK(run.ended == stage.wallAtStart + 15s);
    CHECK(run.kind == JobClass::UserInitiated);
    CHECK(run.outcome == Outcome{69, "connection refused"});
    CHECK(run.resumedAt == 100);
    CHECK(run.transferredDown == 250);
    CHECK(run.next == stage.wallAtStart + 45s);
    CHECK_FALSE(run.last);
}

TEST_CASE("the last run stays with a job that waits for its retry, also over a restart, and `why` tells it") {
    Stage stage; // jobs.md §9.4
    stage.schedule(stage.job(1).setPersisted(true));
    stage.event(JobFinished{mail, stage.run(1), true, {69, "connection refused"}});
    for (const bool restarted : {false, true}) {
        CAPTURE(restarted);
        if (restarted) stage.restart();
        REQUIRE(stage.view(1)->lastRun.has_value());
        CHECK(stage.view(1)->lastRun->outcome.text == "connection refused");
        CHECK(stage.view(1)->waitsFor == "rests after 1 failure: connection refused");
        CHECK(stage.core->explain(Stage::key(1), stage.clock()).at(0).detail == stage.view(1)->waitsFor);
    }
}

TEST_CASE("a job that is cancelled while it waits ends with the bytes that its runs came to") { // jobs.md §4.7
    Stage stage;
    stage.schedule(stage.job(1));
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 100, .up = 0});
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 250, .up = 0});
    stage.event(JobFinished{mail, stage.run(1), true, {69, "connection refused"}});
    REQUIRE(stage.view(1)->transferredDown == 250);
    stage.ask(Cancel{.call = {1}, .app = mail, .id = JobId{1}});
    CHECK(stage.view(1)->transferredDown == 250);
    CHECK(stage.view(1)->completed->moved == 150); // what was there before the first report is no part of it
}

TEST_CASE("what a job waits for is told in each reason's own words, beside the others too") { // jobs.md §9.1
    Stage stage;
    stage.change([](Device& d) { d.charging = false; });
    stage.schedule(stage.job(1).setRequiresCharging(true).setMinimumLatency(1h));
    const auto blockers = stage.core->explain(Stage::key(1), stage.clock());
    REQUIRE(blockers.size() == 2);
    CHECK(stage.view(1)->waitsFor == blockers[0].detail);
    CHECK(stage.view(1)->waitsAlso == std::vector{blockers[1].detail});
}

TEST_CASE("a run that went well and is to go on has not failed in words") { // linux.md §A.10
    Stage stage;
    stage.schedule(stage.job(1));
    stage.event(JobFinished{mail, stage.run(1), true, {0, "asked to end before its limit"}});
    CHECK(stage.view(1)->failures == 1);
    CHECK(stage.view(1)->waitsFor == "rests after 1 run: asked to end before its limit");
}

TEST_CASE("what a job has waited for is told while it runs; a retry starts a new list") { // jobs.md §9.2
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(1));
    stage.until(4s);
    stage.change([](Device& d) { d.network = Stage::wifi(); });
    REQUIRE(stage.runs(1));
    REQUIRE_FALSE(stage.core->history(Stage::key(1)).empty());
    CHECK(stage.core->history(Stage::key(1))[0].reasons == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    stage.finish(1, true);
    const auto anew = stage.core->history(Stage::key(1));
    REQUIRE(anew.size() == 1);
    CHECK(anew[0].reasons == std::vector{PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY});
}

TEST_CASE("a run that a dead daemon left is logged as lost with it, once") { // jobs.md §9.4, §12.5
    Stage stage;
    stage.schedule(stage.job(1));
    stage.until(1min);
    stage.restart();
    REQUIRE(stage.log.size() == 1);
    CHECK(stage.log[0].run.began == stage.wallAtStart);
    // Between its last commit and this start: no more is known of when.
    CHECK(stage.log[0].run.ended == stage.wallAtStart);
    CHECK(stage.log[0].run.outcome.text == "stintd ended while it ran, then or within 1min");
    stage.restart();
    CHECK(stage.log.size() == 2); // the run that began after the first
}

TEST_CASE("a transfer that waits after a crash or a power loss shows what was there, and counts it once") {
    for (const char* boot : {"first boot", "second boot"}) { // jobs.md §4.7, §9.4
        CAPTURE(boot);
        Stage stage;
        stage.schedule(stage.transfer(1).setPersisted(true));
        const auto report = [&](Bytes down) {
            stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = down, .up = 0});
        };
        stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .estimate = true, .down = 1000, .up = 0});
        report(0);
        stage.until(9s);
        report(90); // job.progress_stamp has not passed
        stage.until(12s);
        report(120);
        stage.until(15s);
        report(150); // nor since that
        const WallTime seen = stage.wallAtStart + 12s;
        stage.device.network.reset(); // gone when the next daemon looks
        stage.restart(boot);
        REQUIRE(stage.view(1));
        CHECK(stage.view(1)->transferredDown == 120);
        CHECK(stage.view(1)->estimatedDown == 1000);
        REQUIRE(stage.log.size() == 1);
        CHECK(stage.log[0].run.transferredDown == 120);
        CHECK(stage.log[0].run.moved == 120);
        CHECK(stage.log[0].run.ended >= seen);
        CHECK(stage.log[0].run.atLeast);
        stage.until(1min);
        stage.change([](Device& d) { d.network = Stage::wifi(); });
        stage.until(5min);
        REQUIRE(stage.view(1)->state == JobView::State::Running);
        report(150); // the thirty bytes that nobody saw were that run's
        report(1000);
        stage.event(JobFinished{mail, stage.run(1), false});
        const Completed& completed = *stage.view(1)->completed;
        CHECK(completed.moved == 1000);
        CHECK(completed.runs == 2);
        CHECK(completed.firstBegan == stage.wallAtStart);
    }
}

TEST_CASE("what was written of a run is not lost when the clock was set after it") { // jobs.md §7.3, §9.4
    Stage stage;
    stage.schedule(stage.transfer(1).setPersisted(true));
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 0, .up = 0});
    stage.until(12s);
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 120, .up = 0});
    stage.wallAtStart += 1h;
    stage.event(ClockSet{});
    stage.restart();
    REQUIRE(stage.log.size() == 1);
    CHECK(stage.log[0].run.transferredDown == 120);
    CHECK(stage.log[0].run.began == stage.wallAtStart);
}

TEST_CASE("a clock that is ahead for a while makes nothing old") { // jobs.md §9.4, §9.5
    Stage stage;
    const Constants constants;
    stage.schedule(stage.job(1));
    stage.until(1min);
    const WallTime right = stage.clock().wall;
    SaveDeviceChange change;
    stage.steps = [&](const Step& step) {
        for (const Record& record : step.records)
            if (const auto* saved = std::get_if<SaveDeviceChange>(&record)) change = *saved;
    };
    stage.wallAtStart += 24h * 3650;
    SUBCASE("set while the daemon runs") { stage.event(ClockSet{}); }
    SUBCASE("found at a start") { stage.restart(); }
    stage.finish(1, false);
    CHECK(stage.log.back().run.ended > right + 24h * 3649);
    CHECK(stage.log.back().since < right + 5min - constants.logAge);
    CHECK(change.since < right + 5min - constants.deviceLogAge);
    stage.wallAtStart -= 24h * 3650;
    stage.event(ClockSet{});
    stage.schedule(stage.job(2));
    stage.until(20min);
    stage.finish(2, false);
    CHECK(stage.log.back().since == stage.clock().wall - constants.logAge); // what has passed is
}

TEST_CASE("a daemon that ends in order tells when its runs ended, and counts it as nothing") { // jobs.md §6.3, §9.4
    Stage stage;
    for (const bool crashes : {false, true}) {
        stage.schedule(stage.job(1));
        for (int restarts = 0; restarts < 3; ++restarts) {
            CHECK(stage.runs(1));
            stage.until(stage.now.elapsed - at(0s) + 1min);
            if (!crashes) stage.event(ShuttingDown{});
            stage.restart();
        }
        CHECK(stage.runs(1) == !crashes); // which rests after the third
        const PastRun& last = stage.log.back().run;
        CHECK((last.ended - *last.began == 1min) == !crashes);
        CHECK(last.outcome.text.starts_with(crashes ? "stintd ended" : "stintd was stopped while it ran"));
    }
}

TEST_CASE("a run whose network became metered is not told that it was gone") { // jobs.md §9.4
    Stage stage;
    struct Row {
        std::function<void(Device&)> become;
        std::string_view told;
    };
    for (const Row& row : {Row{[](Device& d) { d.network = Stage::cellular(); }, "its network became metered"},
                           Row{[](Device& d) { d.network.reset(); }, "its network was gone"}}) {
        stage.change([](Device& d) { d.network = Stage::wifi(); });
        stage.schedule(stage.job(1).setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED));
        REQUIRE(stage.runs(1));
        stage.change(row.become);
        CHECK(stage.log.back().run.outcome.text ==
              fmt::format("stopped because {} (CONSTRAINT_CONNECTIVITY)", row.told));
    }
}

TEST_CASE("a job that is not persisted ends with its boot, and its history says so") { // jobs.md §7.2
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(1));
    stage.schedule(stage.transfer(2).setPersisted(true));
    stage.restart("second boot");
    CHECK(stage.tracked(2));
    REQUIRE(stage.view(1).has_value());
    REQUIRE(stage.view(1)->completed.has_value());
    CHECK(stage.view(1)->completed->outcome.text == "a reboot ended it: it was not persisted");
    REQUIRE(stage.log.size() == 1);
    CHECK(stage.log[0].run.last);
    CHECK_FALSE(stage.log[0].run.began.has_value());
}

TEST_CASE("a finished job keeps its kind, times and what it has moved, and no secret") { // jobs.md §9.4
    Stage stage;
    PersistableBundle extras;
    extras.putString("url", "https://me:secret@example.org/x?at=@")
        .putString("output", "/tmp/x")
        .putString("user", "me:secret");
    stage.schedule(stage.transfer(1).setExtras(extras));
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 5, .up = 0});
    stage.until(3s);
    stage.finish(1, false);
    const JobView view = *stage.view(1);
    CHECK(view.kind == JobClass::UserInitiated);
    CHECK(view.scheduled == stage.wallAtStart);
    CHECK(view.started == stage.wallAtStart);
    CHECK(view.completed->url == "https://example.org/x?at=@");
    CHECK(view.completed->path == "/tmp/x");
    CHECK_FALSE(view.info);
}
