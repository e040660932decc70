// Both directions with a process that hosts services (jobs.md §4.2), and with those who watch.
#include <doctest/doctest.h>

#include "bus/world.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

const JobKey syncJob{AppId{"com.example.mail"}, "sync", JobId(7)};

CallStart startOf(const JobKey& key) {
    JobInfo::Builder builder(key.id, "Downloads");
    builder.setUserInitiated(true).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY);
    builder.setExtras(PersistableBundle().putString("url", "http://localhost/"));
    Network network;
    network.transports = {TRANSPORT_WIFI};
    return {.run = RunId{3},
            .key = key,
            .service = "Downloads",
            .info = builder.build().value(),
            .kind = JobClass::UserInitiated,
            .network = network};
}

/// The message of that name which the client was sent.
wire::Message only(Client& client, const char* member) {
    client.process();
    const std::vector<wire::Message> found = client.named(member);
    REQUIRE(found.size() == 1);
    return found[0];
}

void answerWith(const wire::Message& call, bool value) {
    const wire::Message reply = newReply(call).value();
    Writer(reply).boolean(value);
    REQUIRE(wire::send(nullptr, reply).ok());
}

void watchKey(World& world, Client& client, const JobKey& key) {
    REQUIRE(!world
                 .ask(client, taskManagerInterface, "Watch",
                      [&key](Writer& writer) {
                          writer.string(key.app.name).string(key.space).int32(key.id.value);
                          noOptions(writer);
                      })
                 .isError());
}

} // namespace

TEST_CASE("a process that hosts services is told its package, and runs of them are started there") {
    World world;
    Client app = world.connectApp("com.example.mail");
    Reader reader(world.ask(app, jobSchedulerInterface, "Host", [](Writer& writer) {
        writer.strings(std::vector<std::string>{"Downloads"});
        noOptions(writer);
    }));
    CHECK(reader.string().value() == "com.example.mail");
    const ConnectionId host = world.owner.connections[0];
    CHECK(world.owner.hosted[host] == std::vector<std::string>{"Downloads"});

    world.turn([&] { world.server->callStart(host, startOf(syncJob)); });
    const wire::Message start = only(app, "StartJob");
    Reader arguments(start);
    CHECK(arguments.uint64().value() == 3);
    CHECK(arguments.string().value() == "Downloads");
    const RunParameters parameters = readRunParameters(arguments).value();
    CHECK(parameters.id == JobId(7));
    CHECK(parameters.space == "sync");
    CHECK(parameters.userInitiated);
    CHECK(parameters.extras.getString("url") == "http://localhost/");
    CHECK(parameters.network->transports.contains(TRANSPORT_WIFI));

    answerWith(start, true);
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    CHECK(std::get<StartAnswered>(world.owner.arrivals[0]).ongoing);
    CHECK(std::get<StartAnswered>(world.owner.arrivals[0]).run == RunId{3});
}

TEST_CASE(
    "an expedited run is told so, and so is one whose deadline has passed, with what triggered it") { // jobs.md §4.7
    World world;
    Client app = world.connectApp("com.example.mail");
    CallStart start = startOf(syncJob);
    start.kind = JobClass::Expedited;
    start.overdue = true;
    start.info = JobInfo::Builder(syncJob.id, "Downloads")
                     .setTransientExtras(PersistableBundle().putInt("n", 1))
                     .build()
                     .value();
    start.triggeredUris = {"/home/me/in/a", "content://media/images/1"};
    world.turn([&] { world.server->callStart(world.owner.connections[0], start); });
    const wire::Message started = only(app, "StartJob");
    Reader arguments(started);
    REQUIRE(arguments.skip("ts").ok());
    const RunParameters parameters = readRunParameters(arguments).value();
    CHECK(parameters.expedited);
    CHECK(!parameters.userInitiated);
    CHECK(parameters.overdue);
    CHECK(parameters.transientExtras.getInt("n") == 1);
    CHECK(parameters.triggeredUris == start.triggeredUris);
    CHECK(parameters.triggeredAuthorities == std::vector<std::string>{"file", "media"});
}

TEST_CASE("where too many paths have changed, a run is told only where they lie") { // jobs.md §4.7, §3.2
    World world;
    Client app = world.connectApp("com.example.mail");
    CallStart start = startOf(syncJob);
    start.triggeredUris.assign(mostTriggeredUris, "/home/me/in");
    world.turn([&] { world.server->callStart(world.owner.connections[0], start); });
    const wire::Message started = only(app, "StartJob");
    Reader arguments(started);
    REQUIRE(arguments.skip("ts").ok());
    const RunParameters parameters = readRunParameters(arguments).value();
    CHECK(parameters.triggeredUris.empty());
    CHECK(parameters.triggeredAuthorities == std::vector<std::string>{"file"});
}

