// Foreground services (jobs.md §5.5), and what of them outlives the daemon (§12.5).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

struct Served : Stage {
    Served() { see(mail, false); }

    bool begins(bool resumes = false) {
        return !ask(ForegroundServiceAsked{{1}, mail, "Player", true, shows(4), resumes}).error;
    }
    ServiceNotification shows(std::int32_t id) const {
        return {id, Notification::Builder("default").setSmallIcon("note").addAction("pause", "Pause").build()};
    }
    std::optional<Error> also(std::int32_t id) {
        return ask(ForegroundServiceAsked{{1}, mail, "Player", true, shows(id)}).error;
    }
    void takeBack(std::int32_t id) {
        event(ForegroundServiceAsked{.app = mail, .service = "Player", .start = false, .only = id});
    }
    void end() { event(ForegroundServiceAsked{{1}, mail, "Player", false}); }
    bool admitted() { return !schedule(transfer(7), false).error; }
    bool listed() const { return !core->tasks(clock()).empty(); }
    void restartUnseen(const std::string& boot = "first boot") {
        restart(boot);
        see(mail, false);
    }
};

} // namespace

TEST_CASE("a service that its process begins anew after the daemon's death counts as it was begun") { // §2.3, §12.5
    Served stage;
    stage.see(mail, true);
    REQUIRE(stage.begins());
    stage.see(mail, false);
    stage.restartUnseen();
    CHECK_FALSE(stage.listed());
    CHECK_FALSE(stage.admitted());
    CHECK(stage.begins(true)); // from the background
    CHECK(stage.listed());
    CHECK(stage.admitted());
    stage.end();
    CHECK_FALSE(stage.admitted());

    SUBCASE("ended, it is not remembered") {
        stage.restartUnseen();
        CHECK_FALSE(stage.begins(true));
    }
}

TEST_CASE("only the process that began a service may go on with it") { // §5.5
    Served stage;
    CHECK_FALSE(stage.begins(true)); // never begun
    stage.see(mail, true);
    REQUIRE(stage.begins());
    stage.restartUnseen();
    CHECK_FALSE(stage.begins()); // a new process of the app
    stage.restartUnseen("second boot");
    stage.until(1min);               // no boot has just been completed
    CHECK_FALSE(stage.begins(true)); // nothing has outlived that
}

TEST_CASE("what the user stopped does not go on after a restart") { // §5.4
    Served stage;
    stage.see(mail, true);
    REQUIRE(stage.begins());
    stage.restartUnseen();
    stage.event(StopApp{{1}, mail});
    CHECK_FALSE(stage.begins(true));
}

TEST_CASE("an app that is uninstalled is killed and shows nothing more, whatever it left behind") { // §7.4, §4.6
    Served stage;
    stage.see(mail, true);
    stage.schedule(stage.transfer(1)); // shows 9, and leaves it there
    stage.finish(1, false);
    REQUIRE(stage.begins());
    REQUIRE(stage.shown == std::set<std::pair<AppId, std::int32_t>>{{mail, 4}, {mail, 9}});
    stage.event(AppUninstalled{mail});
    CHECK(stage.shown.empty());
    CHECK(stage.count<KillApp>() == 1);
    CHECK_FALSE(stage.listed());
}

TEST_CASE("nothing that was on its way to an uninstalled app is written down any more") { // §7.4; limits.md §8.5
    Served stage;
    stage.behaves.takes = false;
    stage.event(MessageArrived{.app = mail, .receiver = "Receiver", .urgency = Urgency::High, .data = "hello"});
    REQUIRE(stage.count<DeliverMessage>() == 1);
    stage.event(AppUninstalled{mail});
    stage.restart(); // which installs it anew
    CHECK(stage.count<DeliverMessage>() == 1);
}

TEST_CASE("a press on a service's notification reaches it, and lets its app come to the front") { // jobs.md §5.5, §2.3
    Served stage;
    stage.see(mail, true);
    REQUIRE(stage.begins());
    stage.see(mail, false);
    stage.until(1min);
    stage.end();
    REQUIRE_FALSE(stage.admitted());
    stage.see(mail, true);
    REQUIRE(stage.begins());
    stage.see(mail, false);
    stage.event(NotificationTapped{mail, 4, "pause"});
    REQUIRE(stage.count<CallServiceAction>() == 1);
    const auto call = *std::get_if<CallServiceAction>(&*std::ranges::find_if(
        stage.effects, [](const Effect& e) { return std::holds_alternative<CallServiceAction>(e); }));
    CHECK(call.app == mail);
    CHECK(call.service == "Player");
    CHECK(call.notification == 4);
    CHECK(call.key == "pause");
    stage.end();
    CHECK(stage.admitted());
    stage.event(NotificationTapped{mail, 4, "pause"}); // it is shown no more
    CHECK(stage.count<CallServiceAction>() == 1);
}

TEST_CASE("a service shows several notifications, and ends with the last that it takes back") { // jobs.md §5.5
    Served stage;
    stage.see(mail, true);
    REQUIRE(stage.begins());
    CHECK_FALSE(stage.also(5));
    CHECK(stage.shown == std::set<std::pair<AppId, std::int32_t>>{{mail, 4}, {mail, 5}});
    stage.takeBack(4);
    CHECK(stage.shown == std::set<std::pair<AppId, std::int32_t>>{{mail, 5}});
    CHECK(stage.listed());
    stage.takeBack(4); // it has gone already
    CHECK(stage.listed());
    stage.takeBack(5);
    CHECK(stage.shown.empty());
    CHECK_FALSE(stage.listed());
}

TEST_CASE("a service shows no more notifications than its app may have") { // jobs.md §5.1, §5.5
    Served stage;
    stage.see(mail, true);
    for (std::int32_t id = 0; id < 50; ++id)
        REQUIRE_FALSE(stage.also(id));
    CHECK(stage.also(50)->code == Errc::ILLEGAL_STATE);
    CHECK_FALSE(stage.also(49)); // an update
    stage.takeBack(0);
    CHECK_FALSE(stage.also(50));
    CHECK(stage.shown.size() == 50);
}

TEST_CASE("a notification through Stint is for the high messages before it, and an update for none") { // limits.md §8.5
    Served stage;
    stage.see(mail, true);
    const auto shown = [&] { return stage.core->apps(stage.clock()).at(0).messages.shown; };
    const auto pushed = [&] {
        stage.event(MessageArrived{.call = {1}, .app = mail, .urgency = Urgency::High, .data = {}});
    };
    pushed();
    REQUIRE(stage.core->apps(stage.clock()).at(0).messages.delivered == 1);
    CHECK(shown() == 0);
    REQUIRE(stage.begins());
    CHECK(shown() == 1);
    pushed();
    CHECK_FALSE(stage.also(4));
    CHECK(shown() == 1);
    CHECK_FALSE(stage.also(5));
    CHECK(shown() == 2);
}
