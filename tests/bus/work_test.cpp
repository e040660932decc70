// Work items and foreground services on the wire (jobs.md §2.5, §5.5), and Android's shell verbs (§8).
#include <doctest/doctest.h>

#include "bus/world.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

WorkItem itemOf(std::int32_t nth) {
    WorkItem item{.estimatedDown = 5_MiB};
    item.extras.putInt("nth", nth);
    return item;
}

void writeEnqueue(Writer& writer, const WorkItem& item) {
    writeJob(writer, JobInfo::Builder(7, "Downloads").setRequiredNetworkType(1).build().value(), ClipFiles::LeftOut);
    writeWork(writer, item);
    writer.string("sync");
    noOptions(writer);
}

wire::Message askRun(World& world, Client& app, const char* member, std::uint64_t run) {
    return world.ask(app, jobSchedulerInterface, member, [run](Writer& writer) {
        writer.uint64(run);
        noOptions(writer);
    });
}

std::vector<WorkItem> itemsIn(const wire::Message& answer) {
    std::vector<WorkItem> items;
    Reader reader(answer);
    REQUIRE(reader
                .array("a{sv}",
                       [&](Reader& element) -> Result<void> {
                           items.push_back(readWork(element).value());
                           return {};
                       })
                .ok());
    return items;
}

wire::Message serve(World& world, Client& app, const char* service) {
    return world.ask(app, jobSchedulerInterface, "StartForegroundService", [service](Writer& writer) {
        writer.string(service).int32(4);
        writeNotification(writer, Notification::Builder("default").setSmallIcon("note").build());
        noOptions(writer);
    });
}

/// Says a shell verb; where it reaches the owner, that answers `said` a turn later.
wire::Message say(World& world, Client& client, std::vector<std::string> words, VerbAnswer said = {}) {
    const std::uint64_t cookie = client.send(taskManagerInterface, "Shell", [&](Writer& writer) {
        writer.strings(words);
        noOptions(writer);
    });
    world.settle(client);
    if (!client.answerTo(cookie)) {
        const CallId call = world.owner.verbs.rbegin()->first;
        world.turn([&] { world.server->reply(Reply{.call = call, .answer = said}); });
        world.settle(client);
    }
    return client.answerTo(cookie).value();
}

} // namespace

TEST_CASE("an enqueued item arrives with its job, and its numbers are the core's to give") { // jobs.md §2.5
    World world;
    Client app = world.connectApp("com.example.mail");
    WorkItem claimed = itemOf(1);
    claimed.id = 99;
    claimed.deliveries = 3;
    const std::uint64_t cookie =
        app.send(jobSchedulerInterface, "Enqueue", [&](Writer& writer) { writeEnqueue(writer, claimed); });
    world.settle(app);
    const auto asked = std::get<Schedule>(world.owner.arrivals.at(0));
    CHECK(asked.space == "sync");
    CHECK(asked.info.getId() == JobId(7));
    CHECK(asked.work == itemOf(1));
    world.turn([&] { world.server->reply({.call = asked.call, .id = 7}); });
    world.settle(app);
    Reader answer(*app.answerTo(cookie));
    CHECK(answer.int32().value() == 1);
    CHECK(answer.int32().value() == 7);
}

TEST_CASE("dequeueWork is handed an item, or an empty list") { // jobs.md §2.5
    World world;
    Client app = world.connectApp("com.example.mail");
    WorkItem handed = itemOf(2);
    handed.id = 5;
    handed.deliveries = 2;
    for (const bool left : {true, false}) {
        world.owner.arrivals.clear();
        const std::uint64_t cookie = app.send(jobSchedulerInterface, "DequeueWork", [](Writer& writer) {
            writer.uint64(3);
            noOptions(writer);
        });
        world.settle(app);
        const auto asked = std::get<DequeueWork>(world.owner.arrivals.at(0));
        CHECK(asked.app == AppId{"com.example.mail"});
        CHECK(asked.run == RunId{3});
        world.turn(
            [&] { world.server->reply({.call = asked.call, .item = left ? std::optional(handed) : std::nullopt}); });
        world.settle(app);
        CHECK(itemsIn(*app.answerTo(cookie)) == (left ? std::vector{handed} : std::vector<WorkItem>{}));
    }
}

TEST_CASE("no process takes the work of a run that another one hosts") { // jobs.md §4.2; issue: another app's process
    World world;
    world.owner.elsewhere.insert(RunId{3});
    Client app = world.connectApp("com.example.mail");
    CHECK(askRun(world, app, "DequeueWork", 3).error().code == Errc::SECURITY);
    const wire::Message completed = world.ask(app, jobSchedulerInterface, "CompleteWork", [](Writer& writer) {
        writer.uint64(3).uint64(1);
        noOptions(writer);
    });
    CHECK(completed.error().code == Errc::SECURITY);
    CHECK(world.owner.arrivals.empty());
}

TEST_CASE("a run is abandoned by the process that hosts it, and by no other") { // jobs.md §4.2
    World world;
    world.owner.runs.insert(RunId{3});
    Client app = world.connectApp("com.example.mail");
    for (const std::uint64_t run : {3, 4})
        CHECK(!world.ask(app, jobSchedulerInterface, "Abandoned", [run](Writer& writer) { writer.uint64(run); })
                   .isError());
    REQUIRE(world.owner.arrivals.size() == 1);
    CHECK(std::get<Abandoned>(world.owner.arrivals[0]).run == RunId{3});
}

