// Callbacks of a run that is over, and what a foreground service shows (jobs.md §4.2, §5.5).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

Reply dequeue(Stage& stage, RunId run) { return stage.ask(DequeueWork{{1}, mail, run}); }
Reply complete(Stage& stage, RunId run) { return stage.ask(CompleteWork{{1}, mail, run, 1}); }

ServiceNotification shown(std::int32_t id, std::string channel = "default") {
    return {id, Notification::Builder(std::move(channel)).setSmallIcon("note").build()};
}

} // namespace

TEST_CASE("a late callback of a run that ended badly is forgiven for 15 s") { // §4.2, §0 stale_callback_grace
    Stage stage;
    stage.schedule(stage.transfer(1));
    const RunId run = stage.run(1);
    stage.crash(1);
    stage.until(14s);
    CHECK_FALSE(dequeue(stage, run).error);
    CHECK_FALSE(dequeue(stage, run).item);
    CHECK_FALSE(complete(stage, run).error);
    CHECK(stage.ask(DequeueWork{{1}, AppId{"com.example.other"}, run}).error->code == Errc::SECURITY);
    stage.until(15s);
    CHECK(dequeue(stage, run).error->code == Errc::SECURITY);
    CHECK(complete(stage, run).error->code == Errc::SECURITY);
}

TEST_CASE("a callback of a run that its app has finished is refused at once") { // §4.2
    Stage stage;
    stage.schedule(stage.transfer(1));
    const RunId run = stage.run(1);
    stage.finish(1, false);
    CHECK(dequeue(stage, run).error->code == Errc::SECURITY);
    CHECK(complete(stage, run).error->code == Errc::SECURITY);
}

TEST_CASE("an item that can never be right is refused, whoever made it") { // §2.5, §1.2 V3
    Stage stage;
    const auto enqueue = [&](WorkItem item) {
        auto info = *stage.transfer(1).build();
        return stage.ask(Schedule{.call = {1}, .app = mail, .info = info, .callerVisible = true, .work = item});
    };
    CHECK(enqueue({.estimatedDown = -2}).error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(enqueue({.estimatedDown = 5, .minimumChunk = 6}).error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK_FALSE(enqueue({.estimatedDown = 6, .minimumChunk = 6}).error);
}

TEST_CASE("a foreground service is shown as long as it lasts, and with the jobs that share its notification") { // §5.5
    Stage stage;
    stage.see(mail, true);
    const auto serve = [&](bool start) {
        return stage.ask(ForegroundServiceAsked{{1}, mail, "Player", start, shown(9)}).error;
    };
    CHECK(stage.ask(ForegroundServiceAsked{{1}, mail, "Player", true, shown(9, "none")}).error->code ==
          Errc::ILLEGAL_ARGUMENT);
    CHECK(stage.shown.empty());
    CHECK_FALSE(serve(true));
    CHECK(stage.shown == std::set{std::pair{mail, 9}});
    REQUIRE(stage.core->tasks(stage.clock()).size() == 1);

    SUBCASE("its end takes it away") {
        CHECK_FALSE(serve(false));
        CHECK(stage.shown.empty());
        CHECK(stage.core->tasks(stage.clock()).empty());
    }
    SUBCASE("it goes with its app") { // §7.4
        stage.event(AppUninstalled{mail});
        CHECK(stage.shown.empty());
        CHECK(stage.core->tasks(stage.clock()).empty());
    }
    SUBCASE("a job that uses it keeps it") {
        stage.schedule(stage.transfer(1)); // shows 9, too
        CHECK_FALSE(serve(false));
        CHECK(stage.shown.contains({mail, 9}));
    }
    SUBCASE("a job that ends leaves it") {
        stage.behaves.endPolicy = JOB_END_NOTIFICATION_POLICY_REMOVE;
        stage.schedule(stage.transfer(1));
        stage.finish(1, false);
        CHECK(stage.shown.contains({mail, 9}));
    }
    SUBCASE("Stop takes it away") { // §5.4
        CHECK_FALSE(stage.ask(StopApp{{1}, mail}).error);
        CHECK(stage.shown.empty());
    }
}

TEST_CASE("what jobs watch is known at any time, each path once") { // §3.2
    Stage stage;
    const auto watching = [&](std::int32_t id) { return stage.job(id).addTriggerContentUri({"/in", 1}); };
    const auto version = stage.core->watchedVersion();
    stage.schedule(watching(1));
    stage.schedule(watching(2).addTriggerContentUri({"/in", 0}));
    CHECK(stage.core->watched() == std::vector<WatchedContent>{{mail, {"/in", 0}}, {mail, {"/in", 1}}});
    CHECK(stage.core->watchedVersion() != version);
    stage.schedule(stage.job(2).setMinimumLatency(1h)); // replaced by one that watches nothing
    CHECK(stage.core->watched() == std::vector<WatchedContent>{{mail, {"/in", 1}}});
    stage.restart();
    CHECK(stage.core->watched() == std::vector<WatchedContent>{{mail, {"/in", 1}}});
    stage.event(Cancel{{1}, mail, "", 1});
    CHECK(stage.core->watched().empty());
}

TEST_CASE("a job for which the background has no slot does not say that all slots are taken") { // jobs.md §3.6
    Stage stage;
    stage.change([](auto& device) {
        device.screenOn = true;
        device.memory = Memory::Low;
    });
    for (int id = 1; id <= 3; ++id)
        stage.schedule(stage.job(id));
    CHECK(stage.core->explain(Stage::key(3), stage.clock()).at(0).detail ==
          "as many jobs run as may run at once in the background: com.example.mail/1 and 1 other");
}

TEST_CASE("what is missing of the watching is told, as long as nothing has changed") { // §3.2, §9.1
    Stage stage;
    stage.schedule(stage.job(1).addTriggerContentUri({"/in", 1}));
    const auto detail = [&] { return stage.core->explain(Stage::key(1), stage.clock()).at(0).detail; };
    CHECK(detail() == "nothing of what it watches has changed");
    stage.event(ContentShort{mail, "cannot watch /in/x: Permission denied"});
    CHECK(detail() == "nothing of what it watches has changed; cannot watch /in/x: Permission denied");
    SUBCASE("until it is watched") { stage.event(ContentShort{mail, ""}); }
    SUBCASE("until its app is gone, and another is installed in its place") {
        stage.event(AppUninstalled{mail});
        stage.install(stage.installed);
        stage.schedule(stage.job(1).addTriggerContentUri({"/in", 1}));
    }
    CHECK(detail() == "nothing of what it watches has changed");
}
