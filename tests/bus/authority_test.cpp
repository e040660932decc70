// Each caller's rights (architecture.md, who is calling).
#include <doctest/doctest.h>

#include <functional>
#include <type_traits>

#include "bus/world.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

const JobKey mailJob{AppId{"com.example.mail"}, "", JobId(7)};
const JobKey otherJob{AppId{"com.example.other"}, "", JobId(7)};

void writeKey(Writer& writer, const JobKey& key) { writer.string(key.app.name).string(key.space).int32(key.id.value); }

auto lookAt(const JobKey& key) {
    return [key](Writer& writer) {
        writeKey(writer, key);
        noOptions(writer);
    };
}

auto scheduleAs(const char* package) {
    return [package](Writer& writer) {
        writeJob(writer, JobInfo::Builder(JobId(7), "Downloads").build().value(), ClipFiles::Included);
        writer.string("");
        DictionaryWriter(writer).put("as", std::string_view(package));
    };
}

auto cancelAs(const char* package) {
    return [package](Writer& writer) {
        writer.int32(7).string("");
        DictionaryWriter(writer).put("as", std::string_view(package));
    };
}

auto stop(const char* package) {
    return [package](Writer& writer) {
        writer.string(package);
        noOptions(writer);
    };
}

/// The sentence a call is refused with; it must be a matter of Security.
template <class Write>
std::string refusal(World& world, Client& client, const char* interface, const char* member, Write write) {
    const wire::Message answer = world.ask(client, interface, member, write);
    REQUIRE(answer.isError());
    CHECK(answer.error().code == Errc::SECURITY);
    return answer.error().message;
}

std::vector<JobView> listOf(Reader reader) { return readList(reader, readRow<JobView>).value(); }

} // namespace

TEST_CASE("the operator's verbs are refused to an app, and to a process inside a job, with the reason") {
    World world;
    Client app = world.connectApp("com.example.mail");
    CHECK(refusal(world, app, taskManagerInterface, "Stop", stop("com.example.other")) ==
          "only the operator may use org.stint.TaskManager1.Stop; this caller is the app com.example.mail");
    Client inside = world.connectApp("org.stint.shell");
    CHECK(refusal(world, inside, taskManagerInterface, "Stop", stop("com.example.other")) ==
          "only the operator may use org.stint.TaskManager1.Stop; a process inside a job may not");
    const auto changes = [](Writer& writer) {
        writer.openArray("{ss}").openEntry("ss").string("charging").string("false").close().close();
        noOptions(writer);
    };
    CHECK(!refusal(world, app, deviceInterface, "Set", changes).empty());
    CHECK(!refusal(world, app, deviceInterface, "Reset", [](Writer& writer) {
               writer.strings({});
               noOptions(writer);
           }).empty());
    CHECK(!refusal(world, app, taskManagerInterface, "SetApp", [](Writer& writer) {
               writer.string("com.example.mail");
               DictionaryWriter(writer).put("state", std::string_view("top"));
               noOptions(writer);
           }).empty());
    CHECK(!refusal(world, app, taskManagerInterface, "StartApp", [](Writer& writer) {
               writer.string("com.example.mail").strings({});
               writer.openArray("h").descriptor(0).descriptor(1).descriptor(2).close();
               noOptions(writer);
           }).empty());
    CHECK(world.owner.arrivals.empty());
}

TEST_CASE("fleet.md §4.4: the fleet's agent changes apps' settings, and no command that it runs, nor any other app") {
    struct Change {
        const char *interface, *member;
        std::function<void(Writer&)> write;
    };
    const auto says = [](auto value) {
        return [value](Writer& writer) {
            writer.string("com.example.mail");
            if constexpr (std::is_same_v<decltype(value), bool>)
                writer.boolean(value);
            else
                writer.string(value);
            noOptions(writer);
        };
    };
    const auto changes = [](const char* key) {
        return [key](Writer& writer) {
            writer.string("com.example.mail");
            if (std::string_view(key) == "state")
                DictionaryWriter(writer).put("state", std::string_view("top"));
            else
                DictionaryWriter(writer).put("revoked", std::vector<std::string>{"SCHEDULE_EXACT_ALARM"});
            noOptions(writer);
        };
    };
    const Change settings[] = {{limitsInterface, "SetStandbyBucket", says("rare")},
                               {limitsInterface, "SetBatteryUse", says("restricted")},
                               {limitsInterface, "SetDataSaverExempt", says(true)},
                               {taskManagerInterface, "SetApp", changes("revoked")}};
    World world;
    Client agent = world.connect({.app = AppId{"org.stint.agent"}, .isAgent = true});
    Client command = world.connectApp("org.stint.agent"); // of a campaign, which the agent has started
    Client other = world.connectApp("com.example.other");
    for (const Change& each : settings) {
        CAPTURE(each.member);
        for (Client* const stranger : {&command, &other})
            CHECK(refusal(world, *stranger, each.interface, each.member, each.write).starts_with("only the operator"));
        CHECK(world.owner.arrivals.empty());
        agent.send(each.interface, each.member, each.write);
        world.settle(agent);
        CHECK(world.owner.arrivals.size() == 1);
        world.owner.arrivals.clear();
    }
    // It is no operator otherwise, nor is what a window told so a setting.
    CHECK(!refusal(world, agent, taskManagerInterface, "SetApp", changes("state")).empty());
    CHECK(!refusal(world, agent, taskManagerInterface, "Stop", stop("com.example.other")).empty());
    CHECK(!refusal(world, agent, limitsInterface, "TempAllowlist", [](Writer& writer) {
               writer.string("com.example.mail").int64(1);
               noOptions(writer);
           }).empty());
    CHECK(world.owner.arrivals.empty());
}