TEST_CASE("a stop tells its reason, and its answer comes back") { // jobs.md §4.6
    World world;
    Client app = world.connectApp("com.example.mail");
    world.turn([&] {
        world.server->callStop(world.owner.connections[0], {RunId{3}, STOP_REASON_CONSTRAINT_CHARGING});
    });
    const wire::Message stop = only(app, "StopJob");
    Reader arguments(stop);
    CHECK(arguments.uint64().value() == 3);
    CHECK(arguments.int32().value() == 6);
    answerWith(stop, true);
    world.settle(app);
    CHECK(std::get<StopAnswered>(world.owner.arrivals.at(0)).reschedule);
}

TEST_CASE("a callback that is answered with an error loses the connection, as a crash would") {
    World world;
    Client app = world.connectApp("com.example.mail");
    const ConnectionId host = world.owner.connections[0];
    world.turn([&] { world.server->callStart(host, startOf(syncJob)); });
    REQUIRE(replyError(only(app, "StartJob"), Error{Errc::SYSTEM, "it threw"}).ok());
    app.process();
    world.turn();
    CHECK(world.owner.arrivals.empty());
    CHECK(world.owner.closures == std::vector<ConnectionId>{host});
}

TEST_CASE("an answer to a call that nobody made is ignored") {
    World world;
    Client app = world.connectApp("com.example.mail");
    world.turn([&] { world.server->callNetworkChanged(world.owner.connections[0], {RunId{3}, Network{}}); });
    const wire::Message told = only(app, "NetworkChanged");
    CHECK(!told.expectsReply());
    answerWith(told, true);
    world.settle(app);
    CHECK(world.owner.arrivals.empty());
    CHECK(world.owner.closures.empty());
}

TEST_CASE("what a process says of a run becomes an event only where the run is its own") { // jobs.md §4.2
    World world;
    Client app = world.connectApp("com.example.mail");
    const auto finished = [](Writer& writer) {
        writer.uint64(3).boolean(true);
        writeOutcome(writer, Outcome{69, "the server is busy"});
    };
    const auto moved = [](Writer& writer) { writer.uint64(3).int64(1000).int64(-1); };
    CHECK(!world.ask(app, jobSchedulerInterface, "JobFinished", finished).isError());
    CHECK(!world.ask(app, jobSchedulerInterface, "UpdateTransferredNetworkBytes", moved).isError());
    CHECK(world.owner.arrivals.empty());

    world.owner.runs.insert(RunId{3});
    CHECK(!world.ask(app, jobSchedulerInterface, "UpdateTransferredNetworkBytes", moved).isError());
    CHECK(!world.ask(app, jobSchedulerInterface, "UpdateEstimatedNetworkBytes", moved).isError());
    CHECK(!world.ask(app, jobSchedulerInterface, "JobFinished", finished).isError());
    REQUIRE(world.owner.arrivals.size() == 3);
    CHECK(!std::get<BytesUpdated>(world.owner.arrivals[0]).estimate);
    CHECK(std::get<BytesUpdated>(world.owner.arrivals[0]).down == 1000);
    CHECK(std::get<BytesUpdated>(world.owner.arrivals[1]).estimate);
    const auto& end = std::get<JobFinished>(world.owner.arrivals[2]);
    CHECK(end.reschedule);
    CHECK(end.outcome == Outcome{69, "the server is busy"});
    CHECK(end.app.name == "com.example.mail");
}

TEST_CASE("bytes below -1, and an end policy that is none, are refused") { // jobs.md §4.7, §5.1
    World world;
    world.owner.runs.insert(RunId{3});
    Client app = world.connectApp("com.example.mail");
    CHECK(world
              .ask(app, jobSchedulerInterface, "UpdateTransferredNetworkBytes",
                   [](Writer& writer) { writer.uint64(3).int64(-2).int64(0); })
              .error()
              .code == Errc::ILLEGAL_ARGUMENT);
    CHECK(world
              .ask(app, jobSchedulerInterface, "SetNotification",
                   [](Writer& writer) {
                       writer.uint64(3).int32(1);
                       writeNotification(writer, Notification::Builder("default").build());
                       writer.int32(2);
                       noOptions(writer);
                   })
              .error()
              .message == "endPolicy is 2; it must be 0 (detach) or 1 (remove)");
    CHECK(world.owner.arrivals.empty());
}

