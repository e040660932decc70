// A dump of the scheduler, of jobs and of apps (jobs.md §9.3).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;
using What = Trace::What;

TEST_CASE("a run's clocks are those that it is held to") { // §9.3, §4.4
    Stage stage;
    stage.schedule(stage.job(1).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY));
    stage.until(1min);
    const JobView view = *stage.view(1);
    REQUIRE(view.clocks);
    CHECK(view.clocks->guaranteed == stage.wallAtStart + 10min);
    CHECK(view.clocks->limit == stage.wallAtStart + 30min);
    CHECK(view.clocks->timer == stage.wallAtStart + 5min); // its next run-time stamp
    CHECK(view.clocks->slot == "bg");
    CHECK(!view.clocks->stop);
    CHECK(view.network == stage.device.network);
    stage.behaves.answersStop = false;
    stage.change([](Device& d) { d.network.reset(); });
    CHECK(stage.view(1)->clocks->stop == Ending{STOP_REASON_CONSTRAINT_CONNECTIVITY, InternalReason::Constraints});
}

TEST_CASE("a job tells when it last did what it was to, and when it did not") { // §9.3, §7.1
    Stage stage;
    stage.schedule(stage.job(1).setPeriodic(1h).setPersisted(true));
    CHECK(!stage.view(1)->lastSuccess);
    stage.until(1min);
    stage.finish(1, true);
    CHECK(stage.view(1)->lastFailure == stage.wallAtStart + 1min);
    stage.until(2min);
    stage.finish(1, false);
    CHECK(stage.view(1)->lastSuccess == stage.wallAtStart + 2min);
    CHECK(stage.view(1)->latest == stage.wallAtStart + 2h);
    stage.restart("second boot");
    CHECK(stage.view(1)->lastSuccess == stage.wallAtStart + 2min);
    CHECK(stage.view(1)->lastFailure == stage.wallAtStart + 1min);
}

TEST_CASE("the overview counts slots, and lists who waits for one in order") { // §9.3, §3.4
    Constants constants;
    constants.slots = 1;
    constants.waitingTooLong = false;
    Stage stage(constants);
    for (const int id : {1, 2, 3})
        stage.schedule(stage.job(id).setPriority(id == 3 ? JobInfo::PRIORITY_HIGH : JobInfo::PRIORITY_DEFAULT), false);
    const SchedulerView whole = stage.core->overview(1, stage.clock());
    CHECK(whole.constants.at("job.slots") == "1");
    CHECK(whole.atOnce == 1);
    CHECK(whole.types.back() == SlotView{.type = "bg", .reserved = 0, .most = 1, .running = 1, .ready = 2});
    CHECK(whole.queued == 2);
    CHECK(whole.queue == std::vector{Stage::key(3)}); // the first of them
    CHECK(whole.tracked == 3);
    CHECK(whole.persisted == 0);
    CHECK(stage.core->overview(9, stage.clock()).queue == std::vector{Stage::key(3), Stage::key(2)});
}

TEST_CASE("an app's safeguards are counted within their windows") { // §9.3, §6.7
    Stage stage;
    stage.change([](Device& d) {
        d.plugged = false;
        d.charging = false;
    });
    stage.schedule(stage.job(1).setPersisted(true), false);
    stage.until(11min);
    stage.finish(1, false);
    const auto counted = [&] { return stage.core->apps(stage.clock()).front().safeguards; };
    CHECK(counted().regular == 1);
    CHECK(counted().scheduled == 0); // a minute has gone
    CHECK(stage.core->apps(stage.clock()).front().bias == 0);
    stage.until(25h);
    CHECK(counted() == SafeguardView{});
}

TEST_CASE("what an operator types is no abuse of the built-in app that does it") { // jobs.md §2.4, limits.md §2.8
    for (const bool builtIn : {false, true}) {
        Stage stage;
        stage.installed.builtIn = builtIn;
        stage.event(AppInstalled{stage.installed});
        for (int call = 0; call < 300; ++call)
            stage.schedule(stage.job(1).setPersisted(true).setRequiresCharging(true), false);
        CHECK(stage.core->apps(stage.clock()).front().safeguards.heldBack.empty() == builtIn);
        stage.until(2h);
        CHECK((stage.core->apps(stage.clock()).front().bucket == Bucket::Active) == builtIn);
    }
}

TEST_CASE("a shortened limit is told with its end") { // jobs.md §6.7
    Stage stage;
    stage.change([](Device& d) {
        d.plugged = false;
        d.charging = false;
    });
    for (int run = 0; run < 3; ++run) {
        stage.schedule(stage.job(1), false);
        stage.until(stage.now.elapsed - at(0s) + 10min);
        stage.finish(1, false);
        stage.until(stage.now.elapsed - at(0s) + 4h);
    }
    CHECK(stage.core->apps(stage.clock()).front().safeguards.heldBack ==
          "a job that is regular runs for 10min at most, since 3 took too long within 1d: for 11h40min more");
}

TEST_CASE("a job's work is listed by number, as far as it was asked for") { // §9.3, §2.5
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    const auto info = stage.job(1).setRequiredNetworkType(1).build().value();
    for (int nth = 0; nth < 3; ++nth)
        stage.ask(Schedule{.call = {1}, .app = mail, .info = info, .work = WorkItem{}});
    CHECK(stage.view(1)->workItems == 3);
    REQUIRE(stage.core->work(Stage::key(1), 1, 1).size() == 1);
    CHECK(stage.core->work(Stage::key(1), 1, 1)[0].id == 2);
    CHECK(stage.core->work(Stage::key(1), 3, 9).empty());
    CHECK(stage.core->work(Stage::key(2), 0, 9).empty());
}

TEST_CASE("an app that runs jobs all the time takes the slots of the background, foreground service or not") { // §3.5
    Stage stage;
    stage.event(AppStatePinned{{}, mail, ProcessState::ForegroundService});
    stage.behaves.wantsRetry = false;
    stage.schedule(stage.job(1), false);
    CHECK(stage.view(1)->clocks->slot == "fgs");
    stage.until(31min); // its limit was half an hour
    stage.schedule(stage.job(2), false);
    CHECK(stage.view(2)->clocks->slot == "bg");
    stage.finish(2, false);
    stage.until(91min);
    stage.schedule(stage.job(3), false);
    CHECK(stage.view(3)->clocks->slot == "fgs");
}
