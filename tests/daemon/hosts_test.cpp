// Which process runs which job, and takes which delivery (architecture.md, running a job), with processes that live in
// memory.
#include <algorithm>

#include <doctest/doctest.h>

#include "daemon/fake_edges.hpp"
#include "last_words.hpp"

namespace stint {
namespace {

const AppId mail{"com.example.mail"};
using Names = std::vector<std::string>;

/// An app with a service, one whose jobs have a process each, and a receiver.
class World {
public:
    World() {
        Manifest& manifest = registry.manifest;
        manifest.package = mail;
        manifest.services["Jobs"] = {.name = "Jobs", .command = {"mail", "--jobs"}};
        manifest.services["Commands"] = {.name = "Commands", .command = {"mail"}, .processPerJob = true};
        manifest.services["Player"] = {.name = "Player", .command = {"mail"}, .foregroundType = "media_playback"};
        manifest.receivers["Alarms"] = {.name = "Alarms", .command = {"mail", "--alarms"}};
    }

    void bind(std::uint64_t run, std::int32_t job = 1, const std::string& service = "Jobs") {
        hosts.bind({.run = {run}, .key = {mail, "", JobId{job}}, .service = service});
    }
    void alarm(std::uint64_t delivery, Instant now = Instant{1h}) {
        hosts.deliver(DeliverAlarm{.delivery = delivery, .alarm = {.app = mail, .receiver = "Alarms"}}, {now, 10s});
    }
    /// The process that was started as the nth says what it hosts, on the connection of the same number.
    void offers(std::uint64_t nth, const Names& services) { CHECK(hosts.hosts({nth}, mail, services).ok()); }
    void takesAlarms(std::uint64_t nth) { CHECK(hosts.receives({nth}, mail, {"Alarms"}).ok()); }

    /// The runs that were told to have begun, and to be lost.
    std::vector<std::uint64_t> connected() const {
        std::vector<std::uint64_t> runs;
        for (const Event& event : arrived)
            if (const auto* e = std::get_if<Connected>(&event)) runs.push_back(e->run.value);
        return runs;
    }
    std::vector<std::pair<std::uint64_t, bool>> lost() const {
        std::vector<std::pair<std::uint64_t, bool>> runs;
        for (const Event& event : arrived)
            if (const auto* e = std::get_if<RunLost>(&event)) runs.emplace_back(e->run.value, e->crash);
        return runs;
    }
    std::vector<std::uint64_t> givenUp() const {
        std::vector<std::uint64_t> deliveries;
        for (const Event& event : arrived)
            if (const auto* e = std::get_if<DeliveryEnded>(&event)) deliveries.push_back(e->delivery);
        return deliveries;
    }
    std::string refused() const {
        const auto* event = arrived.empty() ? nullptr : std::get_if<BindFailed>(&arrived.back());
        return event ? event->why : "";
    }

