// Notifications shown and taken back on a session bus, by servers that come late, answer wrongly or die (linux.md
// §A.1; jobs.md §12.7). The bus is a real one; the servers are not.
#include <filesystem>
#include <unistd.h>

#include "notify/desk.hpp"

using namespace stint;

TEST_CASE("a notification is shown, replaced in place, and withdrawn by the server's own id") {
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    server.id = 4711;
    desk.show(1, "one");
    desk.untilNotified(1);
    CHECK(desk.last().replaces == 0);
    CHECK(desk.last().summary == "one");
    desk.show(1, "two");
    desk.untilNotified(2);
    CHECK(desk.last().replaces == 4711);
    CHECK(desk.last().summary == "two");
    desk.desktop->withdraw(transfer, 1);
    desk.until([&] { return !server.withdrawn.empty(); });
    CHECK(server.withdrawn == std::vector<std::uint32_t>{4711});
    CHECK(desk.desktop->description() == "fake 1.2");
    CHECK(desk.news == std::vector<std::string>{"notifications are shown by fake 1.2"});
}

TEST_CASE("a server that comes late, again, or in another's place shows what is there to be shown") {
    const PrivateBus bus;
    Desk desk;
    desk.show(1, "one");
    desk.show(2, "two");
    desk.until([&] { return !desk.news.empty(); });
    CHECK(desk.news.back().starts_with("no notification server: "));
    CHECK(desk.desktop->description() == desk.news.back().substr(0, desk.news.back().find(';')));
    desk.serve();
    desk.untilNotified(2);
    desk.untilHeard(1);

    desk.server.reset(); // dies, and what it showed with it
    desk.serve();
    desk.untilNotified(2);
    CHECK(desk.last().replaces == 0);
    desk.untilHeard(1);

    FakeServer another(desk.loop);
    another.serve();
    desk.until([&] { return another.notified.size() == 2; });
}

TEST_CASE("only the present server's words about what it shows are heard") {
    const PrivateBus bus;
    Desk desk;
    desk.serve();
    desk.show(1, "one");
    desk.untilNotified(1);
    const std::uint32_t id = desk.last().id;
    FakeServer stranger(desk.loop);
    for (const FakeServer* liar : {&stranger, &*desk.server}) {
        const bool isServer = liar == &*desk.server;
        const std::uint32_t wrong = isServer ? id + 1 : id;
        liar->pressed(wrong, "stop");
        liar->closed(wrong, 2);
        liar->activated(wrong);
    }
    desk.server->pressed(id, "not offered");
    desk.server->pressed(id, "default");
    desk.server->say("ActionInvoked", "s", "stop");
    desk.server->say("ActionInvoked", "uu", id, 1U);
    desk.server->say("NotificationClosed", "u", id);
    desk.server->say("NotificationClosed", "ss", "a", "b");
    desk.server->say("NotificationShaken", "u", id);
    desk.untilHeard(id);
    CHECK(desk.events.size() == 1);
}

TEST_CASE("a late answer holds nothing up but the desktop, which gets what is newest then") {
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    server.silent = true;
    desk.show(1, "first");
    desk.untilNotified(1);
    for (int n = 0; n < 1000; ++n) {
        desk.show(1, "later " + std::to_string(n));
        desk.show(2, "other " + std::to_string(n));
        desk.show(3, "gone");
        desk.desktop->withdraw(transfer, 3);
    }
    server.silent = false;
    server.answer();
    desk.untilNotified(3);
    CHECK(server.notified[1].summary == "later 999");
    CHECK(server.notified[1].replaces == server.notified[0].id);
    CHECK(server.notified[2].summary == "other 999");
}

TEST_CASE("what is withdrawn before its id is known is closed when it is, and comes again if it is wanted again") {
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    server.silent = true;
    desk.show(1, "first");
    desk.untilNotified(1);
    desk.desktop->withdraw(transfer, 1);
    SUBCASE("it stays away") {
        server.answer();
        desk.until([&] { return !server.withdrawn.empty(); });
        CHECK(server.withdrawn == std::vector{server.notified[0].id});
    }
    SUBCASE("it is wanted again") {
        desk.show(1, "second");
        server.silent = false;
        server.answer();
        desk.untilNotified(2);
        CHECK(desk.last().replaces == server.notified[0].id);
        CHECK(server.withdrawn.empty());
    }
}

