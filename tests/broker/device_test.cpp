// A device's end of the connection, against a real nats-server.
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include "base/port.hpp"
#include "broker/connected.hpp"
#include "mailbox/nats_server.hpp"
#include "push/broker/broker.hpp"
#include "push/keys/nkey.hpp"

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

/// It takes connections, and says nothing.
class SilentServer {
public:
    SilentServer() { port_.listen(); }

    std::string url() const { return fmt::format("nats://127.0.0.1:{}", port_.number()); }
    /// The first line of nats-server to whoever comes next, and nothing after that.
    void greetOne() const {
        constexpr std::string_view line =
            "INFO {\"server_id\":\"x\",\"max_payload\":1048576,\"nonce\":\"abc\",\"auth_required\":true}\r\n";
        const int taken = ::accept(port_.socket(), nullptr, nullptr);
        REQUIRE(::write(taken, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    }

private:
    test::Port port_;
};

Broker deviceAt(const NatsServer& nats) {
    const std::string& name = nats.devices[0];
    return std::move(Broker::connect({.urls = {nats.urlOf(name)}, .credentials = {}, .device = name})).value();
}

} // namespace

TEST_CASE("a device tries again within a time that grows by half, from one second to five minutes") { // push.md §4.2
    CHECK(triesWithin(1) == std::chrono::seconds(1));
    CHECK(triesWithin(2) == std::chrono::milliseconds(1'500));
    CHECK(triesWithin(3) == std::chrono::milliseconds(2'250));
    CHECK(triesWithin(15) < std::chrono::minutes(5));
    for (const int tries : {16, 100, 2'147'483'647})
        CHECK(triesWithin(tries) == std::chrono::minutes(5));
}

TEST_CASE("what nobody has answered is asked again after 1 to 2 s, and half as long again with each try") { // §4.2
    std::set<Duration> waits;
    for (int n = 0; n < 100; ++n) {
        waits.insert(untilTriedAgain(1));
        for (const auto& [tries, most] : {std::pair{1, 2'000ms}, {2, 3'000ms}, {3, 4'500ms}, {2'147'483'647, 5min}}) {
            const Duration wait = untilTriedAgain(tries);
            CHECK(wait >= most / 2);
            CHECK(wait <= most);
        }
    }
    CHECK(waits.size() > 1);
}

TEST_CASE("a device's question is answered, with its permissions and no more") { // push.md §2.1
    const NatsServer nats;
    const auto server = serverAt(nats);
    const auto device = deviceAt(nats);
    const std::string subject = "stint.box.00." + nats.devices[0];
    CHECK(device.ask(subject, "?", std::chrono::seconds(1)).error().code == Errc::UNAVAILABLE); // nobody is there
    REQUIRE(server.answer({"stint.box.*.*"}, "stint", [](const std::string&, std::string_view question) {
        return "answer to " + std::string(question);
    }));
    CHECK(device.ask(subject, "this").value() == "answer to this");
}

TEST_CASE("an acknowledgement of what has no sequence yet is none") { // §3.3: nats-server 2.10, where it is sent again
    const NatsServer nats;
    const auto server = serverAt(nats), stream = serverAt(nats);
    std::atomic<std::uint64_t> sequence = 0;
    REQUIRE(stream.answer({"stint.p.test"}, "stint", [&](const std::string&, std::string_view) {
        return fmt::format(R"({{"stream":"STINT_P_00","seq":{},"duplicate":true}})", sequence.load());
    }));
    for (const std::uint64_t its : {0, 7}) {
        sequence = its;
        std::atomic<int> answers = 0;
        std::atomic<std::uint64_t> acknowledged = 0;
        server.keep("stint.p.test", {}, "text", [&](const Result<Ack>& answer) {
            acknowledged = answer.ok() ? answer->sequence : 0;
            ++answers;
        });
        REQUIRE(eventually([&] { return answers == 1; }));
        CHECK(acknowledged == its);
    }
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
    const auto ended = [&](Ending how) { isRefused = how == Ending::Refused; };
    auto wrong = Broker::connect({.urls = {nats.urlOf("SOMEBODYELSE")}, .credentials = {}, .device = name});
    REQUIRE(wrong.ok());
    wrong->follow([](bool) {}, ended);
    CHECK(eventually([&] { return isRefused.load(); }));
    wrong->close();
}

TEST_CASE("a server that takes the connection and says nothing is told apart from one that lets nobody in") { // §4.1
    const SilentServer silent;
    std::atomic<bool> isGivenUp = false;
    auto device = Broker::connect({.urls = {silent.url()}, .credentials = {}, .device = newDevice()});
    REQUIRE(device.ok());
    device->follow([](bool) {}, [&](Ending how) { isGivenUp = how == Ending::GivenUp; });
    CHECK(eventually([&] { return isGivenUp.load(); }));
    device->close();
}

// Run by the next, as a program: libnats' threads do not outlive a fork.
TEST_CASE("a device whose server falls silent gives it up" * doctest::skip()) {
    auto device = Broker::connect(
        {.urls = {::getenv("STINT_BROKER")}, .credentials = ::getenv("STINT_CREDENTIALS"), .device = newDevice()});
    REQUIRE(device.ok());
    std::atomic<bool> isGivenUp = false; // and not refused: that would not be tried again
    device->follow([](bool) {}, [&](Ending how) { isGivenUp = how == Ending::GivenUp; });
    CHECK(eventually([&] { return isGivenUp.load(); }));
    device->close();
}

// libnats 3.4 waits without end, and takes more and more memory: it is the process that ends. 3.10 gives it up.
TEST_CASE("a server that begins to greet and falls silent is given up, or this process ends") { // §4.1
    const SilentServer silent;
    std::string file = "/tmp/stint-creds-XXXXXX";
    const int its = ::mkstemp(file.data());
    const Nkey user = Nkey::make(Nkey::Role::User);
    const std::string text =
        credentialsOf(signedJwt(user, user.name(), "a", {}, nlohmann::ordered_json::object()), user);
    REQUIRE(::write(its, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(its);
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("STINT_BROKER", silent.url().c_str(), 1);
        ::setenv("STINT_CREDENTIALS", file.c_str(), 1);
        ::execl("/proc/self/exe", "broker_tests", "--no-skip", "--minimal", "--test-case=*falls silent gives it up",
                nullptr);
        ::_exit(127);
    }
    silent.greetOne();
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK((WEXITSTATUS(status) == 75 || WEXITSTATUS(status) == 0));
    std::filesystem::remove(file);
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
    REQUIRE(server.answer({"stint.box.*.*"}, "stint", [](const std::string&, std::string_view) { return "answer"; }));
    const std::string url = "tls" + nats.urlOf(name).substr(4);
    const auto device = Broker::connect({.urls = {url}, .credentials = {}, .device = name});
    if (device.ok()) CHECK(device->ask("stint.box.00." + name, "?").error().code == Errc::UNAVAILABLE);
}
