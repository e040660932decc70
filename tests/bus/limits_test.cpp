// The limits of one connection, which no other notices (architecture.md, wire: limits).
#include <doctest/doctest.h>

#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "bus/world.hpp"
#include "stintd/bus/intake.hpp"
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
    /// The greeting, and its answer left to be received.
    void greet(World& world);

private:
    Fd socket_;
};

constexpr char greetingBytes[] = "\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";
constexpr std::string_view greeting(greetingBytes, sizeof greetingBytes - 1);

void Raw::greet(World& world) {
    REQUIRE(send(greeting));
    world.turn();
}

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
    raw.greet(world);
    REQUIRE(raw.send(header(100 * 1024 * 1024, 16)));
    world.turn();
    CHECK(world.owner.closures.size() == 1);
}

TEST_CASE("a large message behind a malformed one is not read on") {
    World world;
    Raw raw(world);
    raw.greet(world);
    // Well-formed in its lengths, but its header fields are zeros: sd-bus drops it in silence.
    REQUIRE(raw.send(header(0, 64) + std::string(64, '\0') + header(100 * 1024 * 1024, 16)));
    world.turn();
    world.turn();
    CHECK(world.owner.closures.size() == 1);
}

TEST_CASE("a greeting and calls that arrive at once, or byte by byte, are served alike") {
    World world;
    Raw atOnce(world);
    atOnce.greet(world);
    REQUIRE(atOnce.send(ping() + ping()));
    world.turn();
    // The agreement, and two empty method returns, which are longer than their fixed header.
    const std::string said = atOnce.receive();
    const std::size_t agreed = said.find("AGREE_UNIX_FD\r\n");
    REQUIRE(agreed != std::string::npos);
    CHECK(said.size() > agreed + 15 + 2 * 16);

    Raw dribbling(world);
    for (const char byte : std::string(greeting) + ping() + ping()) {
        REQUIRE(dribbling.send(std::string_view(&byte, 1)));
        world.turn();
    }
    CHECK(dribbling.receive().size() == said.size());
    CHECK(world.owner.closures.empty());
}

// architecture.md, who is calling: it may have been sent by another program than the daemon finds behind the
// connection.
TEST_CASE("a call that has not waited for the answer to its greeting ends its connection") {
    World world;
    Raw hasty(world);
    REQUIRE(hasty.send(std::string(greeting) + ping()));
    world.turn();
    CHECK(hasty.isClosed());
    Raw endless(world);
    REQUIRE(endless.send(std::string(600, '\0')));
    world.turn();
    CHECK(endless.isClosed());
}

TEST_CASE("a process that has become another program is not heard") {
    World world;
    Client client = world.connect({AppId{"com.example.mail"}, false, 7});
    CHECK(isServed(world, client));
    world.owner.itself = false;
    const std::uint64_t cookie = client.send(jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions);
    world.turn();
    world.turn();
    CHECK(world.owner.closures.size() == 1);
    client.process();
    CHECK_FALSE(client.answerTo(cookie));
}

TEST_CASE("half a header does not keep the daemon awake") { // architecture.md, the turn: no polling
    World world;
    Raw raw(world);
    raw.greet(world);
    REQUIRE(raw.send(ping().substr(0, 10)));
    world.turn();
    world.turn();
    CHECK(sd_event_run(world.loop, 0) == 0);
    CHECK(!world.server->gather());
    CHECK(world.owner.closures.empty());
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
    CHECK(app.inbox[0].error().code == Errc::BUSY);
    CHECK(world.owner.arrivals.size() == mostCallsInFlight);
    CHECK(isServed(world, other));

    // One that is answered makes room for another.
    world.turn(
        [&] { world.server->reply({.call = std::get<Cancel>(world.owner.arrivals[0]).call, .error = {}, .id = {}}); });
    app.send(jobSchedulerInterface, "Cancel", cancelOne);
    world.settle(app);
    CHECK(world.owner.arrivals.size() == mostCallsInFlight + 1);
}

