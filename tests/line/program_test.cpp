// stint-push between a daemon, a session bus, and a real server of the line (stage.hpp).
#include <thread>

#include <doctest/doctest.h>

#include "line/stage.hpp"

namespace {

using namespace stint;
using namespace stint::test;

using Stage = LineStage;

std::vector<std::string> numbered(int count) {
    std::vector<std::string> texts;
    for (int n = 0; n < count; ++n)
        texts.push_back(std::to_string(n));
    return texts;
}

} // namespace

TEST_CASE("an app registers, gets its endpoint once the server has it, and its messages; then it ends that") {
    Stage stage; // push.md §4.1, §4.3, §4.4
    stage.join();
    stage.begin();
    for (const int version : {1, 2}) {
        const std::string token = version == 1 ? "first" : "second";
        const wire::LineEntry made = stage.registered(version, token);
        CHECK(stage.server->registrations.find(made.name).value()->encrypted == (version == 2));
        CHECK(detailsIn(made.details)->at == stage.device + "@" + stage.daemon->line.place.stream);
        const auto had = stage.daemon->texts.size();
        stage.post(made, {"live"});
        REQUIRE(stage.soon([&] { return stage.daemon->texts.size() == had + 1; }));
        stage.daemon->deliver(7, made.name, "text");
        REQUIRE(stage.soon([&] { return stage.app->last() == "Message " + token + " text"; }));
        REQUIRE(stage.soon([&] { return !stage.daemon->delivered.empty(); }));
        CHECK(stage.daemon->delivered.back() == std::pair<std::uint64_t, bool>(7, true));
        stage.daemon->delivered.clear();
    }
    CHECK(stage.app->registers(2, "org.example.App", "second") == "REGISTRATION_SUCCEEDED"); // the same again
    CHECK(stage.daemon->line.entries.size() == 2);
    REQUIRE(stage.soon([&] { return stage.app->last().starts_with("NewEndpoint second "); }));
    const std::string name = stage.daemon->line.entries.back().name;
    stage.app->unregisters(2, "second");
    REQUIRE(stage.soon([&] { return stage.daemon->line.entries.size() == 1; }));
    CHECK(stage.server->registrations.find(name).value()->gone);
    stage.app->unregisters(1, "first");
    REQUIRE(stage.soon([&] { return stage.daemon->line.entries.empty(); }));
    CHECK(std::ranges::count(stage.daemon->reports, true) >= 1);
    CHECK(stage.program->exitCode() == 0); // nothing is left to do
}

TEST_CASE("a device that joins under another name begins anew, and its apps get other endpoints") { // push.md §5
    Stage stage;
    stage.join();
    stage.begin();
    const wire::LineEntry before = stage.registered(2, "t");
    const std::string endpoint = stage.app->last();
    stage.device = stage.nats.devices[1];
    stage.join();
    CHECK(stage.program->exitCode() == 0); // nobody has told it
    stage.begin();
    REQUIRE(
        stage.soon([&] { return stage.app->last() != endpoint && stage.app->last().starts_with("NewEndpoint t "); }));
    REQUIRE(stage.soon([&] { return stage.daemon->line.entries.size() == 1; }));
    const wire::LineEntry after = stage.daemon->line.entries.front();
    CHECK(after.name != before.name);
    CHECK(stage.server->registrations.find(after.name).value()->device == stage.device);
    CHECK(stage.server->registrations.find(before.name).value()->device ==
          stage.nats.devices[0]); // not this one's to end
}

TEST_CASE("a connector that refuses a message has not taken it, and a note is no message to it") { // push.md §4.3
    Stage stage;
    stage.join();
    stage.begin();
    const wire::LineEntry made = stage.registered(2, "t");
    stage.app->refuses = true;
    stage.daemon->deliver(1, made.name, "text");
    REQUIRE(stage.soon([&] { return stage.daemon->delivered.size() == 1; }));
    stage.daemon->deliver(2, made.name, "", true);
    REQUIRE(stage.soon([&] { return stage.daemon->delivered.size() == 2; }));
    stage.daemon->deliver(3, "NOBODY", "text");
    REQUIRE(stage.soon([&] { return stage.daemon->delivered.size() == 3; }));
    CHECK(stage.daemon->delivered == std::vector<std::pair<std::uint64_t, bool>>{{1, false}, {2, true}, {3, false}});
}

TEST_CASE("nobody registers for a name that is not its own, nor ends another app's registration") { // push.md §4.4
    Stage stage;
    stage.join();
    stage.begin();
    test::App other(stage.loop, "org.example.Other");
    CHECK(other.registers(2, "org.example.App", "t") == "REGISTRATION_FAILEDINTERNAL_ERROR");
    CHECK(other.registers(1, "org.example.App", "t") == "REGISTRATION_FAILED");
    CHECK(other.registers(2, "org.example.Nobody", "t") == "REGISTRATION_FAILEDINTERNAL_ERROR");
    const wire::LineEntry made = stage.registered(2, "t");
    other.unregisters(2, "t");
    other.unregisters(1, "t");
    CHECK_FALSE(stage.daemon->only()->ended);
    CHECK(stage.daemon->only()->name == made.name);
}

TEST_CASE("a device that has joined no server says that somebody has to act") { // push.md §4.4
    Stage stage;
    stage.begin();
    CHECK(stage.app->registers(2, "org.example.App", "t") == "REGISTRATION_FAILEDACTION_REQUIRED");
    CHECK(stage.daemon->line.entries.empty());
}

