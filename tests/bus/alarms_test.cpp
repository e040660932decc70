// AlarmManager1, Receiver1 and App1 at the daemon's end (limits.md §7, §8).
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "bus/world.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/views.hpp"

using namespace stint;

namespace {

using wire::Writer;

const AppId other{"com.example.other"};

auto setting(const Alarm& alarm) {
    return [alarm](Writer& writer) {
        wire::writeAlarm(writer, alarm);
        noOptions(writer);
    };
}

AlarmView pendingAlarm(const AppId& app, const std::string& tag) {
    AlarmView view;
    view.alarm.app = app;
    view.alarm.tag = tag;
    return view;
}

/// The tags of one page, and whether there is more.
std::pair<std::vector<std::string>, bool> listed(World& world, Client& client,
                                                 const std::function<void(wire::DictionaryWriter&)>& options) {
    const wire::Message answer = world.ask(client, wire::alarmManagerInterface, "List", [&](Writer& writer) {
        wire::DictionaryWriter dictionary(writer);
        options(dictionary);
    });
    REQUIRE_FALSE(answer.isError());
    wire::Reader reader(answer);
    std::vector<std::string> tags;
    for (const AlarmView& view : wire::readList(reader, wire::readRow<AlarmView>).value())
        tags.push_back(view.alarm.tag);
    return {tags, reader.boolean().value()};
}

constexpr auto nothing = [](wire::DictionaryWriter&) {};

} // namespace

TEST_CASE("an alarm is set for the caller's own app, and answered when the core has spoken") { // limits.md §7.2
    World world;
    Client app = world.connectApp("com.example.mail");
    Alarm alarm;
    alarm.tag = "tick";
    alarm.kind = AlarmKind::Exact;
    alarm.requested = Instant(5s);
    const std::uint64_t asked = app.send(wire::alarmManagerInterface, "Set", setting(alarm));
    world.settle(app);
    CHECK_FALSE(app.answerTo(asked));
    REQUIRE(world.owner.arrivals.size() == 1);
    const auto& set = std::get<AlarmSet>(world.owner.arrivals[0]);
    alarm.app = mail;
    CHECK(set.alarm == alarm);
    world.server->reply(Reply{.call = set.call});
    world.settle(app);
    CHECK(app.answerTo(asked));
}

TEST_CASE("a caller lists its own app's alarms, the operator all or one app's, page by page") {
    World world;
    for (int n = 0; n < 150; ++n)
        world.owner.pendingAlarms.push_back(pendingAlarm(mail, fmt::format("{:03}", n)));
    world.owner.pendingAlarms.push_back(pendingAlarm(other, "tick"));

    Client app = world.connectApp("com.example.other");
    CHECK(listed(world, app, nothing) == std::pair(std::vector<std::string>{"tick"}, false));
    const auto ofMail = [](wire::DictionaryWriter& options) {
        options.put("package", std::string_view("com.example.mail"));
    };
    const wire::Message refused = world.ask(app, wire::alarmManagerInterface, "List", [&](Writer& writer) {
        wire::DictionaryWriter options(writer);
        ofMail(options);
    });
    REQUIRE(refused.isError());
    CHECK(refused.error().code == Errc::SECURITY);

    Client person = world.connectOperator();
    const auto first = listed(world, person, nothing);
    CHECK(first.first.size() == wire::mostListed);
    CHECK(first.second);
    const auto rest = listed(world, person, [&](wire::DictionaryWriter& options) {
        options.put("afterPackage", std::string_view("com.example.mail"));
        options.put("afterTag", std::string_view(first.first.back()));
    });
    CHECK(rest.first.front() == "100");
    CHECK(rest.first.size() == 51);
    CHECK_FALSE(rest.second);
    CHECK(listed(world, person, ofMail).first.size() == wire::mostListed);
}

TEST_CASE("a delivery that the app has taken is told to the owner; one that it refuses costs the connection") {
    World world;
    Client app = world.connectApp("com.example.mail");
    const ConnectionId to = world.owner.connections.back();
    DeliverAlarm delivery{.delivery = 7, .alarm = pendingAlarm(mail, "tick").alarm, .count = 3};
    delivery.alarm.receiver = "Alarms";
    world.server->callAlarm(to, delivery);
    world.settle(app);
    REQUIRE(app.named("Alarm").size() == 1);
    wire::Reader reader(app.named("Alarm")[0]);
    CHECK(reader.uint64().value() == 7);
    const wire::AlarmCall call = wire::readAlarmCall(reader).value();
    CHECK(call.receiver == "Alarms");
    CHECK(call.tag == "tick");
    CHECK(call.count == 3);

    REQUIRE(wire::replyDone(app.named("Alarm")[0]).ok());
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    const auto& ended = std::get<DeliveryEnded>(world.owner.arrivals[0]);
    CHECK(ended.app == mail);
    CHECK(ended.delivery == 7);

    const DeliverMessage message{
        .delivery = 8, .message = {.app = mail, .receiver = "Alarms", .urgency = Urgency::High, .data = "hi"}};
    world.server->callMessage(to, message);
    world.settle(app);
    REQUIRE(app.named("Message").size() == 1);
    REQUIRE(wire::replyError(app.named("Message")[0], Error{Errc::ILLEGAL_ARGUMENT, "none of mine"}).ok());
    world.settle(app);
    CHECK(world.owner.closures == std::vector{to});
}

TEST_CASE("who watches its app's network is told of that app's, and of no other's") { // limits.md §8.1
    World world;
    world.owner.standings[mail].networkAllowed = false;
    world.owner.standings[mail].networkBecause = "standby";
    Client app = world.connectApp("com.example.mail");
    Client quiet = world.connectApp("com.example.mail");
    world.server->tellNetwork({mail, true, ""});
    world.settle(app);
    CHECK(app.named("NetworkAccess").empty()); // nobody has asked yet

    const wire::Message now = world.ask(app, wire::appInterface, "WatchNetwork", noOptions);
    wire::Reader reader(now);
    CHECK_FALSE(reader.boolean().value());
    CHECK(reader.string().value() == "standby");
    world.server->tellNetwork({other, true, ""});
    world.server->tellNetwork({mail, true, ""});
    world.settle(app);
    world.settle(quiet);
    REQUIRE(app.named("NetworkAccess").size() == 1);
    CHECK(wire::Reader(app.named("NetworkAccess")[0]).boolean().value());
    CHECK(quiet.named("NetworkAccess").empty());
}

TEST_CASE("an app is told how it stands, and hosts receivers by name") { // limits.md §9
    World world;
    world.owner.standings[mail].bucket = Bucket::Rare;
    world.owner.standings[mail].importance = 400;
    Client app = world.connectApp("com.example.mail");
    const wire::Message answer = world.ask(app, wire::appInterface, "GetStanding", noOptions);
    wire::Reader reader(answer);
    const wire::Standing standing = wire::readRow<wire::Standing>(reader).value();
    CHECK(standing.bucket == Bucket::Rare);
    CHECK(standing.importance == 400);
    CHECK(standing.canScheduleExactAlarms);

    const wire::Message hosted = world.ask(app, wire::appInterface, "HostReceivers", [](Writer& writer) {
        writer.strings(std::vector<std::string>{"Alarms"});
        noOptions(writer);
    });
    CHECK(wire::Reader(hosted).string().value() == "com.example.mail");
    CHECK(world.owner.receivers.at(world.owner.connections.back()) == std::vector<std::string>{"Alarms"});
}