TEST_CASE("a process that is all silence shuts nobody out, and itself alone") {
    World world({.connectionsOfProcess = 3});
    world.owner.next = {AppId{"com.example.mail"}, false, 7};
    std::deque<Raw> silent;
    for (int count = 0; count < 4; ++count)
        silent.emplace_back(world);
    world.turn();
    CHECK(world.owner.closures.size() == 1);
    CHECK(silent[0].isClosed());
    CHECK(world.owner.crowds == std::vector<std::string>{"connections that say nothing make room for others"});
    Client other = world.connect({AppId{"com.example.other"}, false, 8});
    CHECK(isServed(world, other));
}

TEST_CASE("one connection more than a process may have is refused where all of them speak") {
    World world({.connectionsOfProcess = 2});
    const BusCaller mail{AppId{"com.example.mail"}, false, 7};
    Client first = world.connect(mail);
    CHECK(isServed(world, first));
    Client second = world.connect(mail);
    CHECK(isServed(world, second));
    Raw third(world);
    world.turn();
    CHECK(third.isClosed());
    REQUIRE(world.owner.crowds.size() == 1);
    CHECK(world.owner.crowds[0].find("and may have 2") != std::string::npos);
    CHECK(isServed(world, first));
}

TEST_CASE("where descriptors run short silent connections make room, and nobody stays deaf") {
    World world({.descriptors = 256}); // room for 24
    std::deque<Raw> silent;
    for (int pid = 1; pid <= 100; ++pid) { // of as many processes
        world.owner.next = {AppId{"com.example.mail"}, false, pid};
        silent.emplace_back(world);
        world.turn();
    }
    CHECK(world.owner.closures.size() == 76);
    Client person = world.connect({AppId{"org.stint.shell"}, true, 1000});
    CHECK(isServed(world, person));
    silent.clear();
    Client later = world.connect({AppId{"com.example.other"}, false, 1001});
    CHECK(isServed(world, later));
}

TEST_CASE("callers that wait to be let in wake the loop until all are") {
    World world;
    std::deque<Raw> callers;
    for (int count = 0; count < 100; ++count)
        callers.emplace_back(world);
    world.turn();
    CHECK(world.owner.connections.size() == 64);
    CHECK(sd_event_run(world.loop, 0) > 0);
    world.turn();
    CHECK(world.owner.connections.size() == 100);
}

TEST_CASE("a greeting that is not finished in time ends its connection") {
    World world({.handshake = Duration{-1}});
    world.owner.next.pid = 7;
    Raw slow(world);
    world.turn();
    world.turn();
    CHECK(slow.isClosed());
}

