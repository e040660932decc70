// Push1 at the daemon's end (push.md §4): stint-push's alone.
#include <doctest/doctest.h>

#include "bus/world.hpp"
#include "link/wire/line.hpp"

using namespace stint;

namespace {

using wire::Writer;

Client connectLine(World& world) { return world.connect({.app = AppId{std::string(linePackage)}, .isLine = true}); }

} // namespace

TEST_CASE("nobody but stint-push may speak for the line, the operator neither") {
    World world;
    Client person = world.connectOperator();
    const wire::Message refused = world.ask(person, wire::pushInterface, "Line", noOptions);
    REQUIRE(refused.isError());
    CHECK(refused.error().code == Errc::SECURITY);
    CHECK(refused.error().message == "only stint-push may use org.stint.Push1.Line");
    Client app = world.connectApp("com.example.mail");
    CHECK(world.ask(app, wire::pushInterface, "Line", noOptions).isError());
    CHECK(world.owner.lines.empty());
    Client line = connectLine(world);
    CHECK(world
              .ask(line, wire::limitsInterface, "Push",
                   [](Writer& writer) { noOptions(writer.string("com.example.mail").boolean(true).string("text")); })
              .isError()); // and it is no operator
}

TEST_CASE("the line is told all it is to know, and then of what changes") {
    World world;
    world.owner.lineKept.network = "Wired";
    Client line = connectLine(world);
    const wire::Message answer = world.ask(line, wire::pushInterface, "Line", noOptions);
    REQUIRE_FALSE(answer.isError());
    wire::Reader reader(answer);
    CHECK(wire::readLine(reader).value().network == "Wired");
    REQUIRE(world.owner.lines == std::vector{world.owner.connections.back()});
    world.server->tellLine(world.owner.lines.front(), {.network = "Mobile"});
    world.server->checkLine(world.owner.lines.front());
    DeliverMessage delivery{.delivery = 7, .message = {.data = "bytes", .registration = "one", .lineId = "12"}};
    world.server->giveLine(world.owner.lines.front(), delivery);
    const std::size_t before = line.inbox.size();
    world.settle(line);
    const std::vector<wire::Message> heard(line.inbox.begin() + static_cast<std::ptrdiff_t>(before), line.inbox.end());
    REQUIRE(heard.size() == 3);
    CHECK(heard[0].member() == "LineChanged");
    CHECK(heard[1].member() == "CheckLine");
    wire::Reader given(heard[2]);
    const auto call = wire::readConnectorCall(given).value();
    CHECK(call.delivery == 7);
    CHECK(call.id == "12");
    CHECK(call.data == "bytes");
}

TEST_CASE("a batch, a registration and its end are the core's to answer; a word on a delivery is not") {
    World world;
    Client line = connectLine(world);
    const auto arrived = line.send(wire::pushInterface, "Arrived", [](Writer& writer) {
        wire::writeBatch(writer, {.stream = "stream", .messages = {{.of = {"one", Urgency::High}, .sequence = 4}}});
    });
    const auto made = line.send(wire::pushInterface, "Register", [](Writer& writer) {
        wire::writeRegistration(writer, {.name = "one", .app = mail, .connector = "com.example.mail"});
    });
    const auto ended = line.send(wire::pushInterface, "Unregister", [](Writer& writer) {
        wire::DictionaryWriter options(writer.string("one"));
        options.put("everywhere", true);
    });
    world.settle(line);
    REQUIRE(world.owner.arrivals.size() == 3);
    const auto& batch = std::get<LineRead>(world.owner.arrivals[0]);
    CHECK(batch.messages.at(0).sequence == 4);
    CHECK(std::get<Registered>(world.owner.arrivals[1]).app == mail);
    CHECK(std::get<Unregistered>(world.owner.arrivals[2]).everywhere);
    CHECK_FALSE(line.answerTo(arrived));
    world.server->reply(Reply{.call = batch.call});
    world.server->reply(Reply{.call = std::get<Registered>(world.owner.arrivals[1]).call,
                              .error = fail(Errc::LIMIT_EXCEEDED, "too many")});
    world.server->reply(Reply{.call = std::get<Unregistered>(world.owner.arrivals[2]).call});
    world.settle(line);
    CHECK(line.answerTo(arrived));
    CHECK(line.answerTo(made)->error().code == Errc::LIMIT_EXCEEDED);
    CHECK(line.answerTo(ended));
    CHECK_FALSE(world
                    .ask(line, wire::pushInterface, "Delivered",
                         [](Writer& writer) { noOptions(writer.uint64(7).boolean(false)); })
                    .isError());
    CHECK(world.owner.tookIt == std::vector{std::pair(std::uint64_t{7}, false)});
    const auto process = [](Writer& writer) { noOptions(writer.uint32(5).uint64(6).string("com.example.mail")); };
    const wire::Message app = world.ask(line, wire::pushInterface, "WhoCalls", process);
    CHECK(wire::Reader(app).string().value() == "com.example.mail");
    for (const std::uint32_t pid : {1, 5}) { // without a connector: a person's process, and an app's
        const wire::Message its = world.ask(line, wire::pushInterface, "WhoCalls", [&](Writer& writer) {
            noOptions(writer.uint32(pid).uint64(6).string(""));
        });
        CHECK(wire::Reader(its).string().value() == (pid == 1 ? "" : "com.example.mail"));
    }
    const auto trouble = [](Writer& writer) {
        wire::DictionaryWriter options(writer.boolean(false));
        options.put("trouble", std::string(1'000, 'x'));
    };
    CHECK_FALSE(world.ask(line, wire::pushInterface, "Watches", trouble).isError());
    const auto* watched = std::get_if<NotificationsWatched>(&world.owner.arrivals.back());
    REQUIRE(watched);
    CHECK_FALSE(watched->on);
    CHECK(watched->trouble == std::string(300, 'x'));
    CHECK_FALSE(world.ask(line, wire::pushInterface, "Showed", process).isError());
    const auto* showed = std::get_if<AppShowed>(&world.owner.arrivals.back());
    REQUIRE(showed);
    CHECK(showed->app == AppId{"com.example.mail"});
}