TEST_CASE("a foreground service is asked for with what it shows, and only where the manifest has it") { // jobs.md §5.5
    World world;
    Client app = world.connectApp("com.example.player");
    const std::uint64_t cookie = app.send(jobSchedulerInterface, "StartForegroundService", [](Writer& writer) {
        writer.string("Player").int32(4);
        writeNotification(writer, Notification::Builder("default").setSmallIcon("note").build());
        noOptions(writer);
    });
    world.settle(app);
    const auto asked = std::get<ForegroundServiceAsked>(world.owner.arrivals.at(0));
    CHECK(asked.start);
    CHECK(asked.service == "Player");
    CHECK(asked.shows->id == 4);
    CHECK(asked.shows->notification.getSmallIcon() == "note");
    world.turn([&] { world.server->reply({.call = asked.call, .error = Error{Errc::ILLEGAL_STATE, "not now"}}); });
    world.settle(app);
    CHECK(app.answerTo(cookie)->error() == Error{Errc::ILLEGAL_STATE, "not now"});

    world.owner.refusal = Error{Errc::ILLEGAL_ARGUMENT, "no such service"};
    CHECK(serve(world, app, "Other").error().message == "no such service");
    CHECK(world.owner.arrivals.size() == 1);
}

TEST_CASE("a shell verb is answered with its code and its two texts") { // jobs.md §8
    World world;
    Client person = world.connectOperator();
    const wire::Message answer = say(world, person, {"run", "-f", "com.example.mail", "7"}, {-1001, "out\n", "err\n"});
    Reader reader(answer);
    CHECK(reader.int32().value() == -1001);
    CHECK(reader.string().value() == "out\n");
    CHECK(reader.string().value() == "err\n");
    CHECK(world.owner.verbs.begin()->second ==
          std::vector<std::string>{"cmd", "jobscheduler", "run", "-f", "com.example.mail", "7"});
}

TEST_CASE("an app may ask for the battery's state, and for no other verb") { // jobs.md §8
    World world;
    Client app = world.connectApp("com.example.mail");
    CHECK(!say(world, app, {"get-battery-charging"}).isError());
    CHECK(say(world, app, {"run", "com.example.mail", "7"}).error().code == Errc::SECURITY);
    CHECK(say(world, app, {"cancel", "com.example.other"}).error().code == Errc::SECURITY);
    CHECK(say(world, app, {}).error().code == Errc::SECURITY);
    CHECK(world.owner.verbs.size() == 1);
}

TEST_CASE("bytes may be told of one item of work, and a channel's words reach the core") { // jobs.md §4.7, §5.1
    World world;
    Client app = world.connectApp("com.example.mail");
    world.owner.runs = {RunId{3}};
    const auto bytes = [](std::int64_t up) {
        return [up](Writer& writer) { writer.uint64(3).uint64(9).int64(10).int64(up); };
    };
    CHECK(!world.ask(app, jobSchedulerInterface, "UpdateWorkTransferredNetworkBytes", bytes(-1)).isError());
    const auto& update = std::get<BytesUpdated>(world.owner.arrivals.at(0));
    CHECK(update.item == 9U);
    CHECK(!update.estimate);
    CHECK(update.down == 10);
    CHECK(update.up == NETWORK_BYTES_UNKNOWN);
    CHECK(world.ask(app, jobSchedulerInterface, "UpdateWorkEstimatedNetworkBytes", bytes(-2)).error().code ==
          Errc::ILLEGAL_ARGUMENT);

    app.send(jobSchedulerInterface, "CreateNotificationChannel", [](Writer& writer) {
        writer.string("sync").string("Synchronisation").string("low");
        noOptions(writer);
    });
    app.send(jobSchedulerInterface, "DeleteNotificationChannel", [](Writer& writer) {
        writer.string("news");
        noOptions(writer);
    });
    world.settle(app);
    CHECK(std::get<ChannelCreated>(world.owner.arrivals.at(1)).channel == Channel{"sync", "Synchronisation", "low"});
    CHECK(std::get<ChannelDeleted>(world.owner.arrivals.at(2)).id == "news");
}

TEST_CASE("permissions are taken back by the operator") { // jobs.md §2.3
    World world;
    Client person = world.connectOperator();
    const auto revoke = [](bool state) {
        return [state](Writer& writer) {
            writer.string("com.example.mail");
            {
                DictionaryWriter changes(writer);
                changes.put("revoked", std::vector<std::string>{"RUN_USER_INITIATED_JOBS"});
                if (state) changes.put("state", std::string_view("top"));
            }
            noOptions(writer);
        };
    };
    person.send(taskManagerInterface, "SetApp", revoke(false));
    world.settle(person);
    CHECK(std::get<PermissionsRevoked>(world.owner.arrivals.at(0)).revoked.contains("RUN_USER_INITIATED_JOBS"));
    CHECK(world.ask(person, taskManagerInterface, "SetApp", revoke(true)).error().code == Errc::ILLEGAL_ARGUMENT);
}
