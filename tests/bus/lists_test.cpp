// Looking up jobs, page by page, and what a person sets.
#include <numeric>

#include <doctest/doctest.h>

#include "bus/world.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

struct Page {
    std::vector<JobView> jobs;
    bool more = false;
};

template <class Fill> Page page(World& world, Client& client, Fill fill) {
    Reader reader(world.ask(client, taskManagerInterface, "ListJobs", [&](Writer& writer) {
        DictionaryWriter options(writer);
        fill(options);
    }));
    Page found;
    found.jobs = readList(reader, readRow<JobView>).value();
    found.more = reader.boolean().value();
    return found;
}

struct Pending {
    std::vector<JobInfo> jobs;
    bool more = false;
};

Pending pendingPage(World& world, Client& app, const char* space, std::optional<std::int32_t> after) {
    Reader reader(world.ask(app, jobSchedulerInterface, "GetAllPendingJobs", [&](Writer& writer) {
        writer.string(space);
        DictionaryWriter options(writer);
        if (after) options.put("after", *after);
    }));
    Pending found;
    found.jobs = readList(reader, readJob).value();
    found.more = reader.boolean().value();
    return found;
}

} // namespace

TEST_CASE("jobs are listed a hundred at a time, in the order of their keys, each once") { // architecture.md, wire
    World world;
    for (int id = 0; id < 250; ++id)
        world.owner.track({AppId{"com.example.mail"}, "sync", JobId(id)});
    Client person = world.connectOperator();
    std::vector<JobKey> seen;
    Page current = page(world, person, [](DictionaryWriter&) {});
    for (int pages = 1;; ++pages) {
        REQUIRE(pages <= 3);
        for (const JobView& view : current.jobs)
            seen.push_back(view.key);
        if (!current.more) break;
        CHECK(current.jobs.size() == mostListed);
        current = page(world, person, [&](DictionaryWriter& options) {
            options.put("afterPackage", seen.back().app.name);
            options.put("afterNamespace", seen.back().space);
            options.put("afterId", seen.back().id.value);
        });
    }
    CHECK(seen.size() == 250);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("a page of large jobs ends before it is a large message") { // architecture.md, wire
    World world;
    for (int id = 0; id < 20; ++id) {
        JobInfo::Builder large(JobId(id), "Downloads");
        large.setExtras(PersistableBundle().putString("much", std::string(60'000, 'x')));
        world.owner.track({AppId{"com.example.mail"}, "", JobId(id)}).info = large.build().value();
    }
    Client app = world.connectApp("com.example.mail");
    std::optional<std::int32_t> after;
    std::vector<std::int32_t> seen;
    for (bool more = true; more;) {
        const Pending found = pendingPage(world, app, "", after);
        REQUIRE(!found.jobs.empty());
        CHECK(found.jobs.size() * 60'000 < mostListedBytes + 60'000);
        for (const JobInfo& job : found.jobs)
            seen.push_back(job.getId().value);
        after = seen.back();
        more = found.more;
    }
    std::vector<std::int32_t> all(20);
    std::iota(all.begin(), all.end(), 0);
    CHECK(seen == all);
}

TEST_CASE("exactly a hundred jobs are one page without more") {
    World world;
    for (int id = 0; id < 100; ++id)
        world.owner.track({AppId{"com.example.mail"}, "", JobId(id)});
    Client person = world.connectOperator();
    const Page whole = page(world, person, [](DictionaryWriter&) {});
    CHECK(whole.jobs.size() == 100);
    CHECK(!whole.more);
}

TEST_CASE("the history is paged by how many of the newest to skip") {
    World world;
    for (int id = 0; id < 130; ++id) {
        JobView& view = world.owner.ended.emplace_back();
        view.key = {AppId{"com.example.mail"}, "", JobId(id)};
        view.state = JobView::State::Finished;
        view.completed = Completed{{.outcome = {id, "done"}}, view.key};
    }
    Client person = world.connectOperator();
    const Page first = page(world, person, [](DictionaryWriter& options) { options.put("finished", true); });
    CHECK(first.jobs.size() == 100);
    CHECK(first.more);
    const Page second = page(world, person, [](DictionaryWriter& options) {
        options.put("finished", true);
        options.put("skip", std::int32_t{100});
    });
    CHECK(second.jobs.size() == 30);
    CHECK(!second.more);
    CHECK(second.jobs.front().completed->outcome == Outcome{100, "done"});
}

TEST_CASE("an app's pending jobs are those of the handle's namespace, the least id included") { // jobs.md §2.1
    World world;
    constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
    for (const std::int32_t id : {least, 0, 5})
        world.owner.track({AppId{"com.example.mail"}, "", JobId(id)});
    for (int id = 0; id < 150; ++id)
        world.owner.track({AppId{"com.example.mail"}, "sync", JobId(id)});
    world.owner.track({AppId{"com.example.other"}, "", JobId(9)});
    Client app = world.connectApp("com.example.mail");

    const Pending root = pendingPage(world, app, "", std::nullopt);
    REQUIRE(root.jobs.size() == 3);
    CHECK(root.jobs[0].getId() == JobId(least));
    CHECK(!root.more);
    const Pending first = pendingPage(world, app, "sync", std::nullopt);
    CHECK(first.jobs.size() == 100);
    CHECK(first.more);
    const Pending rest = pendingPage(world, app, "sync", first.jobs.back().getId().value);
    CHECK(rest.jobs.size() == 50);
    CHECK(!rest.more);
    CHECK(pendingPage(world, app, "none", std::nullopt).jobs.empty());
}

TEST_CASE("a pending job is found by id and namespace, an unknown one is an empty list") { // jobs.md §2.1
    World world;
    world.owner.track({AppId{"com.example.mail"}, "sync", JobId(7)});
    Client app = world.connectApp("com.example.mail");
    const auto found = [&](const char* space) {
        Reader reader(world.ask(app, jobSchedulerInterface, "GetPendingJob", [space](Writer& writer) {
            writer.int32(7).string(space);
            noOptions(writer);
        }));
        return readList(reader, readJob).value().size();
    };
    CHECK(found("sync") == 1);
    CHECK(found("") == 0);
}

TEST_CASE("explain answers the state and every blocker, and names a job that is none") { // jobs.md §9.1
    World world;
    world.owner.track({AppId{"com.example.mail"}, "", JobId(7)});
    Client person = world.connectOperator();
    const auto explain = [&](std::int32_t id) {
        return world.ask(person, taskManagerInterface, "Explain", [id](Writer& writer) {
            writer.string("com.example.mail").string("").int32(id);
            noOptions(writer);
        });
    };
    Reader reader(explain(7));
    CHECK(readRow<JobView>(reader).value().key.id == JobId(7));
    const std::vector<Blocker> blockers = readRows<Blocker>(reader).value();
    REQUIRE(blockers.size() == 1);
    CHECK(blockers[0].clears == "plug it in");
    CHECK(explain(8).error() == Error{Errc::ILLEGAL_ARGUMENT, "no job com.example.mail/8"});
}

TEST_CASE("stop, start and pin become events of the app that is named") {
    World world;
    Client person = world.connectOperator();
    const auto asked = [&](const char* member, auto write, Reply reply) {
        world.owner.arrivals.clear();
        const std::uint64_t cookie = person.send(taskManagerInterface, member, write);
        world.settle(person);
        REQUIRE(world.owner.arrivals.size() == 1);
        const CallId call = std::visit(
            [](const auto& event) {
                if constexpr (requires { event.call; }) return event.call;
                return CallId{};
            },
            world.owner.arrivals[0]);
        reply.call = call;
        world.turn([&] { world.server->reply(reply); });
        person.process();
        return person.answerTo(cookie).value();
    };
    Reader stopped(asked("Stop",
                         [](Writer& writer) {
                             writer.string("com.example.mail");
                             noOptions(writer);
                         },
                         {.error = {}, .id = {}, .count = 3}));
    CHECK(stopped.uint32().value() == 3);
    CHECK(std::get<StopApp>(world.owner.arrivals[0]).app.name == "com.example.mail");

    Reader started(asked("StartApp",
                         [](Writer& writer) {
                             writer.string("com.example.mail").strings({});
                             writer.openArray("h").descriptor(0).descriptor(1).descriptor(2).close();
                             DictionaryWriter(writer).put("directory", std::string_view("/home/here"));
                         },
                         {.error = {}, .id = {}}));
    CHECK(started.uint32().value() == 4711);
    CHECK(world.owner.programDirectory == "/home/here");

    // linux.md §A.6: an app with windows is started by whoever asks; of one without, nothing has happened.
    world.owner.windowed = {"mail", "--window"};
    const auto named = [](Writer& writer) {
        writer.string("com.example.mail");
        noOptions(writer);
    };
    Reader opened(asked("OpenApp", named, {.error = {}, .id = {}}));
    CHECK(opened.strings().value() == world.owner.windowed);
    CHECK(std::get<AppOpened>(world.owner.arrivals.back()).app.name == "com.example.mail");

    const auto pin = [](const char* state) {
        return [state](Writer& writer) {
            writer.string("com.example.mail");
            DictionaryWriter(writer).put("state", std::string_view(state));
            noOptions(writer);
        };
    };
    CHECK(!asked("SetApp", pin("top"), {.error = {}, .id = {}}).isError());
    CHECK(std::get<AppStatePinned>(world.owner.arrivals[0]).state == ProcessState::Top);
    CHECK(!asked("SetApp", pin("auto"), {.error = {}, .id = {}}).isError());
    CHECK(!std::get<AppStatePinned>(world.owner.arrivals[0]).state);
    const wire::Message refused = world.ask(person, taskManagerInterface, "SetApp", pin("asleep"));
    CHECK(refused.error().message == "changes: state is \"asleep\"; it must be top, visible, background or auto");
}

TEST_CASE("a person's words on the device go to the owner whole; the same key twice is refused") {
    World world;
    Client person = world.connectOperator();
    const auto set = [](const char* second) {
        return [second](Writer& writer) {
            writer.openArray("{ss}");
            writer.openEntry("ss").string("charging").string("false").close();
            writer.openEntry("ss").string(second).string("10").close().close();
            noOptions(writer);
        };
    };
    person.send(deviceInterface, "Set", set("battery"));
    world.settle(person);
    CHECK(world.owner.deviceChanges == std::map<std::string, std::string>{{"battery", "10"}, {"charging", "false"}});
    CHECK(world.ask(person, deviceInterface, "Set", set("charging")).error().message ==
          "changes: charging is given twice");

    Reader reader(world.ask(person, deviceInterface, "Get", noOptions));
    CHECK(readRows<DeviceRow>(reader).value() == std::vector<DeviceRow>{{"charging", "true", "embedded default"}});
}

TEST_CASE("a recording is the operator's alone: it has what apps say of themselves") { // scenario.md, Recordings
    World world;
    Client person = world.connectOperator();
    Client app = world.connectApp("com.example.mail");
    world.owner.recordingsKept = {{.scenario = "/a/recording.yaml",
                                   .snapshot = "/a/recording.store",
                                   .since = WallTime{Duration{7}},
                                   .bytes = 4711,
                                   .trouble = ""}};
    const auto on = [](Writer& writer) {
        writer.boolean(true);
        wire::DictionaryWriter options(writer);
    };
    CHECK(world.ask(app, taskManagerInterface, "Record", on).error().code == Errc::SECURITY);
    CHECK(world.ask(app, taskManagerInterface, "Recordings", noOptions).error().code == Errc::SECURITY);
    CHECK(world.owner.recorded.empty());
    person.send(taskManagerInterface, "Record", on);
    world.settle(person);
    CHECK(world.owner.recorded == std::vector{true});
    Reader reader(world.ask(person, taskManagerInterface, "Recordings", noOptions));
    CHECK(readRows<wire::RecordingRow>(reader).value() == world.owner.recordingsKept);
}

TEST_CASE("networks are listed for anyone, and marked by the operator alone") { // linux.md §A.4
    World world;
    Client person = world.connectOperator();
    world.owner.networksSeen = {{.name = "home",
                                 .interface = "wlan0",
                                 .ssid = "Home",
                                 .transport = "wifi",
                                 .metered = true,
                                 .by = "a mark",
                                 .inUse = true,
                                 .carries = false}};
    Client app = world.connectApp("com.example.mail");
    Reader reader(world.ask(app, deviceInterface, "Networks", noOptions));
    CHECK(readRows<wire::NetworkRow>(reader).value() == world.owner.networksSeen);

    const auto marks = [](const char* word) {
        return [word](Writer& writer) {
            writer.string("home").string(word);
            wire::DictionaryWriter options(writer);
        };
    };
    CHECK(world.ask(app, deviceInterface, "MarkNetwork", marks("metered")).error().code == Errc::SECURITY);
    CHECK(world.ask(person, deviceInterface, "MarkNetwork", marks("dear")).error().message ==
          "a network cannot be \"dear\"; it is metered, unmetered or auto");
    CHECK(world.owner.marked.empty());
    for (const char* word : {"metered", "unmetered", "auto"})
        person.send(deviceInterface, "MarkNetwork", marks(word));
    world.settle(person);
    using Marked = std::vector<std::pair<std::string, std::optional<bool>>>;
    CHECK(world.owner.marked == Marked{{"home", true}, {"home", false}, {"home", std::nullopt}});
}

TEST_CASE("a job's work is listed a hundred items at a time, without what only its app may read") { // jobs.md §9.3
    World world;
    Client person = world.connectOperator();
    const JobKey key{AppId{"com.example.mail"}, "", JobId(7)};
    world.owner.track(key);
    for (std::uint64_t id = 1; id <= 150; ++id) {
        WorkItem& item = world.owner.items.emplace_back();
        item.id = id;
        item.extras.putString("secret", std::string(60'000, 'x')); // a hundred of them are more than a message holds
        item.active = id == 1;
    }
    const auto after = [](std::optional<std::uint64_t> last) {
        return [last](Writer& writer) {
            writer.string("com.example.mail").string("").int32(7);
            DictionaryWriter options(writer);
            if (last) options.put("after", *last);
        };
    };
    Reader first(world.ask(person, taskManagerInterface, "ListWork", after(std::nullopt)));
    const auto page = readList(first, readWork).value();
    REQUIRE(page.size() == 100);
    CHECK(page[0].active);
    CHECK(!page[1].active);
    CHECK(page[0].extras.isEmpty());
    CHECK(first.boolean().value());
    Reader rest(world.ask(person, taskManagerInterface, "ListWork", after(page.back().id)));
    CHECK(readList(rest, readWork).value().size() == 50);
    CHECK(!rest.boolean().value());

    Client other = world.connectApp("com.example.other");
    CHECK(world.ask(other, taskManagerInterface, "ListWork", after(std::nullopt)).error().code == Errc::SECURITY);
}

TEST_CASE("what the daemon found, and the builds that run, are told to the operator alone") { // linux.md §A.10
    World world;
    Client person = world.connectOperator();
    Client app = world.connectApp("com.example.mail");
    const auto toldToThePerson = [&](const char* member) {
        CHECK(world.ask(app, taskManagerInterface, member, noOptions).error().code == Errc::SECURITY);
        return Reader(world.ask(person, taskManagerInterface, member, noOptions));
    };
    Reader findings = toldToThePerson("Diagnose");
    CHECK(readRows<Finding>(findings).value() == world.owner.findings());
    Reader programs = toldToThePerson("Versions");
    CHECK(readRows<ProgramRow>(programs).value() == world.owner.programs());
}

TEST_CASE("the scheduler as a whole is told to the operator alone") { // jobs.md §9.3
    World world;
    world.owner.whole.constants = {{"job.slots", "16"}};
    world.owner.whole.queued = 3;
    Client person = world.connectOperator();
    Reader told(world.ask(person, taskManagerInterface, "Overview", noOptions));
    CHECK(readSchedulerView(told).value() == world.owner.whole);
    Client app = world.connectApp("com.example.mail");
    CHECK(world.ask(app, taskManagerInterface, "Overview", noOptions).error().code == Errc::SECURITY);
}
