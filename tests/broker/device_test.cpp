// A device's end of the connection, against a real nats-server.
#include <atomic>
#include <mutex>

#include <doctest/doctest.h>

#include "mailbox/nats_server.hpp"
#include "push/broker/broker.hpp"

using namespace stint;
using namespace stint::push;
using namespace stint::test;

namespace {

/// The messages that were heard, from libnats' threads.
class Heard {
public:
    void add(const Stored& message) {
        const std::lock_guard lock(mutex_);
        bodies_.push_back(message.body);
    }
    std::vector<std::string> bodies() const {
        const std::lock_guard lock(mutex_);
        return bodies_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> bodies_;
};

Broker serverAt(const NatsServer& nats) {
    return std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
}
Broker deviceAt(const NatsServer& nats) {
    const std::string& name = nats.devices[0];
    return std::move(Broker::connect({.urls = {nats.urlOf(name)}, .credentials = {}, .device = name})).value();
}

} // namespace

TEST_CASE("a device's question is answered, with its permissions and no more") { // push.md §2.1
    const NatsServer nats;
    const auto server = serverAt(nats);
    const auto device = deviceAt(nats);
    const std::string subject = "stint.box.00." + nats.devices[0];
    CHECK(device.ask(subject, "?", std::chrono::seconds(1)).error().code == Errc::UNAVAILABLE); // nobody is there
    REQUIRE(server.answer("stint.box.*.*", "stint", [](const std::string&, std::string_view question) {
        return "answer to " + std::string(question);
    }));
    CHECK(device.ask(subject, "this").value() == "answer to this");
}

TEST_CASE("a device hears the subjects that it last named, and no others") { // push.md §4.1
    const NatsServer nats;
    const auto server = serverAt(nats);
    const auto device = deviceAt(nats);
    const std::string of = "stint.live.00." + nats.devices[0];
    Heard heard;
    const auto hear = [&](const Stored& message) { heard.add(message); };
    REQUIRE(device.listenOnlyTo({of + ".h.*", of + ".n.*"}, hear));
    REQUIRE(server.tell(of + ".n.A", {}, "one"));
    REQUIRE(server.tell(of + ".h.A", {}, "two"));
    REQUIRE(eventually([&] { return heard.bodies().size() == 2; }));
    REQUIRE(device.listenOnlyTo({of + ".h.*", of + ".v.B"}, hear));
    REQUIRE(server.tell(of + ".n.A", {}, "three"));
    REQUIRE(server.tell(of + ".v.B", {}, "four"));
    REQUIRE(eventually([&] { return heard.bodies().size() == 3; }));
    CHECK(heard.bodies() == std::vector<std::string>{"one", "two", "four"});
    REQUIRE(device.listenOnlyTo({}, hear));
}

TEST_CASE("a device that the server does not let in stops trying, and says so") {
    const NatsServer nats;
    const std::string& name = nats.devices[0];
    std::atomic<bool> isRefused = false;
    const auto refused = [&] { isRefused = true; };
    auto wrong = Broker::connect({.urls = {nats.urlOf("SOMEBODYELSE")}, .credentials = {}, .device = name});
    REQUIRE(wrong.ok());
    wrong->follow([](bool) {}, refused);
    CHECK(eventually([&] { return isRefused.load(); }));
    wrong->close();
}

TEST_CASE("a device's connection is followed: it comes when its server does") {
    NatsServer nats;
    std::atomic<int> ups = 0, downs = 0;
    nats.kill();
    auto device = deviceAt(nats);
    device.follow([&](bool up) { ++(up ? ups : downs); });
    CHECK(downs == 1);
    nats.start();
    CHECK(eventually([&] { return ups == 1; }));
    nats.kill();
    CHECK(eventually([&] { return downs == 2; }));
    device.close();
}

TEST_CASE("a device whose URL says TLS does not speak to a server that has none") {
    const NatsServer nats;
    const std::string& name = nats.devices[0];
    const auto server = serverAt(nats);
    REQUIRE(server.answer("stint.box.*.*", "stint", [](const std::string&, std::string_view) { return "answer"; }));
    const std::string url = "tls" + nats.urlOf(name).substr(4);
    const auto device = Broker::connect({.urls = {url}, .credentials = {}, .device = name});
    if (device.ok()) CHECK(device->ask("stint.box.00." + name, "?").error().code == Errc::UNAVAILABLE);
}