TEST_CASE("a notification reaches the core whole, and is answered by it") { // jobs.md §5.1
    World world;
    world.owner.runs.insert(RunId{3});
    Client app = world.connectApp("com.example.mail");
    Notification::Builder builder("default");
    builder.setSmallIcon("download").setContentTitle("debian.iso").setProgress(100, 5, false).addAction("stop", "Stop");
    const std::uint64_t cookie = app.send(jobSchedulerInterface, "SetNotification", [&](Writer& writer) {
        writer.uint64(3).int32(1);
        writeNotification(writer, builder.build());
        writer.int32(1);
        noOptions(writer);
    });
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    const auto& set = std::get<NotificationSet>(world.owner.arrivals[0]);
    CHECK(set.notification == builder.build());
    CHECK(set.endPolicy == JOB_END_NOTIFICATION_POLICY_REMOVE);
    world.turn([&] { world.server->reply({.call = set.call, .error = {}, .id = {}}); });
    app.process();
    CHECK(!app.answerTo(cookie)->isError());
}

TEST_CASE("a process that was started speaks over its socketpair, with the identity it was given") {
    World world;
    int halves[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, halves) == 0);
    const Result<ConnectionId> adopted = world.server->adopt(Fd(halves[0]), {AppId{"org.stint.transfer"}, false});
    REQUIRE(adopted.ok());
    Client child(clientOver(Fd(halves[1])).value());
    // Said before the child has even greeted.
    world.turn([&] { world.server->callStart(*adopted, startOf(syncJob)); });
    world.settle(child);
    CHECK(child.named("StartJob").size() == 1);
    CHECK(world.owner.connections.empty());
    world.turn([&] { world.server->unbind(*adopted); });
    world.settle(child);
    CHECK(child.named("Unbind").size() == 1);
    child = Client(nullptr);
    world.turn();
    world.turn();
    CHECK(world.owner.closures == std::vector<ConnectionId>{*adopted});
}

TEST_CASE("a connection that the owner closes is not told of as lost") {
    World world;
    Client app = world.connectApp("com.example.mail");
    world.server->close(world.owner.connections[0]);
    world.turn();
    CHECK(!app.process());
    CHECK(world.owner.closures.empty());
}

TEST_CASE("a change is told to those who watch the job, once a turn, and to nobody else") {
    World world;
    world.owner.track(syncJob);
    world.owner.track({AppId{"com.example.mail"}, "", JobId(8)});
    Client app = world.connectApp("com.example.mail");
    Client idle = world.connectApp("com.example.mail");
    Client person = world.connectOperator();
    watchKey(world, app, syncJob);
    watchKey(world, person, JobKey{});
    world.turn([&] {
        world.server->changed(syncJob);
        world.server->changed(syncJob);
        world.server->changed({AppId{"com.example.mail"}, "", JobId(8)});
    });
    Reader reader(only(app, "JobChanged"));
    CHECK(readRow<JobView>(reader).value().key == syncJob);
    idle.process();
    CHECK(idle.named("JobChanged").empty());
    person.process();
    CHECK(person.named("JobChanged").size() == 2);
}

TEST_CASE("progress is told at once after a pause, then together at its end, and with any change") {
    World world;
    const JobKey other{AppId{"com.example.mail"}, "", JobId(8)};
    world.owner.track(syncJob);
    world.owner.track(other);
    Client person = world.connectOperator();
    watchKey(world, person, JobKey{});
    const auto told = [&] {
        person.process();
        return person.named("JobChanged").size();
    };
    CHECK_FALSE(world.server->tellsAt());
    world.turn([&] { world.server->progressed(syncJob); });
    CHECK(told() == 1);
    CHECK_FALSE(world.server->tellsAt());

    world.owner.elapsed += 1ms;
    world.turn([&] {
        world.server->progressed(syncJob);
        world.server->progressed(other);
    });
    CHECK(told() == 1);
    REQUIRE(world.server->tellsAt());
    world.turn([&] { world.server->changed(other); });
    CHECK(told() == 2);

    world.owner.elapsed = *world.server->tellsAt();
    world.turn([] {});
    CHECK(told() == 3);
    CHECK_FALSE(world.server->tellsAt());
}