    FakeServer server;
    FakeLauncher launcher;
    FakeRegistry registry;
    std::vector<Event> arrived;
    std::vector<ConnectionId> killedPeers;
    Hosts hosts{server, launcher, registry, [this](Event event) { arrived.push_back(std::move(event)); },
                [this](ConnectionId peer) { killedPeers.push_back(peer); }};
};

using Runs = std::vector<std::uint64_t>;
using Lost = std::vector<std::pair<std::uint64_t, bool>>;

} // namespace

TEST_CASE("a run starts its service's command, and begins once that hosts the service") {
    World world;
    world.bind(1);
    REQUIRE(world.launcher.started.size() == 1);
    CHECK(world.launcher.started[0].arguments == Names{"mail", "--jobs"});
    CHECK(world.launcher.started[0].background);
    CHECK(world.connected().empty());
    world.offers(1, {"Player"});
    CHECK(world.connected().empty()); // another service
    world.offers(1, {"Jobs"});
    CHECK(world.connected() == Runs{1});
    CHECK(world.hosts.maySpeakFor({1}, {1}));
    CHECK(world.hosts.isElsewhere({2}, {1}));
}

TEST_CASE("who offers what no manifest lets it is told what to do about it") {
    World world;
    world.registry.manifest.file = "/apps/com.example.mail.toml";
    CHECK(world.hosts.hosts({1}, mail, {"Else"}).error() ==
          Error{Errc::SECURITY, "com.example.mail declares no service \"Else\": add a [[service]] of this name to "
                                "/apps/com.example.mail.toml"});
    const AppId shell{std::string(shellPackage)};
    CHECK(world.hosts.hosts({1}, shell, {"Jobs"})
              .error()
              .message.ends_with("start it with: stint start com.example.mail"));
    CHECK(world.hosts.receives({1}, shell, {"Wakes"}).error().message.find("no manifest declares a receiver") !=
          std::string::npos);
    CHECK(world.hosts.stranger(shell, "Jobs"));
    CHECK_FALSE(world.hosts.stranger(mail, "Else")); // the core says what its manifest lacks
}

TEST_CASE("several runs of a service share its process, before and after it hosts") {
    World world;
    world.bind(1, 1);
    world.bind(2, 2);
    world.offers(1, {"Jobs"});
    world.bind(3, 3);
    CHECK(world.launcher.started.size() == 1);
    CHECK(world.connected() == Runs{1, 2, 3});
}

TEST_CASE("an app's own process that hosts the service is used, and not let go") {
    World world;
    CHECK(world.hosts.hosts({7}, mail, {"Jobs"}).ok());
    world.bind(1);
    CHECK(world.launcher.started.empty());
    CHECK(world.connected() == Runs{1});
    world.hosts.end({1});
    CHECK(world.server.unbound.empty());
}

TEST_CASE("a process that nothing runs in is let go, but not while it serves in the foreground") { // jobs.md §5.5
    World world;
    world.bind(1);
    world.offers(1, {"Jobs", "Player"});
    CHECK(world.hosts.serves({1}, {{}, mail, "Player", true}).ok());
    CHECK(world.hosts.serving(mail, "Player") == std::vector<ConnectionId>{{1}});
    CHECK(world.hosts.serving(mail, "Jobs").empty());
    world.hosts.end({1});
    CHECK(world.server.unbound.empty());
    CHECK(world.hosts.serves({1}, {{}, mail, "Player", false}).ok());
    CHECK(world.server.unbound == std::vector<ConnectionId>{{1}});
}

TEST_CASE(
    "a foreground service that the core refuses keeps no process, and stops none that was there") { // jobs.md §5.5
    World world;
    world.bind(1);
    world.offers(1, {"Jobs", "Player"});
    const Reply refused{.call = {7}, .error = Error{Errc::SECURITY, "it may not start from the background"}};
    CHECK(world.hosts.serves({1}, {{7}, mail, "Player", true}).ok());
    world.hosts.answered(refused);
    CHECK(world.hosts.serving(mail, "Player").empty());
    CHECK(world.hosts.serves({1}, {{8}, mail, "Player", true}).ok());
    world.hosts.answered({.call = {8}});
    CHECK(world.hosts.serves({1}, {{7}, mail, "Player", true}).ok()); // another notification, which is refused
    world.hosts.answered(refused);
    CHECK(world.hosts.serving(mail, "Player") == std::vector<ConnectionId>{{1}});
    world.hosts.end({1});
    CHECK(world.server.unbound.empty());
    CHECK(world.hosts.serves({1}, {{}, mail, "Player", false}).ok());
    CHECK(world.hosts.serves({1}, {{9}, mail, "Player", true}).ok());
    world.hosts.answered({.call = {9}, .error = refused.error});
    CHECK(world.server.unbound == std::vector<ConnectionId>{{1}});
}

TEST_CASE("a job's next run starts only when nothing of its last process is alive") {
    World world;
    world.bind(1);
    world.offers(1, {"Jobs"});
    world.hosts.end({1});
    world.bind(2);
    CHECK(world.launcher.started.size() == 1);
    CHECK(world.launcher.killed == std::vector<ProcessId>{{1}}); // it is hurried
    world.hosts.gone({1});
    CHECK(world.launcher.started.size() == 2);
    CHECK(world.lost().empty());
}

TEST_CASE("jobs that have a process each share none, and do not wait for each other") { // decision 0014
    World world;
    world.bind(1, 1, "Commands");
    world.bind(2, 2, "Commands");
    CHECK(world.launcher.started.size() == 2);
    CHECK(world.launcher.started[0].background);
    CHECK(world.launcher.started[0].keepsPriority); // limits.md §13: what it starts is the background work
    world.offers(1, {"Commands"});
    CHECK(world.connected() == Runs{1});
    world.hosts.end({1});
    world.bind(3, 2, "Commands"); // its former process is alive
    CHECK(world.launcher.started.size() == 2);
    world.hosts.gone({2});
    CHECK(world.launcher.started.size() == 3);
}

TEST_CASE(
    "a run is lost when its process is gone, and no sooner; as a crash, unless it was killed or met a limit") { // jobs.md
                                                                                                                // §12.3
    World world;
    world.bind(1);
    world.offers(1, {"Jobs"});
    world.hosts.closed({1}); // it let go of its end
    CHECK(world.launcher.killed == std::vector<ProcessId>{{1}});
    CHECK(world.lost().empty());
    world.hosts.gone({1});
    CHECK(world.lost() == Lost{{1, true}});

    world.bind(2);
    world.offers(2, {"Jobs"});
    world.hosts.killApp(mail);
    world.hosts.gone({2});
    CHECK(world.lost() == Lost{{1, true}, {2, false}});

    world.bind(3);
    world.offers(3, {"Jobs"});
    world.hosts.gone({3}, "killed: over its memory limit of 512 MiB", true); // limits.md §13
    CHECK(world.lost() == Lost{{1, true}, {2, false}, {3, false}});
}

TEST_CASE("a run in an app's own process is lost with the connection, which is no crash") {
    World world;
    CHECK(world.hosts.hosts({7}, mail, {"Jobs"}).ok());
    world.bind(1);
    world.hosts.closed({7});
    CHECK(world.lost() == Lost{{1, false}});
}

TEST_CASE("force-stop kills an app's own process, too") { // jobs.md §7.4
    World world;
    CHECK(world.hosts.hosts({7}, mail, {"Jobs"}).ok());
    CHECK(world.hosts.killApp(mail) == 1); // as `stint tasks stop` tells
    CHECK(world.killedPeers == std::vector<ConnectionId>{{7}});
}

TEST_CASE("what cannot be started fails the bind, and says why") {
    World world;
    world.launcher.refusal = Error{Errc::SYSTEM, "no such program"};
    world.bind(1);
    CHECK(world.refused() == "no such program");
    world.bind(2, 1, "Gone");
    CHECK(world.refused() == "the service is not declared any more");
    world.launcher.refusal.reset();
    world.server.refusal = Error{Errc::SYSTEM, "too many connections"};
    world.bind(3);
    CHECK(world.refused() == "too many connections");
    CHECK(world.launcher.killed == std::vector<ProcessId>{{1}}); // nobody could speak with it
}

TEST_CASE("a process hosts only what its app's manifest declares") {
    World world;
    CHECK(world.hosts.hosts({7}, mail, {"Jobs", "Spy"}).error().code == Errc::SECURITY);
    CHECK(world.hosts.receives({7}, mail, {"Spy"}).error().code == Errc::SECURITY);
    CHECK(world.hosts.serves({7}, {{}, mail, "Jobs", true}).error().code ==
          Errc::ILLEGAL_ARGUMENT); // not in the foreground
    world.bind(1);
    CHECK(world.connected().empty()); // nothing of that was taken in
}

TEST_CASE("an alarm is handed to a process that is started for its receiver, and is given up with it") { // limits.md §7
    World world;
    world.alarm(1);
    REQUIRE(world.launcher.started.size() == 1);
    CHECK(world.launcher.started[0].arguments == Names{"mail", "--alarms"});
    CHECK(world.server.handed.empty());
    world.takesAlarms(1);
    CHECK(world.server.handed == std::vector<std::pair<ConnectionId, std::uint64_t>>{{{1}, 1}});
    CHECK(world.givenUp().empty());
    world.hosts.gone({1});
    CHECK(world.givenUp() == Runs{1});
}

TEST_CASE("a process that took its alarm is let go; a silent one gets no more, and is ended for the next") {
    World world;
    world.alarm(1, Instant{1h});
    world.takesAlarms(1);
    SUBCASE("taken") {
        world.hosts.delivered(1);
        CHECK(world.server.unbound == std::vector<ConnectionId>{{1}});
    }
    SUBCASE("in time for another") {
        world.alarm(2, Instant{1h} + 10s);
        CHECK(world.server.handed.size() == 2);
    }
    SUBCASE("silent") {
        world.alarm(2, Instant{1h} + 11s);
        CHECK(world.server.handed.size() == 1);
        CHECK(world.launcher.killed == std::vector<ProcessId>{{1}});
        world.hosts.gone({1});
        CHECK(world.givenUp() == Runs{1});
        CHECK(world.launcher.started.size() == 2);
    }
}

TEST_CASE("a core that is loaded anew finds no process, and hears of no run that was") {
    World world;
    world.bind(1);
    world.offers(1, {"Jobs"});
    world.alarm(1);
    world.arrived.clear();
    world.hosts.dropAllBut({});
    CHECK(world.launcher.killed == std::vector<ProcessId>{{1}, {2}});
    world.hosts.gone({1});
    world.hosts.gone({2});
    CHECK(world.arrived.empty());
    CHECK(!world.hosts.connectionOf({1}));
}

TEST_CASE("what hosts a run that goes on outlives the core that began it") { // architecture.md, the turn
    World world;
    world.bind(1);
    world.offers(1, {"Jobs"});
    world.bind(2, 2, "Commands");
    world.hosts.called(CallStart{.run = {1}});
    world.hosts.changed(RunChanged{{1}, {.limit = 10min, .byIdlePath = true}});
    REQUIRE(world.hosts.goingOn().size() == 2);
    CHECK(world.hosts.find({1})->terms.limit == 10min);
    CHECK(world.hosts.find({1})->terms.byIdlePath);
    CHECK(world.hosts.find({1})->called);
    CHECK_FALSE(world.hosts.find({2})->called);
    world.hosts.dropAllBut({RunId{1}});
    CHECK(world.launcher.killed == std::vector<ProcessId>{{2}});
    CHECK(world.hosts.connectionOf({1}));
    CHECK_FALSE(world.hosts.find({2}));
    world.hosts.gone({1});
    CHECK(world.lost().size() == 1);
    CHECK(world.hosts.find({1})); // until the core has ended it
}

TEST_CASE("a run that is bound a second time is noticed") {
    constexpr std::array mistakes{
        Mistake{"!runs_.contains(bind.run)",
                [] {
                    World world;
                    world.bind(1);
                    world.offers(1, {"Jobs"});
                    world.bind(1);
                }},
    };
    CHECK(unnoticed(mistakes) == "");
}

} // namespace stint
