// A user's actions on notifications, and their effects (linux.md §A.1; jobs.md §2.3, §5.1, §5.3).
#include "notify/desk.hpp"

using namespace stint;

TEST_CASE("a press of an action is a tap of that action, and its token a tap of its own that it does not repeat") {
    const PrivateBus bus;
    Desk desk;
    desk.serve();
    desk.show(7, "one");
    desk.untilNotified(1);
    desk.untilHeard(desk.last().id);
    const auto& tapped = desk.lastOf<NotificationTapped>();
    CHECK(tapped.app == transfer);
    CHECK(tapped.id == 7);
    CHECK(tapped.key == "stop");
    CHECK_FALSE(tapped.granted);
    CHECK(desk.count<AppTapped>() == 0);

    desk.server->activated(desk.last().id);
    desk.untilHeard(desk.last().id);
    CHECK(desk.count<AppTapped>() == 1);
    CHECK(desk.lastOf<NotificationTapped>().granted);
    desk.untilHeard(desk.last().id); // the next press is another tap
    CHECK_FALSE(desk.lastOf<NotificationTapped>().granted);
}

TEST_CASE("what is left behind has no actions, even if its server says that one was pressed") {
    const PrivateBus bus;
    Desk desk;
    desk.serve();
    desk.show(1, "over", false);
    desk.show(2, "goes on");
    desk.untilNotified(2);
    CHECK(desk.server->notified.front().expires == -1);
    desk.server->pressed(desk.server->notified.front().id, "stop");
    desk.untilHeard(desk.last().id);
    CHECK(desk.lastOf<NotificationTapped>().id == 2);
}

TEST_CASE("what the user dismisses is told of, and stays away") { // jobs.md §5.3
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    desk.show(1, "one");
    desk.show(2, "two");
    desk.untilNotified(2);
    desk.untilHeard(desk.last().id);
    const std::uint32_t id = server.notified[0].id;
    SUBCASE("it is on the screen") {
        server.closed(id, 2);
        desk.untilHeard(desk.last().id);
        desk.server.reset();
        desk.serve();
        desk.untilNotified(1); // by the next server, too
        CHECK(desk.last().summary == "two");
    }
    SUBCASE("an update of it was on its way") {
        server.silent = true;
        desk.show(1, "one and a half");
        desk.untilNotified(3);
        server.closed(id, 2); // said before it saw the update, which has made a new one of it
        server.id = 4711;
        server.answer();
        desk.until([&] { return !server.withdrawn.empty(); });
        CHECK(server.withdrawn == std::vector<std::uint32_t>{4711});
    }
    REQUIRE(desk.count<NotificationDismissed>() == 1);
    CHECK(desk.lastOf<NotificationDismissed>().id == 1);
}

TEST_CASE("the end of a job is shown, even if the user dismisses its progress at that moment") {
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    desk.show(1, "half of it");
    desk.show(2, "two");
    desk.untilNotified(2);
    desk.untilHeard(desk.last().id);
    server.silent = true;
    desk.show(1, "all of it", false);
    desk.untilNotified(3);
    server.closed(server.notified[0].id, 2);
    server.answer();
    desk.untilHeard(server.notified[1].id);
    CHECK(desk.count<NotificationDismissed>() == 0);
    CHECK(server.withdrawn.empty());
    server.closed(server.notified[2].id, 2);
    desk.untilHeard(server.notified[1].id);
    CHECK(desk.count<NotificationDismissed>() == 1);
}

TEST_CASE("what expires comes back with its next update while its job goes on, and is done with else") {
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    desk.show(1, "goes on");
    desk.show(2, "over", false);
    desk.untilNotified(2);
    desk.untilHeard(server.notified[0].id);
    server.closed(server.notified[1].id, 1);
    server.closed(server.notified[0].id, 1);
    desk.show(3, "a mark");
    desk.untilNotified(3);
    desk.untilHeard(desk.last().id);
    desk.show(1, "goes on and on");
    desk.untilNotified(4);
    CHECK(desk.last().replaces == 0);
    CHECK(desk.count<NotificationDismissed>() == 0);
    desk.server.reset();
    desk.serve();
    desk.untilNotified(2);
    CHECK(desk.server->notified[0].summary == "goes on and on");
    CHECK(desk.server->notified[1].summary == "a mark");
}

TEST_CASE("a blocked channel's notification is not shown, and one that was is taken away") { // jobs.md §5.3
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    desk.show(1, "one");
    desk.untilNotified(1);
    desk.untilHeard(desk.last().id);
    desk.desktop->show({.app = transfer, .id = 1, .ongoing = true, .importance = "none"}, {});
    desk.until([&] { return !server.withdrawn.empty(); });
    CHECK(server.notified.size() == 1);
}