TEST_CASE("the last change of a watched job carries how it ended, and ends the watch") {
    World world;
    world.owner.track(syncJob);
    Client app = world.connectApp("com.example.mail");
    watchKey(world, app, syncJob);
    JobView& view = world.owner.known[syncJob];
    view.state = JobView::State::Finished;
    view.info.reset();
    view.completed = Completed{{.ended = WallTime(Duration(1000)),
                                .ending = {STOP_REASON_USER, InternalReason::UserUiStop},
                                .outcome = {0, "saved"},
                                .last = true},
                               syncJob};
    world.turn([&] { world.server->changed(syncJob); });
    Reader reader(only(app, "JobChanged"));
    CHECK(readRow<JobView>(reader).value().completed == view.completed);
    world.turn([&] { world.server->changed(syncJob); });
    app.process();
    CHECK(app.named("JobChanged").size() == 1);
}

TEST_CASE("watching a job that has ended answers how it did; one that never was is refused") {
    World world;
    Client app = world.connectApp("com.example.mail");
    CHECK(world
              .ask(app, taskManagerInterface, "Watch",
                   [](Writer& writer) {
                       writer.string("com.example.mail").string("").int32(1);
                       noOptions(writer);
                   })
              .error()
              .message == "no job com.example.mail/1");
    world.owner.track(syncJob).state = JobView::State::Finished;
    world.owner.known[syncJob].completed = Completed{{}, syncJob};
    watchKey(world, app, syncJob);
    world.turn([&] { world.server->changed(syncJob); });
    app.process();
    CHECK(app.named("JobChanged").empty());
}

TEST_CASE("a job that is gone without a trace still ends for those who watch it") {
    World world;
    world.owner.track(syncJob);
    Client app = world.connectApp("com.example.mail");
    watchKey(world, app, syncJob);
    world.owner.known.clear();
    world.turn([&] { world.server->changed(syncJob); });
    Reader reader(only(app, "JobChanged"));
    CHECK(readRow<JobView>(reader).value().state == JobView::State::Finished);
}

TEST_CASE("who watches everything is told once which lists have changed, and of the rest when it asks again") {
    World world;
    Client person = world.connectOperator();
    Client other = world.connectOperator();
    const auto watch = [&](bool everything) {
        return world.ask(person, taskManagerInterface, "Watch", [&](Writer& writer) {
            writer.string("").string("").int32(0);
            wire::DictionaryWriter(writer).put("everything", everything);
        });
    };
    using Names = std::vector<std::string>;
    using All = std::vector<Names>;
    All all;
    const auto told = [&] {
        person.process();
        for (const wire::Message& message : person.named("Changed"))
            all.push_back(Reader(message).strings().value());
        person.inbox.clear();
        return all;
    };
    CHECK(!world.server->wantsTopics());
    REQUIRE(!watch(false).isError());
    CHECK(!world.server->wantsTopics());
    REQUIRE(!watch(true).isError());
    CHECK(world.server->wantsTopics());
    CHECK(told().empty()); // nothing has changed since
    world.turn([&] { world.server->changed(Topic::Device | Topic::Apps); });
    REQUIRE(told() == All{{"apps", "device"}});
    // A slow reader costs nothing: a thousand changes are one signal, and that when it asks.
    for (int i = 0; i < 1000; ++i)
        world.turn([&] { world.server->changed(i % 2 ? Topic::Alarms : Topic::Jobs); });
    CHECK(told().size() == 1);
    REQUIRE(!watch(true).isError());
    CHECK(told() == All{{"apps", "device"}, {"jobs", "alarms"}});
    REQUIRE(!watch(true).isError());
    CHECK(told().size() == 2);
    other.process();
    CHECK(other.named("Changed").empty());
    world.server->close(world.owner.connections[0]);
    CHECK(!world.server->wantsTopics()); // nobody looks any more
}

TEST_CASE("the end of a started app is told on the connection that started it") {
    World world;
    Client person = world.connectOperator();
    world.turn([&] { world.server->appExited(world.owner.connections[0], 4711, 3); });
    Reader reader(only(person, "AppExited"));
    CHECK(reader.uint32().value() == 4711);
    CHECK(reader.int32().value() == 3);
}

TEST_CASE("one daemon at a socket; what a dead one left behind is replaced") {
    World world;
    FakeOwner second;
    const auto again = Server::open(world.loop, second, world.socket());
    REQUIRE(!again.ok());
    CHECK(again.error().code == Errc::UNAVAILABLE);
    CHECK(again.error().message.find("another stintd listens at") == 0);
    {
        std::filesystem::rename(world.socket(), world.directory / "left");
        world.server.reset();
        std::filesystem::rename(world.directory / "left", world.socket());
    }
    CHECK(connectSocket(world.socket()).error().code == Errc::UNAVAILABLE);
    CHECK(Server::open(world.loop, second, world.socket()).ok());
}