TEST_CASE("fleet.md §6.4: the fleet's agent is told what the device was, and nothing of the jobs that ran meanwhile") {
    World world;
    world.owner.dayKept.runs.emplace_back().key = mailJob;
    world.owner.dayKept.device.push_back({WallTime{5ms}, "screen", "on"});
    world.owner.dayKept.after = "run 7 x";
    const auto aDay = [](Writer& writer) {
        writer.int64(0).int64(1000);
        noOptions(writer);
    };
    struct Told {
        std::size_t runs = 0, changes = 0;
        std::string after;
    };
    const auto toldTo = [&](Client& client) {
        const wire::Message answer = world.ask(client, taskManagerInterface, "Day", aDay);
        REQUIRE(!answer.isError());
        Reader reader(answer);
        const auto runs = readRows<DayRun>(reader).value();
        const auto changes = readRows<DeviceChange>(reader).value();
        return Told{runs.size(), changes.size(), reader.string().value()};
    };
    Client agent = world.connect({.app = AppId{"org.stint.agent"}, .isAgent = true});
    const Told its = toldTo(agent);
    CHECK(its.runs == 0);
    CHECK(its.changes == 1);
    CHECK(its.after.empty());
    Client person = world.connectOperator();
    CHECK(toldTo(person).runs == 1);
    Client command = world.connectApp("org.stint.agent");
    CHECK(refusal(world, command, taskManagerInterface, "Day", aDay).starts_with("only the operator"));
}

TEST_CASE("fleet.md §1: no command of a campaign, nor the agent, schedules the jobs that are a person's word") {
    const auto schedules = [](std::int32_t id, bool asAgent, bool newId) {
        return [=](Writer& writer) {
            writeJob(writer, JobInfo::Builder(JobId(id), "Errand").build().value(), ClipFiles::Included);
            writer.string("");
            DictionaryWriter options(writer);
            if (asAgent) options.put("as", std::string_view("org.stint.agent"));
            if (newId) options.put("newId", true);
        };
    };
    World world;
    Client agent = world.connect({.app = AppId{"org.stint.agent"}, .isAgent = true});
    Client command = world.connectApp("org.stint.agent");
    for (Client* const each : {&agent, &command}) {
        for (const std::int32_t id : {3, 4, 5})
            CHECK(refusal(world, *each, jobSchedulerInterface, "Schedule", schedules(id, false, false)) ==
                  "only the operator may use that job of org.stint.agent; this caller is the app org.stint.agent");
        CHECK(!refusal(world, *each, jobSchedulerInterface, "Schedule", schedules(0, false, true)).empty());
        CHECK(!refusal(world, *each, jobSchedulerInterface, "Schedule", schedules(5, true, false)).empty());
    }
    // Nor would a command say in the agent's name who asks a person (§6.4).
    CHECK(!refusal(world, command, jobSchedulerInterface, "Schedule", schedules(1, false, false)).empty());
    CHECK(world.owner.arrivals.empty());
    Client person = world.connectOperator();
    person.send(jobSchedulerInterface, "Schedule", schedules(5, true, false));
    agent.send(jobSchedulerInterface, "Schedule", schedules(1, false, false));
    world.settle(person);
    world.settle(agent);
    CHECK(world.owner.arrivals.size() == 2);
}

