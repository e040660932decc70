// What one connection may do without another noticing (design.md, wire: limits).
#include <doctest/doctest.h>

#include <cstring>

#include "bus/frames.hpp"
#include "bus/world.hpp"
#include "wire/capture.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

void cancelOne(Writer& writer) {
    writer.int32(7).string("");
    noOptions(writer);
}

void hugeJob(Writer& writer) {
    {
        DictionaryWriter job(writer);
        job.put("id", std::int32_t{7});
        job.put("service", std::string(2 * 1024 * 1024, 'x'));
    }
    writer.string("");
    noOptions(writer);
}

bool isServed(World& world, Client& client) {
    return !world.ask(client, jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions).isError();
}

/// A peer that speaks bytes of its own choice.
class Raw {
public:
    explicit Raw(World& world) : socket_(connectSocket(world.socket()).value()) {}

    bool send(std::string_view bytes) {
        return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
               static_cast<ssize_t>(bytes.size());
    }
    std::string receive() {
        char said[4096];
        const ssize_t count = ::recv(socket_.get(), said, sizeof said, MSG_DONTWAIT);
        return count > 0 ? std::string(said, static_cast<std::size_t>(count)) : std::string();
    }
    bool isClosed() {
        char byte = 0;
        const ssize_t count = ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
        return count == 0 || (count < 0 && errno == ECONNRESET);
    }
    void hangUp() { socket_ = Fd(); }

private:
    Fd socket_;
};

constexpr char greetingBytes[] = "\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";
constexpr std::string_view greeting(greetingBytes, sizeof greetingBytes - 1);

/// The fixed header of a message of `body` bytes and `fields` bytes of header fields.
std::string header(std::uint32_t body, std::uint32_t fields) {
    std::string bytes("l\1\0\1\0\0\0\0\1\0\0\0\0\0\0\0", 16);
    std::memcpy(bytes.data() + 4, &body, sizeof body);
    std::memcpy(bytes.data() + 12, &fields, sizeof fields);
    return bytes;
}

/// A whole, right message: a Ping that wants no answer but gets one.
std::string ping() {
    std::string fields;
    const auto add = [&fields](char code, const char* type, std::string_view value) {
        while (fields.size() % 8 != 0)
            fields += '\0';
        const auto length = static_cast<std::uint32_t>(value.size());
        fields += code;
        fields += std::string("\1", 1) + type + '\0';
        fields.append(reinterpret_cast<const char*>(&length), sizeof length);
        fields += value;
        fields += '\0';
    };
    add(1, "o", "/org/stint");
    add(2, "s", "org.freedesktop.DBus.Peer");
    add(3, "s", "Ping");
    std::string bytes = header(0, static_cast<std::uint32_t>(fields.size())) + fields;
    while (bytes.size() % 8 != 0)
        bytes += '\0';
    return bytes;
}

} // namespace

TEST_CASE("a message of 2 MiB closes its connection, and only that") {
    World world;
    Client other = world.connectApp("com.example.other");
    Client app = world.connectApp("com.example.mail");
    app.send(jobSchedulerInterface, "Schedule", hugeJob);
    for (int count = 0; count < 10; ++count) {
        app.process();
        world.turn();
    }
    CHECK(!app.process());
    CHECK(world.owner.closures == std::vector<ConnectionId>{world.owner.connections[1]});
    CHECK(world.owner.arrivals.empty());
    CHECK(isServed(world, other));
}

TEST_CASE("a message is measured before it is read: its header alone is enough") {
    World world;
    Raw raw(world);
    world.turn();
    REQUIRE(raw.send(greeting));
    world.turn();
    CHECK(raw.receive().find("OK ") != std::string::npos);
    SUBCASE("at 1 MiB it is waited for") {
        REQUIRE(raw.send(header(mostMessageBytes - 32, 16)));
        world.turn();
        CHECK(!raw.isClosed());
    }
    SUBCASE("one byte more closes") {
        REQUIRE(raw.send(header(mostMessageBytes - 31, 16)));
        world.turn();
        CHECK(raw.isClosed());
    }
    SUBCASE("lengths that overflow 32 bits close") {
        REQUIRE(raw.send(header(0xffffffff, 0xffffffff)));
        world.turn();
        CHECK(raw.isClosed());
    }
    SUBCASE("what is no D-Bus message closes") {
        REQUIRE(raw.send("GET / HTTP/1.1\r\n\r\n"));
        world.turn();
        CHECK(raw.isClosed());
    }
}

TEST_CASE("a large message right behind the handshake is measured too") {
    World world;
    Raw raw(world);
    REQUIRE(raw.send(std::string(greeting) + header(100 * 1024 * 1024, 16)));
    world.turn();
    CHECK(world.owner.closures.size() == 1);
}

TEST_CASE("a large message behind a malformed one is not read on") {
    World world;
    Raw raw(world);
    // Well-formed in its lengths, but its header fields are zeros: sd-bus drops it in silence.
    REQUIRE(raw.send(std::string(greeting) + header(0, 64) + std::string(64, '\0') + header(100 * 1024 * 1024, 16)));
    world.turn();
    world.turn();
    CHECK(world.owner.closures.size() == 1);
}