TEST_CASE("all that was posted while the line was away comes once, whatever the daemon refuses at first") {
    Stage stage; // push.md §4.1
    stage.join();
    stage.begin();
    const wire::LineEntry made = stage.registered(2, "t");
    stage.program->kill(SIGTERM);
    CHECK(stage.program->exitCode() == 0);
    CHECK(stage.daemon->line.entries.size() == 1);
    stage.post(made, numbered(99));
    stage.post(made, numbered(100), Urgency::High);
    stage.post(made, numbered(60), Urgency::Low);
    stage.daemon->refuses = 1;
    stage.begin();
    REQUIRE(stage.soon([&] { return stage.daemon->texts.size() == 259; }));
    CHECK(stage.daemon->missed == std::vector<Subject>{{made.name, Urgency::High}});
    for (const auto& [id, count] : stage.daemon->ids)
        CHECK(count == 1);
    stage.post(made, {"live"});
    REQUIRE(stage.soon([&] { return stage.daemon->texts.size() == 260; }));
}

TEST_CASE("what is not wanted is fetched when it is; a broker that was away is reported, and loses nothing") {
    Stage stage; // push.md §4.2
    stage.join();
    stage.begin();
    const wire::LineEntry made = stage.registered(2, "t");
    stage.daemon->line.entries.front().fetched.reset(placeOf(Urgency::Normal));
    stage.daemon->tellLine();
    // Its subscription ends a moment after the line was told: until then ordinary ones come, too, before high ones.
    auto& texts = stage.daemon->texts;
    const auto came = [&](const std::string& text) { return std::ranges::find(texts, text) != texts.end(); };
    const auto isHeld = [&](const std::string& number) {
        stage.post(made, {"ordinary " + number});
        stage.post(made, {"high " + number}, Urgency::High);
        REQUIRE(stage.soon([&] { return came("high " + number); }));
        return !came("ordinary " + number);
    };
    int tries = 0;
    while (tries < 100 && !isHeld(std::to_string(tries)))
        ++tries;
    REQUIRE(tries < 100);
    const std::size_t until = texts.size();
    stage.daemon->line.entries.front().fetched.set();
    stage.daemon->tellLine();
    REQUIRE(stage.soon([&] { return texts.size() == until + 1; }));
    stage.nats.kill();
    REQUIRE(stage.soon([&] { return !stage.daemon->reports.back(); }));
    stage.nats.start();
    REQUIRE(stage.soon([&] {
        stage.daemon->check();
        return stage.daemon->reports.back();
    }));
    stage.post(made, {"after"});
    REQUIRE(stage.soon([&] { return texts.size() == until + 2; }));
}

TEST_CASE("a server that takes longer than the line has patience at first is heard") { // push.md §4.2
    Stage stage;
    stage.join();
    stage.begin();
    stage.registered(2, "t");
    stage.server.reset();
    std::vector<std::jthread> thinking; // the server's own slowness, and not a wait of the test
    auto slow = Broker::connect({.urls = {stage.nats.url()}, .credentials = {}, .device = {}, .certified = {}}).value();
    const auto answer = textOf(BoxAnswer{.store = stage.daemon->line.place.stream});
    const auto take = [&](const std::string&, const std::string&, const Broker::Answered& answered) {
        thinking.emplace_back([answered, answer] {
            std::this_thread::sleep_for(2500ms);
            answered(answer);
        });
    };
    REQUIRE(slow.answerLater(subjectsOf(push::Service::Box), "box", take).ok());
    stage.nats.kill();
    REQUIRE(stage.soon([&] { return !stage.daemon->reports.back(); }));
    stage.nats.start();
    CHECK(stage.soon([&] { return stage.daemon->reports.back(); }));
    slow.close();
}

TEST_CASE("a check that nobody answers ends a connection that seems to be there, and another one is made") {
    Stage stage; // push.md §4.1
    stage.join();
    stage.begin();
    const wire::LineEntry made = stage.registered(2, "t");
    stage.daemon->check();
    stage.nats.freeze();
    stage.daemon->check();
    REQUIRE(stage.soon([&] { return !stage.daemon->reports.back(); }));
    stage.nats.thaw();
    REQUIRE(stage.soon([&] { return stage.daemon->reports.back(); }));
    stage.post(made, {"after"});
    REQUIRE(stage.soon([&] { return stage.daemon->texts.size() == 1; }));
}

TEST_CASE("a server that takes the connection and says nothing is tried again, and told of") { // push.md §4.1
    Stage stage;
    stage.join();
    stage.begin();
    const wire::LineEntry made = stage.registered(2, "t");
    stage.nats.freeze();
    stage.daemon->check();
    const auto& troubles = stage.daemon->troubles;
    std::size_t told = 0;
    REQUIRE(stage.soon([&] {
        while (told < troubles.size() && troubles[told].find("says nothing") == std::string::npos)
            ++told;
        return told + 1 < troubles.size();
    }));
    CHECK(troubles[told + 1] == "no broker has answered yet"); // it stands until the next try
    stage.nats.thaw();
    REQUIRE(stage.soon([&] { return stage.daemon->reports.back(); }));
    stage.post(made, {"after"});
    REQUIRE(stage.soon([&] { return stage.daemon->texts.size() == 1; }));
}

TEST_CASE("when the daemon ends stint-push does, and a second one leaves the name to the first") {
    Stage stage;
    stage.join();
    stage.begin();
    {
        Program second(stage.loop);
        CHECK(second.exitCode() == 69);
    }
    stage.daemon.reset();
    CHECK(stage.program->exitCode() == 0);
}