TEST_CASE("garbage for an id, an error, and an id that another has are survived, and told of once") {
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    SUBCASE("the id 0") { server.id = 0; }
    SUBCASE("a string") { server.babbles = true; }
    SUBCASE("an error") { server.refusal = "too many"; }
    for (std::int32_t n = 1; n <= 3; ++n)
        desk.show(n, "refused");
    desk.untilNotified(3);
    server.id.reset();
    server.babbles = false;
    server.refusal.clear();
    desk.show(1, "shown");
    desk.untilNotified(4);
    CHECK(desk.last().replaces == 0);
    desk.untilHeard(desk.last().id);
    CHECK(desk.lastOf<NotificationTapped>().id == 1);
    REQUIRE(desk.news.size() == 2);
    CHECK(desk.news.back().starts_with("fake 1.2 refuses a notification: "));

    server.id = desk.last().id; // which is the other's
    desk.show(2, "an id that was given twice is the newer one's");
    desk.untilNotified(5);
    desk.untilHeard(*server.id);
    CHECK(desk.lastOf<NotificationTapped>().id == 2);
}

TEST_CASE("a server that dies while it owes an answer is followed by one that shows all") {
    const PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    server.silent = true;
    desk.show(1, "one");
    desk.show(2, "two");
    desk.untilNotified(1);
    desk.show(3, "three");
    desk.desktop->withdraw(transfer, 1); // not even its death brings that one back
    desk.server.reset();
    desk.serve();
    desk.untilNotified(2);
    CHECK(desk.server->notified[0].summary == "two");
    CHECK(desk.server->notified[1].summary == "three");
    CHECK(desk.news.size() == 1); // the same words of the second one are not repeated
}

TEST_CASE("without a bus nothing is shown; one that comes, or comes again, is found when there is something to show") {
    ::setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    Desk desk;
    desk.desktop->open();
    desk.show(1, "one");
    desk.show(1, "two");
    REQUIRE(desk.news.size() == 1);
    CHECK(desk.news[0].starts_with("no session bus: "));
    CHECK(desk.desktop->description().starts_with("no session bus"));

    PrivateBus bus;
    desk.serve();
    desk.show(1, "three");
    desk.untilNotified(1);
    CHECK(desk.last().summary == "three");
    desk.untilHeard(desk.last().id);

    bus.kill();
    desk.until([&] { return desk.news.size() == 3; });
    CHECK(desk.news.back().starts_with("the session bus is gone"));
    desk.server.reset();
    bus.start();
    desk.serve();
    desk.show(2, "four");
    desk.untilNotified(2);
    CHECK(desk.server->notified[0].summary == "three");
    CHECK(desk.last().summary == "four");
}

TEST_CASE("a bus that dies under a question is told of once, as gone") {
    PrivateBus bus;
    Desk desk;
    FakeServer& server = desk.serve();
    server.silent = true;
    desk.show(1, "one");
    desk.untilNotified(1);
    bus.kill();
    desk.until([&] { return desk.news.size() == 2; });
    CHECK(desk.news.back().starts_with("the session bus is gone"));
}

TEST_CASE("the bus starts its server for a new notification, and not for each of its updates") {
    const std::filesystem::path starts =
        std::filesystem::temp_directory_path() / ("stint-bus-starts-" + std::to_string(::getpid()));
    std::filesystem::remove(starts);
    const PrivateBus bus("/bin/sh -c \"echo >>" + starts.string() +
                         "; exit 1\""); // it ends at once, and serves nothing
    Desk desk;
    desk.desktop->open();
    desk.show(1, "one");
    desk.until([&] { return !desk.news.empty(); });
    CHECK(std::filesystem::file_size(starts) == 1);
    for (int n = 0; n < 100; ++n)
        desk.show(1, std::to_string(n));
    desk.serve();
    desk.untilNotified(1);
    CHECK(desk.last().summary == "99");
    CHECK(std::filesystem::file_size(starts) == 1);
    std::filesystem::remove(starts);
}