TEST_CASE("a handshake and a call that arrive at once, or byte by byte, are served alike") {
    World world;
    const std::string whole = std::string(greeting) + ping() + ping();
    Raw atOnce(world);
    REQUIRE(atOnce.send(whole));
    world.turn();
    world.turn();
    // What agrees, and two empty method returns, which are longer than their fixed header.
    const std::string said = atOnce.receive();
    const std::size_t agreed = said.find("AGREE_UNIX_FD\r\n");
    REQUIRE(agreed != std::string::npos);
    CHECK(said.size() > agreed + 15 + 2 * 16);

    Raw dribbling(world);
    for (const char byte : whole) {
        REQUIRE(dribbling.send(std::string_view(&byte, 1)));
        world.turn();
    }
    CHECK(dribbling.receive().size() == said.size());
    CHECK(world.owner.closures.empty());
}

TEST_CASE("half a header does not keep the daemon awake") { // design.md, the turn: no polling
    World world;
    Raw raw(world);
    REQUIRE(raw.send(std::string(greeting) + ping().substr(0, 10)));
    world.turn();
    world.turn();
    CHECK(sd_event_run(world.loop, 0) == 0);
    CHECK(!world.server->gather());
    raw.hangUp();
    world.turn();
    CHECK(world.owner.closures.size() == 1);
}

TEST_CASE("the 65th call in flight is Busy, while another connection is served") {
    World world;
    Client other = world.connectApp("com.example.other");
    Client app = world.connectApp("com.example.mail");
    std::vector<std::uint64_t> cookies;
    for (std::size_t count = 0; count <= mostCallsInFlight; ++count)
        cookies.push_back(app.send(jobSchedulerInterface, "Cancel", cancelOne));
    world.settle(app);
    REQUIRE(app.inbox.size() == 1);
    CHECK(app.inbox[0].replyCookie() == cookies.back());
    CHECK(app.inbox[0].error().code == Errc::Busy);
    CHECK(world.owner.arrivals.size() == mostCallsInFlight);
    CHECK(isServed(world, other));

    // One that is answered makes room for another.
    world.turn(
        [&] { world.server->reply({.call = std::get<Cancel>(world.owner.arrivals[0]).call, .error = {}, .id = {}}); });
    app.send(jobSchedulerInterface, "Cancel", cancelOne);
    world.settle(app);
    CHECK(world.owner.arrivals.size() == mostCallsInFlight + 1);
}

TEST_CASE("a flood takes 64 messages of a turn, and the next connection has its turn") { // design.md, the turn
    World world;
    Client app = world.connectApp("com.example.mail");
    Client other = world.connectApp("com.example.other");
    for (int count = 0; count < 200; ++count)
        app.send(jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions);
    const std::uint64_t cookie = other.send(jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions);
    world.turn();
    other.process();
    CHECK(other.answerTo(cookie));
    app.process();
    CHECK(app.inbox.size() == 64);
    // The loop wakes for the rest by itself.
    CHECK(sd_event_run(world.loop, 0) > 0);
    world.settle(app);
    CHECK(app.inbox.size() == 200);
}

TEST_CASE("a caller that never reads its answers is not read from any more, until it does") {
    World world;
    for (int id = 0; id < 10; ++id) {
        JobInfo::Builder large(JobId(id), "Downloads");
        large.setExtras(PersistableBundle().putString("much", std::string(10'000, 'x')));
        world.owner.track({AppId{"com.example.mail"}, "", JobId(id)}).info =
            std::make_shared<const JobInfo>(large.build().value());
    }
    Client app = world.connectOperator();
    constexpr std::size_t rounds = 25;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (int count = 0; count < 20; ++count)
            app.send(taskManagerInterface, "ListJobs", noOptions);
        world.turn();
    }
    CHECK(world.owner.closures.empty());
    CHECK(world.owner.lists < rounds * 20);
    // It catches up, and so do we.
    world.settle(app);
    CHECK(app.inbox.size() == rounds * 20);
}

TEST_CASE("no single wrong byte in a message harms the daemon or another caller") { // design.md: hostile messages
    World world;
    Client other = world.connectApp("com.example.other");
    Capture capture;
    JobInfo::Builder builder(JobId(7), "Downloads");
    builder.setUserInitiated(true).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY);
    builder.setExtras(PersistableBundle().putStringArray("urls", {"a", "b"}).putPersistableBundle("inner", {}));
    const wire::Message call = newCall(capture.bus(), jobSchedulerInterface, "Schedule").value();
    Writer writer(call);
    writeJob(writer, builder.build().value(), ClipFiles::Included);
    writer.string("");
    noOptions(writer);
    const std::string right = capture.sent(call);
    REQUIRE(right.size() > 500);

    for (std::size_t at = 0; at < right.size(); ++at) {
        for (const char wrong : {'\0', '\x7f', static_cast<char>(right[at] + 1)}) {
            std::string bytes = right;
            bytes[at] = wrong;
            Raw raw(world);
            REQUIRE(raw.send(std::string(greeting) + bytes));
            world.turn();
        }
    }
    world.settle(other);
    CHECK(isServed(world, other));
}

TEST_CASE("the length of a message is read in its own byte order") {
    std::string little = header(5, 9);
    CHECK(messageLength(reinterpret_cast<const unsigned char*>(little.data())) == 16 + 16 + 5);
    const std::string big("B\1\0\1\0\0\0\5\0\0\0\1\0\0\0\11", 16);
    CHECK(messageLength(reinterpret_cast<const unsigned char*>(big.data())) == 16 + 16 + 5);
    little[0] = 'x';
    CHECK(messageLength(reinterpret_cast<const unsigned char*>(little.data())) == 0);
}
