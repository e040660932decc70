// A server that joins a cluster (push.md §3.3): its code, the words of both, the file by which it is one; and the
// brokers of a cluster that a device learns of (§4.2).
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/joining/membership.hpp"
#include "push/joining/settings.hpp"
#include "push/joining/words.hpp"

using namespace stint;
using namespace stint::push;
using namespace std::chrono_literals;

namespace {

struct ServerDirectory {
    ServerDirectory() {
        std::string name = "/tmp/stint-cluster-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~ServerDirectory() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

} // namespace

TEST_CASE("a code for a device is none for a server, nor the other way round") { // §3.3
    const WallTime now{std::chrono::seconds(1'800'000'000)};
    const ServerKeys keys;
    const std::string device = codeUntil(now + 1h, keys), server = codeUntil(now + 1h, keys, toServe);
    CHECK(checkCode(server, keys, now, toServe).ok());
    CHECK_FALSE(checkCode(server, keys, now).ok());
    CHECK_FALSE(checkCode(device, keys, now, toServe).ok());
    CHECK(checkCode(server, keys, now + 1h, toServe).error().message.find("--server") != std::string::npos);
}

TEST_CASE("what makes a server one of the cluster is for the one that asked alone") { // §3.3
    const ServerDirectory directory;
    const auto authority = Authority::open(directory.path / "nkeys");
    const auto keys = ServerKeys::open(directory.path / "keys");
    REQUIRE(authority.ok());
    REQUIRE(keys.ok());
    const Asking asking = Asking::make(), another = Asking::make();
    const auto question = serverQuestionIn(textOf(ServerQuestion{"C", asking.key}));
    REQUIRE(question.ok());
    CHECK(question->code == "C");
    CHECK(question->key == asking.key);
    const std::string text = textOf(ServerAnswer{*authority, *keys, {"192.0.2.7:7750"}, "the fleet's"}, question->key);
    const auto answer = serverAnswerIn(text, asking);
    REQUIRE(answer.ok());
    CHECK(answer->authority.text() == authority->text());
    CHECK(answer->keys.bytes() == keys->bytes());
    CHECK(answer->routes == std::vector<std::string>{"192.0.2.7:7750"});
    CHECK_FALSE(serverAnswerIn(text, another).ok());
    CHECK(text.find(authority->text().substr(20, 20)) == std::string::npos);
    for (const std::string& none : {std::string(), std::string("[]"), std::string(R"({"v": 2})"),
                                    std::string(R"({"v": 1, "sealed": "AAAA"})"), text.substr(0, text.size() / 2)})
        CHECK_FALSE(serverAnswerIn(none, asking).ok());
    // Routes go into nats-server's configuration.
    for (const std::vector<std::string>& routes : {std::vector<std::string>(),
                                                   {"a.example:7750"},
                                                   {"192.0.2.7:7750\"]"},
                                                   std::vector<std::string>(33, "192.0.2.7:1")})
        CHECK_FALSE(serverAnswerIn(textOf(ServerAnswer{*authority, *keys, routes, ""}, asking.key), asking).ok());
}

TEST_CASE("a route is an address that another machine can reach") {
    for (const char* const one : {"192.0.2.7:7750", "127.0.0.1:1", "[2001:db8::7]:65535"})
        CHECK(routeIn(one));
    CHECK(routeIn("[2001:db8::7]:65535")->address == "2001:db8::7");
    for (const char* const none : {"", ":", "192.0.2.7", "192.0.2.7:0", "192.0.2.7:65536", "0.0.0.0:7750", "[::]:7750",
                                   "2001:db8::7:7750", "[192.0.2.7]:7750", "a.example:7750", "192.0.2.7:7750 "})
        CHECK_FALSE(routeIn(none));
}

TEST_CASE("a server's place in its cluster is kept, and what is none is named") {
    const ServerDirectory directory;
    CHECK(*ClusterFile::read(directory.path) == std::nullopt);
    const ClusterFile file{Membership::newName(), "127.0.0.1:7750", {"127.0.0.2:7750", "127.0.0.3:7750"}};
    REQUIRE(file.write(directory.path).ok());
    CHECK(*ClusterFile::read(directory.path) == file);
    for (const std::string& none :
         {std::string(), std::string("[]"), std::string("7"),
          std::string(R"({"name": "x", "route": "127.0.0.1:1", "others": []})"),
          nlohmann::json{{"name", newDevice()}, {"route", "127.0.0.1:1"}, {"others", {"nowhere"}}}.dump(),
          nlohmann::json{{"name", newDevice()}, {"route", "127.0.0.1:1"}, {"others", 7}}.dump(),
          nlohmann::json{{"name", newDevice()}, {"route", "127.0.0.1:1"}}.dump()}) {
        std::ofstream(directory.path / ClusterFile::fileName) << none;
        CHECK(ClusterFile::read(directory.path).error().code == Errc::STORAGE);
    }
    ::chmod((directory.path / ClusterFile::fileName).c_str(), 0644);
    CHECK(ClusterFile::read(directory.path).error().code == Errc::STORAGE);
}

TEST_CASE("what a bucket says of a server is not believed to be well-formed") {
    const Membership one{newDevice(), "127.0.0.1:7750", "nats://127.0.0.1:7749"};
    CHECK(*Membership::parse(one.text()) == one);
    for (const Membership& none : {Membership{"x", one.route, one.broker}, Membership{one.name, "x", one.broker},
                                   Membership{one.name, one.route, "http://a"}, Membership{one.name, one.route, ""}})
        CHECK_FALSE(Membership::parse(none.text()).ok());
    for (const char* const none : {"", "7", "[]", "{}", R"({"name": 7})"})
        CHECK_FALSE(Membership::parse(none).ok());
}

TEST_CASE("a device learns a cluster's brokers, as far as there is room, and forgets none") { // §4.2
    LineSettings settings{.brokers = {"tls://a.example:7749"}};
    CHECK_FALSE(settings.learn({"a.example:7749"}));
    CHECK(settings.learn({"a.example:7749", "b.example:7749", "a b", "c.example:7749/path\n"}));
    CHECK(settings.brokers[1] == "tls://b.example:7749"); // in clear text to none
    std::vector<std::string> many;
    for (int n = 0; n < 20; ++n)
        many.push_back("x" + std::to_string(n) + ".example:1");
    CHECK(settings.learn(many));
    CHECK(settings.brokers.size() == 8);
    CHECK(settings.brokers[0] == "tls://a.example:7749");
    CHECK_FALSE(settings.learn(many));
}

TEST_CASE("brokers that are learned are kept, unless the device has joined another server meanwhile") { // §4.2
    const ServerDirectory directory;
    LineSettings settings{.origin = "https://a.example",
                          .brokers = {"tls://a.example:7749"},
                          .device = "0123456789ABCDEFGHJKMNPQRS",
                          .shard = "0a",
                          .credentials = {}};
    REQUIRE(settings.write(directory.path, "x").ok());
    LineSettings more = settings;
    REQUIRE(more.learn({"b.example:7749"}));
    CHECK(more.isSameJoin(settings));
    REQUIRE(more.keepBrokers(directory.path).ok());
    CHECK((*LineSettings::read(directory.path))->brokers == more.brokers);
    LineSettings another = settings;
    another.origin = "https://b.example";
    REQUIRE(another.learn({"c.example:7749"}));
    REQUIRE(another.keepBrokers(directory.path).ok());
    CHECK((*LineSettings::read(directory.path))->brokers == more.brokers);
    REQUIRE(settings.remove(directory.path).ok());
    REQUIRE(more.keepBrokers(directory.path).ok());
    CHECK(*LineSettings::read(directory.path) == std::nullopt); // it has left
}
