// Limits1 at the daemon's end: what becomes of a person's words, and which are refused (limits.md §2.7, §6.6, §8.5,
// §9).
#include <doctest/doctest.h>

#include "bus/world.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/views.hpp"

using namespace stint;

namespace {

using wire::Writer;

auto words(std::string one, std::string two) {
    return [one = std::move(one), two = std::move(two)](Writer& writer) {
        writer.string(one).string(two);
        noOptions(writer);
    };
}

/// The only event that a call makes.
template <class Event, class Write> Event made(World& world, Client& client, const char* member, Write write) {
    world.owner.arrivals.clear();
    client.send(wire::limitsInterface, member, write);
    world.settle(client);
    REQUIRE(world.owner.arrivals.size() == 1);
    return std::get<Event>(world.owner.arrivals[0]);
}

template <class Write> Error limitsRefusal(World& world, Client& client, const char* member, Write write) {
    world.owner.arrivals.clear();
    const wire::Message answer = world.ask(client, wire::limitsInterface, member, write);
    REQUIRE(answer.isError());
    CHECK(world.owner.arrivals.empty());
    return answer.error();
}

} // namespace

TEST_CASE("a bucket is a name or a value, and exempted is nobody's to give") { // limits.md §2.7
    World world;
    Client person = world.connectOperator();
    struct Row {
        const char* word;
        Bucket bucket;
    };
    for (const Row& r : {Row{"active", Bucket::Active}, Row{"never", Bucket::Never}, Row{"10", Bucket::Active},
                         Row{"41", Bucket::Restricted}, Row{"50", Bucket::Never}}) {
        const auto forced = made<BucketForced>(world, person, "SetStandbyBucket", words("com.example.mail", r.word));
        CHECK(forced.app == mail);
        CHECK(forced.bucket == r.bucket);
        CHECK_FALSE(forced.bySystem);
        CHECK(made<BucketPredicted>(world, person, "PredictBucket", words("com.example.mail", r.word)).bucket ==
              r.bucket);
    }
    for (const char* word : {"exempted", "9", "51", "-10", "10.0", "0x14", "", "aktive", "99999999999999999999"})
        CHECK(limitsRefusal(world, person, "SetStandbyBucket", words("com.example.mail", word)).code ==
              Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("the user's choices, grants and messages become events") { // limits.md §6.6, §8.5, §9
    World world;
    Client person = world.connectOperator();
    CHECK(made<BatteryUseSet>(world, person, "SetBatteryUse", words("com.example.mail", "restricted")).use ==
          BatteryUse::Restricted);
    CHECK(made<UsageReported>(world, person, "ReportUsage", words("com.example.mail", "notification_seen")).kind ==
          UsageKind::NotificationSeen);
    const auto allowing = [](std::int64_t length) {
        return [length](Writer& writer) {
            writer.string("com.example.mail").int64(length);
            noOptions(writer);
        };
    };
    CHECK(made<TemporarilyAllowed>(world, person, "TempAllowlist", allowing(10'000)).length == 10s);
    CHECK(limitsRefusal(world, person, "TempAllowlist", allowing(-1)).code == Errc::ILLEGAL_ARGUMENT);
    const auto pushing = [](std::size_t size) {
        return [size](Writer& writer) {
            writer.string("com.example.mail").boolean(true).string(std::string(size, 'x'));
            wire::DictionaryWriter(writer).put("receiver", std::string_view("Inbox"));
        };
    };
    const auto message = made<MessageArrived>(world, person, "Push", pushing(wire::mostMessageData));
    CHECK(message.urgency == Urgency::High);
    CHECK(message.receiver == "Inbox");
    CHECK(message.data.size() == wire::mostMessageData);
    CHECK(limitsRefusal(world, person, "Push", pushing(wire::mostMessageData + 1)).code == Errc::ILLEGAL_ARGUMENT);
    const auto saying = [](std::string_view urgency) { // push.md §2
        return [urgency](Writer& writer) {
            writer.string("com.example.mail").boolean(false).string("");
            wire::DictionaryWriter options(writer);
            options.put("urgency", urgency);
            options.put("ttl", std::int64_t{14'400'000});
            options.put("topic", std::string_view("inbox"));
        };
    };
    const auto low = made<MessageArrived>(world, person, "Push", saying("very-low"));
    CHECK(low.urgency == Urgency::VeryLow);
    CHECK(low.ttl == 4h);
    CHECK(low.topic == "inbox");
    CHECK(limitsRefusal(world, person, "Push", saying("dire")).message ==
          "options: urgency is \"dire\"; it must be high, normal, low or very_low");
}

TEST_CASE(
    "messages that wait are listed a hundred at a time, of one app or of all, for the operator alone") { // push.md §4
    World world;
    for (int n = 1; n <= 250; ++n)
        world.owner.waitingMessages.push_back({.id = n, .app = AppId{n % 2 ? "com.example.mail" : "com.example.chat"}});
    Client person = world.connectOperator();
    const auto page = [&](std::string_view package, std::int64_t after) {
        Reader reader(world.ask(person, limitsInterface, "ListMessages", [&](Writer& writer) {
            wire::DictionaryWriter options(writer);
            if (!package.empty()) options.put("package", package);
            options.put("after", after);
        }));
        auto messages = readList(reader, wire::readRow<MessageView>).value();
        return std::pair(std::move(messages), reader.boolean().value());
    };
    const auto [first, more] = page("", 0);
    CHECK(first.size() == wire::mostListed);
    CHECK(more);
    CHECK(page("", 200).first.size() == 50);
    const auto [mail, moreMail] = page("com.example.mail", 200);
    CHECK(mail.size() == 25);
    CHECK(mail.front().id == 201);
    CHECK_FALSE(moreMail);
    Client app = world.connectApp("com.example.mail");
    CHECK(limitsRefusal(world, app, "ListMessages", noOptions).code == Errc::SECURITY);
}

TEST_CASE("registrations are rotated and revoked by the operator alone") { // push.md §4.4
    World world;
    Client person = world.connectOperator();
    const auto of = [](const std::string& package) {
        return [package](Writer& writer) {
            writer.string(package);
            noOptions(writer);
        };
    };
    CHECK(made<RegistrationsRotated>(world, person, "RotateRegistrations", of("com.example.mail")).app == mail);
    CHECK(made<RegistrationsRotated>(world, person, "RotateRegistrations", of("")).app == AppId{});
    CHECK(made<RegistrationsRevoked>(world, person, "RevokeRegistrations", of("com.example.mail")).app == mail);
    Client app = world.connectApp("com.example.mail");
    for (const char* member : {"RotateRegistrations", "RevokeRegistrations"})
        CHECK(limitsRefusal(world, app, member, of("com.example.mail")).code == Errc::SECURITY);
}

TEST_CASE("an app's receivers register for the app by the kernel's word alone") { // push.md §4.4
    World world;
    Client app = world.connectApp("com.example.mail");
    app.send(wire::appInterface, "RegisterPush", [](Writer& writer) {
        writer.string("news").string("Inbox");
        wire::DictionaryWriter options(writer);
        options.put("vapid", "key");
        options.put("encrypted", false);
    });
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    const auto wanted = std::get<PushWanted>(world.owner.arrivals[0]);
    CHECK(wanted.app == mail);
    CHECK(wanted.name == "news");
    CHECK(wanted.receiver == "Inbox");
    CHECK(wanted.vapid == "key");
    CHECK_FALSE(wanted.encrypted);
    world.owner.arrivals.clear();
    app.send(wire::appInterface, "UnregisterPush", [](Writer& writer) { noOptions(writer.string("news")); });
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    CHECK(std::get<PushUnwanted>(world.owner.arrivals[0]).app == mail);
}

TEST_CASE("the log of messages is told page by page, of one app or of all, for the operator alone") { // push.md §5
    World world;
    world.owner.messagesKept = {.messages = {{.number = 7, .app = AppId{"com.example.mail"}}}, .after = "run 3 mail"};
    Client person = world.connectOperator();
    Reader reader(world.ask(person, limitsInterface, "MessageLog", [](Writer& writer) {
        wire::DictionaryWriter options(writer);
        options.put("package", "com.example.mail");
        options.put("since", std::int64_t{5});
        options.put("after", "run 9 mail");
    }));
    CHECK(wire::readRows<MessageStory>(reader).value() == world.owner.messagesKept.messages);
    CHECK(reader.string().value() == "run 3 mail");
    REQUIRE(world.owner.messagesAsked.size() == 1);
    const MessageLogAsked& asked = world.owner.messagesAsked[0];
    CHECK(asked.package == "com.example.mail");
    CHECK(asked.since == WallTime{5ms});
    CHECK(asked.after == "run 9 mail");
    Client app = world.connectApp("com.example.mail");
    CHECK(limitsRefusal(world, app, "MessageLog", noOptions).code == Errc::SECURITY);
}

TEST_CASE("an app changes no limit, and sees its own alone") {
    World world;
    world.owner.standings[mail].bucket = Bucket::Frequent;
    Client app = world.connectApp("com.example.mail");
    CHECK(limitsRefusal(world, app, "SetStandbyBucket", words("com.example.mail", "active")).code == Errc::SECURITY);
    const auto of = [](const char* package) {
        return [package](Writer& writer) {
            writer.string(package);
            noOptions(writer);
        };
    };
    CHECK(limitsRefusal(world, app, "Quota", of("com.example.other")).code == Errc::SECURITY);
    const wire::Message answer = world.ask(app, wire::limitsInterface, "GetStandbyBucket", of("com.example.mail"));
    wire::Reader reader(answer);
    CHECK(reader.string().value() == "frequent");
    CHECK(reader.int32().value() == 30);
    CHECK(reader.string().value() == "default");
    Client person = world.connectOperator();
    CHECK(limitsRefusal(world, person, "Quota", of("com.example.none")).message ==
          "no app com.example.none is installed; `stint apps` lists those that are");
}

TEST_CASE("Doze is held as a word over the device, and stepped by an event") { // limits.md §6.7
    World world;
    Client person = world.connectOperator();
    const auto word = [](const char* text) {
        return [text](Writer& writer) {
            writer.string(text);
            noOptions(writer);
        };
    };
    CHECK(made<DozeStepped>(world, person, "StepDoze", word("light")).light);
    CHECK(limitsRefusal(world, person, "StepDoze", word("medium")).code == Errc::ILLEGAL_ARGUMENT);
    person.send(wire::limitsInterface, "ForceDoze", word("idle"));
    world.settle(person);
    CHECK(world.owner.deviceChanges == std::map<std::string, std::string>{{"doze", "idle"}});
}

TEST_CASE("the policy is listed as it is") {
    World world;
    world.owner.constants = {
        {.key = "job.slots", .value = "4", .standard = "16", .source = "memory", .meaning = "slots"}};
    Client app = world.connectApp("com.example.mail");
    const wire::Message answer = world.ask(app, wire::limitsInterface, "Policy", noOptions);
    wire::Reader reader(answer);
    CHECK(wire::readRows<wire::PolicyRow>(reader).value() == world.owner.constants);
}

TEST_CASE("what stands before a shell verb names whose it is, and opens nothing to an app") { // limits.md §6.7
    World world;
    const auto forcing = [](Writer& writer) {
        writer.strings(std::vector<std::string>{"get-battery-charging"});
        wire::DictionaryWriter options(writer);
        options.put("before", std::vector<std::string>{"cmd", "deviceidle"});
    };
    Client person = world.connectOperator();
    const std::uint64_t cookie = person.send(wire::taskManagerInterface, "Shell", forcing);
    world.settle(person);
    const CallId call = world.owner.verbs.begin()->first;
    world.turn([&] { world.server->reply(Reply{.call = call, .answer = VerbAnswer{}}); });
    world.settle(person);
    CHECK_FALSE(person.answerTo(cookie).value().isError());
    CHECK(world.owner.verbs.begin()->second == std::vector<std::string>{"cmd", "deviceidle", "get-battery-charging"});
    Client app = world.connectApp("com.example.mail");
    CHECK(world.ask(app, wire::taskManagerInterface, "Shell", forcing).error().code == Errc::SECURITY);
}
