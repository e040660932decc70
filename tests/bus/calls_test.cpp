// Method calls: into events and questions, and back as answers.
#include <doctest/doctest.h>

#include "bus/world.hpp"
#include "link/wire/views.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

void leastJob(Writer& writer) {
    writeJob(writer, JobInfo::Builder(JobId(7), "Downloads").build().value(), ClipFiles::Included);
}

void scheduleArguments(Writer& writer) {
    leastJob(writer);
    writer.string("sync");
    noOptions(writer);
}

Error errorOf(const wire::Message& answer) {
    REQUIRE(answer.isError());
    return answer.error();
}

} // namespace

TEST_CASE("schedule() becomes one event, and is answered only when the core has replied") { // architecture.md, the turn
    World world;
    Client app = world.connectApp("com.example.mail");
    world.owner.visible = true;
    const std::uint64_t cookie = app.send(jobSchedulerInterface, "Schedule", scheduleArguments);
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    const auto& event = std::get<Schedule>(world.owner.arrivals[0]);
    CHECK(event.app.name == "com.example.mail");
    CHECK(event.space == "sync");
    CHECK(event.info.getId() == JobId(7));
    CHECK(event.callerVisible);
    CHECK(!event.onBehalf);
    CHECK(!event.newId);
    CHECK(!app.answerTo(cookie));

    world.turn([&] { world.server->reply({.call = event.call, .id = JobId(7)}); });
    app.process();
    const std::optional<wire::Message> answer = app.answerTo(cookie);
    REQUIRE(answer);
    Reader reader(*answer);
    CHECK(*reader.int32() == 1);
    CHECK(*reader.int32() == 7);
}

TEST_CASE("scheduleAll() becomes one event, and is answered with each job's id") { // jobs.md §2.7
    World world;
    Client app = world.connectApp("com.example.mail");
    std::vector<JobOfList> jobs(2, {.info = JobInfo::Builder(JobId(7), "Downloads").build().value()});
    jobs[1].after = {0};
    const auto send = [&] {
        return app.send(jobSchedulerInterface, "ScheduleAll", [&](Writer& writer) {
            writeJobs(writer, jobs, ClipFiles::Included);
            writer.string("sync");
            DictionaryWriter(writer).put("newId", true);
        });
    };
    const std::uint64_t cookie = send();
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    const auto event = std::get<ScheduleAll>(world.owner.arrivals[0]);
    CHECK(event.app.name == "com.example.mail");
    CHECK(event.space == "sync");
    CHECK(event.newId);
    REQUIRE(event.jobs.size() == 2);
    CHECK(event.jobs[1].after == std::vector{0});

    world.turn([&] { world.server->reply({.call = event.call, .ids = {JobId(7), JobId(8)}}); });
    app.process();
    const std::optional<wire::Message> answer = app.answerTo(cookie);
    REQUIRE(answer);
    Reader reader(*answer);
    CHECK(*reader.int32() == 1);
    std::vector<std::int32_t> ids;
    CHECK(reader.array("i", [&ids](Reader& each) { return each.read(ids.emplace_back()); }).ok());
    CHECK(ids == std::vector{7, 8});

    jobs.resize(mostScheduledTogether + 1, jobs[0]);
    const std::uint64_t tooMany = send();
    world.settle(app);
    CHECK(errorOf(app.answerTo(tooMany).value()).code == Errc::LIMIT_EXCEEDED);
    CHECK(world.owner.arrivals.size() == 1);
}

TEST_CASE("what the core refuses is 0, and its reason for those who ask for it") { // jobs.md §2.3
    World world;
    Client app = world.connectApp("com.example.mail");
    const Reply refused{.error = Error{Errc::REFUSED, "not visible"}, .id = JobId(7)};
    const auto answer = [&](const std::function<void(Writer&)>& arguments) {
        world.owner.arrivals.clear();
        const std::uint64_t cookie = app.send(jobSchedulerInterface, "Schedule", arguments);
        world.settle(app);
        Reply reply = refused;
        reply.call = std::get<Schedule>(world.owner.arrivals.at(0)).call;
        world.turn([&] { world.server->reply(reply); });
        app.process();
        return app.answerTo(cookie).value();
    };
    const wire::Message plain = answer(scheduleArguments);
    Reader reader(plain);
    CHECK(*reader.int32() == 0);
    CHECK(*reader.int32() == 7);

    const wire::Message told = answer([](Writer& writer) {
        leastJob(writer);
        DictionaryWriter options(writer.string("sync"));
        options.put("refusalIsError", true);
    });
    CHECK(errorOf(told) == Error{Errc::REFUSED, "not visible"});
}

TEST_CASE("an error of the core is answered under its own name") { // jobs.md §2.1
    World world;
    Client app = world.connectApp("com.example.mail");
    const std::uint64_t cookie = app.send(jobSchedulerInterface, "Schedule", scheduleArguments);
    world.settle(app);
    const CallId call = std::get<Schedule>(world.owner.arrivals.at(0)).call;
    world.turn([&] {
        world.server->reply({.call = call, .error = Error{Errc::ILLEGAL_STATE, "the 151st job"}, .id = {}});
    });
    app.process();
    CHECK(errorOf(*app.answerTo(cookie)) == Error{Errc::ILLEGAL_STATE, "the 151st job"});
}