TEST_CASE("a turn takes in a megabyte of one connection, and the rest in the next") {
    World world;
    Client app = world.connectApp("com.example.mail");
    for (int count = 0; count < 5; ++count) {
        app.send(jobSchedulerInterface, "CanRunUserInitiatedJobs", [](Writer& writer) {
            DictionaryWriter options(writer);
            options.put("padding", std::string(500'000, 'x'));
        });
    }
    // The kernel holds a part of it back; what one turn takes in is a megabyte and the message it ends in.
    for (int turns = 0; turns < 10; ++turns) {
        const std::size_t before = app.inbox.size();
        world.turn();
        app.process();
        CHECK(app.inbox.size() - before <= 3);
    }
    world.settle(app);
    CHECK(app.inbox.size() == 5);
}

TEST_CASE("a job with more descriptors than one may have is refused, and says so") {
    World world;
    Client app = world.connectApp("com.example.mail");
    const auto job = [](int files) {
        return [files](Writer& writer) {
            ClipData clip;
            for (int file = 0; file < files; ++file)
                clip.items.push_back({"/dev/null", std::make_shared<const ClipFile>(::dup(STDERR_FILENO))});
            writeJob(writer,
                     JobInfo::Builder(JobId{1}, "Jobs")
                         .setClipData(std::move(clip), ClipData::FLAG_GRANT_READ_URI_PERMISSION)
                         .build()
                         .value(),
                     ClipFiles::Included);
            writer.string("");
            noOptions(writer);
        };
    };
    const wire::Message refused = world.ask(app, jobSchedulerInterface, "Schedule", job(65));
    REQUIRE(refused.isError());
    CHECK(refused.error().code == Errc::LIMIT_EXCEEDED);
    CHECK(refused.error().message.find("more than 64 descriptors") != std::string::npos);
    app.send(jobSchedulerInterface, "Schedule", job(64));
    world.settle(app);
    REQUIRE(world.owner.arrivals.size() == 1);
    CHECK(std::get<Schedule>(world.owner.arrivals[0]).info.getClipData()->items.size() == 64);
}

TEST_CASE("jobs keep at most half of the descriptors that there are") {
    std::deque<Fd> open; // half of them already
    while (open.size() < 100)
        open.emplace_back(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    World world({.descriptors = 2 * open.back().get()});
    Client app = world.connectApp("com.example.mail");
    const wire::Message refused = world.ask(app, jobSchedulerInterface, "Schedule", [](Writer& writer) {
        ClipData clip;
        clip.items.push_back({"/dev/null", std::make_shared<const ClipFile>(::dup(STDERR_FILENO))});
        writeJob(writer,
                 JobInfo::Builder(JobId{1}, "Jobs")
                     .setClipData(std::move(clip), ClipData::FLAG_GRANT_READ_URI_PERMISSION)
                     .build()
                     .value(),
                 ClipFiles::Included);
        writer.string("");
        noOptions(writer);
    });
    REQUIRE(refused.isError());
    CHECK(refused.error().code == Errc::LIMIT_EXCEEDED);
    CHECK(refused.error().message.find("half of what the daemon may have open") != std::string::npos);
}

TEST_CASE("who cannot be known may do nothing") { // architecture.md, who is calling
    World world;
    BusCaller nobody;
    nobody.unknown = "process 7 is too deep";
    Client client = world.connect(nobody);
    const wire::Message answer = world.ask(client, jobSchedulerInterface, "CanRunUserInitiatedJobs", noOptions);
    REQUIRE(answer.isError());
    CHECK(answer.error().code == Errc::SECURITY);
    CHECK(answer.error().message == "nobody can say which app calls: process 7 is too deep");
}

TEST_CASE("a flood takes 64 messages of a turn, and the next connection has its turn") { // architecture.md, the turn
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

TEST_CASE("a list counts as so many messages of a turn as it has jobs") { // jobs.md §2.7; architecture.md, the turn
    World world;
    Client app = world.connectApp("com.example.mail");
    const std::vector<JobOfList> jobs(40, {.info = JobInfo::Builder(JobId(7), "Downloads").build().value()});
    for (int i = 0; i < 5; ++i)
        app.send(jobSchedulerInterface, "ScheduleAll", [&](Writer& writer) {
            wire::writeJobs(writer, jobs, wire::ClipFiles::Included);
            noOptions(writer.string(""));
        });
    app.process();
    for (const std::size_t arrived : {2, 4, 5}) { // 80 jobs are more than 64 messages
        world.turn();
        CHECK(world.owner.arrivals.size() == arrived);
    }
}

TEST_CASE("a caller that never reads its answers is not read from any more, until it does") {
    World world;
    for (int id = 0; id < 10; ++id) {
        JobInfo::Builder large(JobId(id), "Downloads");
        large.setExtras(PersistableBundle().putString("much", std::string(10'000, 'x')));
        world.owner.track({AppId{"com.example.mail"}, "", JobId(id)}).info = large.build().value();
    }
    Client app = world.connectOperator();
    constexpr std::size_t rounds = 25;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (int count = 0; count < 20; ++count)
            app.send(taskManagerInterface, "ListJobs", noOptions);
        world.turn();
    }
    CHECK(world.owner.closures.empty());
    CHECK(world.owner.lists < 10); // answers of 100 kB, of which its socket takes two or three
    // It catches up, and so do we.
    world.settle(app);
    CHECK(app.inbox.size() == rounds * 20);
}

TEST_CASE("no single wrong byte in a message harms the daemon or another caller") { // architecture.md: hostile messages
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
    CHECK(messageLength(little).all == 16 + 16 + 5);
    const std::string big("B\1\0\1\0\0\0\5\0\0\0\1\0\0\0\11", 16);
    CHECK(messageLength(big).all == 16 + 16 + 5);
    little[0] = 'x';
    CHECK(messageLength(little).all == 0);
}