TEST_CASE("a program is started in an absolute directory or not at all") {
    World world;
    Client person = world.connectOperator();
    const auto in = [&](const std::string& directory) {
        const wire::Message answer = world.ask(person, taskManagerInterface, "StartApp", [&](Writer& writer) {
            writer.string("com.example.mail").strings({});
            writer.openArray("h").descriptor(0).descriptor(1).descriptor(2).close();
            DictionaryWriter(writer).put("directory", std::string_view(directory));
        });
        REQUIRE(answer.isError());
        CHECK(answer.error().code == Errc::ILLEGAL_ARGUMENT);
        return answer.error().message;
    };
    CHECK(in("--idle") == "options: directory is \"--idle\"; it must be absolute, and shorter than 4096 bytes");
    CHECK(in("\x1b[2J").find('\x1b') == std::string::npos);
    const std::string refused = in("/" + std::string(100'000, 'a'));
    CHECK(!refused.empty());
    CHECK(refused.size() < 300);
    CHECK(world.owner.arrivals.empty());
}

TEST_CASE("the option as belongs to the operator, and schedules for the built-in packages alone") {
    World world;
    Client app = world.connectApp("com.example.mail");
    CHECK(refusal(world, app, jobSchedulerInterface, "Schedule", scheduleAs("org.stint.transfer")) ==
          "only the operator may use the option \"as\"; this caller is the app com.example.mail");
    CHECK(!refusal(world, app, jobSchedulerInterface, "Cancel", cancelAs("com.example.other")).empty());

    Client person = world.connectOperator();
    CHECK(refusal(world, person, jobSchedulerInterface, "Schedule", scheduleAs("com.example.mail")) ==
          "nobody may schedule jobs as com.example.mail; \"as\" takes org.stint.transfer, org.stint.shell, "
          "org.stint.agent");
    CHECK(world.owner.arrivals.empty());

    person.send(jobSchedulerInterface, "Schedule", scheduleAs("org.stint.transfer"));
    person.send(jobSchedulerInterface, "Cancel", cancelAs("com.example.mail"));
    world.settle(person);
    REQUIRE(world.owner.arrivals.size() == 2);
    const auto& scheduled = std::get<Schedule>(world.owner.arrivals[0]);
    CHECK(scheduled.app.name == "org.stint.transfer");
    CHECK(scheduled.onBehalf);
    const auto& cancelled = std::get<Cancel>(world.owner.arrivals[1]);
    CHECK(cancelled.app.name == "com.example.mail");
    CHECK(cancelled.byOperator);
}

TEST_CASE("no app reads another's jobs; the operator reads all") {
    World world;
    world.owner.track(mailJob);
    world.owner.track(otherJob);
    Client app = world.connectApp("com.example.mail");
    for (const char* verb : {"Explain", "Watch"}) {
        CHECK(refusal(world, app, taskManagerInterface, verb, lookAt(otherJob)) ==
              "com.example.mail may not look at the jobs of com.example.other");
        CHECK(!world.ask(app, taskManagerInterface, verb, lookAt(mailJob)).isError());
    }
    CHECK(!refusal(world, app, taskManagerInterface, "Watch", lookAt(JobKey{})).empty());
    CHECK(listOf(Reader(world.ask(app, taskManagerInterface, "ListJobs", noOptions))).size() == 1);
    CHECK(!refusal(world, app, taskManagerInterface, "ListJobs", [](Writer& writer) {
               DictionaryWriter(writer).put("package", std::string_view("com.example.other"));
           }).empty());

    Client person = world.connectOperator();
    CHECK(listOf(Reader(world.ask(person, taskManagerInterface, "ListJobs", noOptions))).size() == 2);
    CHECK(!world.ask(person, taskManagerInterface, "Watch", lookAt(JobKey{})).isError());
}

TEST_CASE("an app sees of the installed apps and of the Task Manager only itself") {
    World world;
    for (const char* package : {"com.example.mail", "com.example.other"}) {
        AppView view;
        view.manifest.package = AppId{package};
        world.owner.installed.push_back(view);
        world.owner.rows.push_back(
            {.app = AppId{package}, .label = package, .started = {}, .jobs = {}, .notifications = {}});
    }
    Client app = world.connectApp("com.example.mail");
    Client person = world.connectOperator();
    const auto count = [&](Client& client, const char* member) {
        Reader reader(world.ask(client, taskManagerInterface, member, noOptions));
        if (std::string_view(member) == "ListApps") return readList(reader, readRow<AppView>).value().size();
        return readList(reader, readRow<TaskRow>).value().size();
    };
    CHECK(count(app, "ListApps") == 1);
    CHECK(count(app, "ListTasks") == 1);
    CHECK(count(person, "ListApps") == 2);
    CHECK(count(person, "ListTasks") == 2);
}

TEST_CASE("a caller that the owner refuses is hung up on") {
    World world;
    world.owner.refusal = Error{Errc::SECURITY, "of another user"};
    Client stranger(clientOver(connectSocket(world.socket()).value()).value());
    for (int count = 0; count < 3; ++count) {
        stranger.process();
        world.turn();
    }
    CHECK(!stranger.process());
    CHECK(world.owner.closures.empty());
}