TEST_CASE(
    "when a commit fails every call that waits is told, and none is answered otherwise") { // architecture.md, the core
    World world;
    Client app = world.connectApp("com.example.mail");
    const std::uint64_t schedule = app.send(jobSchedulerInterface, "Schedule", scheduleArguments);
    const std::uint64_t question = app.send(jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions);
    app.process();
    world.turn();
    app.process();
    world.settle(app);
    CHECK(!app.answerTo(schedule));
    world.server->failAll(Error{Errc::STORAGE, "the disk is full"});
    app.process();
    CHECK(errorOf(*app.answerTo(schedule)) == Error{Errc::STORAGE, "the disk is full"});
    CHECK(app.answerTo(question));
    // A late reply has nobody to go to.
    world.turn([&] {
        world.server->reply({.call = std::get<Schedule>(world.owner.arrivals.at(0)).call, .error = {}, .id = {}});
    });
    app.process();
    CHECK(app.inbox.size() == 2);
}

TEST_CASE("a question is asked after the turn's commit, not when it arrives") { // architecture.md, the turn
    World world;
    Client app = world.connectApp("com.example.mail");
    app.send(jobSchedulerInterface, "GetPendingJob", [](Writer& writer) {
        writer.int32(7).string("");
        noOptions(writer);
    });
    app.process();
    world.turn([&] { CHECK(world.owner.questions == 0); });
    CHECK(world.owner.questions == 1);
}

TEST_CASE("answers go out in the order in which the calls came") {
    World world;
    Client app = world.connectApp("com.example.mail");
    std::vector<std::uint64_t> cookies;
    for (int count = 0; count < 10; ++count)
        cookies.push_back(app.send(jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions));
    world.settle(app);
    REQUIRE(app.inbox.size() == cookies.size());
    for (std::size_t which = 0; which < cookies.size(); ++which)
        CHECK(app.inbox[which].replyCookie() == cookies[which]);
}

TEST_CASE("a malformed job is answered at once with what is wrong, and the connection lives on") {
    World world;
    Client app = world.connectApp("com.example.mail");
    const wire::Message refused = world.ask(app, jobSchedulerInterface, "Schedule", [](Writer& writer) {
        {
            DictionaryWriter job(writer);
            job.put("id", std::string_view("seven"));
        }
        writer.string("");
        noOptions(writer);
    });
    CHECK(errorOf(refused) == Error{Errc::ILLEGAL_ARGUMENT, "job: id must be an int32 (i), not a string (s)"});
    CHECK(world.owner.arrivals.empty());
    CHECK(!world.ask(app, jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions).isError());
}

TEST_CASE("a wrong signature is refused with the one that is right") {
    World world;
    Client app = world.connectApp("com.example.mail");
    const wire::Message refused =
        world.ask(app, jobSchedulerInterface, "Cancel", [](Writer& writer) { writer.string("seven"); });
    CHECK(errorOf(refused) == Error{Errc::ILLEGAL_ARGUMENT, "org.stint.JobScheduler1.Cancel takes (isa{sv}), not (s)"});
}

TEST_CASE("an unknown method, and an unknown object, are refused by name") {
    World world;
    Client app = world.connectApp("com.example.mail");
    CHECK(errorOf(world.ask(app, jobSchedulerInterface, "Postpone", [](Writer&) {})).message ==
          "no method org.stint.JobScheduler1.Postpone");
    sd_bus_message* elsewhere = nullptr;
    REQUIRE(sd_bus_message_new_method_call(app.bus(), &elsewhere, nullptr, "/com/example", deviceInterface, "Get") >=
            0);
    const std::uint64_t cookie = send(app.bus(), wire::Message::owning(elsewhere)).value();
    world.settle(app);
    CHECK(errorOf(*app.answerTo(cookie)).message == "no object /com/example; there is /org/stint");
}

TEST_CASE("an unknown option is ignored, a known one of the wrong type is not") { // architecture.md, wire
    World world;
    Client app = world.connectApp("com.example.mail");
    const auto cancelWith = [](auto fill) {
        return [fill](Writer& writer) {
            writer.int32(7).string("");
            DictionaryWriter options(writer);
            fill(options);
        };
    };
    app.send(jobSchedulerInterface, "Cancel", cancelWith([](DictionaryWriter& o) { o.put("politely", true); }));
    world.settle(app);
    CHECK(world.owner.arrivals.size() == 1);
    const wire::Message refused =
        world.ask(app, jobSchedulerInterface, "Cancel", cancelWith([](DictionaryWriter& o) { o.put("as", true); }));
    CHECK(errorOf(refused).message == "options: as must be a string (s), not a boolean (b)");
}

TEST_CASE("a call that wants no answer makes its event and gets none") {
    World world;
    Client app = world.connectApp("com.example.mail");
    const wire::Message call = newCall(app.bus(), jobSchedulerInterface, "CancelAll").value();
    Writer writer(call);
    writer.string("");
    noOptions(writer);
    sd_bus_message_set_expect_reply(call.get(), 0);
    REQUIRE(send(app.bus(), call).ok());
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    CHECK(std::get<CancelAll>(world.owner.arrivals[0]).call == CallId{});
    CHECK(app.inbox.empty());
}

TEST_CASE("introspection shows the contract's own interfaces, and the way to them") {
    World world;
    Client app = world.connectApp("com.example.mail");
    Reader reader(world.ask(app, "org.freedesktop.DBus.Introspectable", "Introspect", [](Writer&) {}));
    const std::string xml = reader.string().value();
    for (const char* expected :
         {"<interface name=\"org.stint.JobScheduler1\">", "<interface name=\"org.stint.Device1\">",
          "<interface name=\"org.stint.TaskManager1\">", "<method name=\"Schedule\">"})
        CHECK(xml.find(expected) != std::string::npos);
    CHECK(!world.ask(app, "org.freedesktop.DBus.Peer", "Ping", [](Writer&) {}).isError());
}
