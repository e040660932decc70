// Accepted messages come to their device once, whatever happens to the broker (push.md §1.1, §4.1).
#include <algorithm>

#include "mailbox/stage.hpp"

using namespace stint;
using namespace stint::test;

namespace {

std::vector<Envelope> numbered(const Phone& phone, int from, int to, Urgency urgency = Urgency::Normal) {
    std::vector<Envelope> all;
    for (int n = from; n < to; ++n)
        all.push_back(phone.envelope(std::to_string(n), urgency));
    return all;
}

std::vector<std::string> texts(int from, int to) {
    std::vector<std::string> all;
    for (int n = from; n < to; ++n)
        all.push_back(std::to_string(n));
    return all;
}

void join(Server& server, const Phone& phone) {
    server.open();
    REQUIRE(server.registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok());
}

/// All of these, in whatever order, and nothing else.
bool has(Phone& phone, const Server& server, std::vector<std::string> wanted) {
    phone.read(server.mailbox);
    auto its = phone.texts;
    std::ranges::sort(its);
    std::ranges::sort(wanted);
    return its == wanted;
}

} // namespace

TEST_CASE("a message comes to the device that it was posted to, signed and unchanged") { // §2.1
    const NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    const Phone other;
    join(server, other);
    std::string bytes("\0\xff\r\n", 4);
    CHECK(server.keep({phone.envelope(bytes)}, phone.key) == 1);
    REQUIRE(eventually([&] { return has(phone, server, {bytes}); }));
    Phone third = other;
    third.read(server.mailbox);
    CHECK(third.texts.empty());
}

TEST_CASE("a device that dozes fetches high ones, and the rest later: there is a cursor for each") { // §4.1, §4.2
    const NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    server.keep(numbered(phone, 0, 5), phone.key);
    server.keep(numbered(phone, 5, 6, Urgency::High), phone.key);
    phone.at.wanted = Urgencies().set(placeOf(Urgency::High));
    REQUIRE(eventually([&] { return has(phone, server, {"5"}); }));
    phone.at.wanted.set();
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 6)); }));
    CHECK(phone.again == 0);
}

TEST_CASE("more than fits into an answer is asked for until there is no more") { // §2
    const NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    std::vector<Envelope> large;
    for (int n = 0; n < 90; ++n)
        large.push_back(phone.envelope(std::string(4'000, 'x') + std::to_string(n)));
    server.keep(large, phone.key);
    server.keep(numbered(phone, 0, 100, Urgency::High), phone.key);
    server.keep(numbered(phone, 100, 200, Urgency::Low), phone.key);
    REQUIRE(eventually([&] {
        phone.read(server.mailbox);
        return phone.texts.size() == 290;
    }));
    CHECK(phone.again == 0);
    phone.at.most = 7;
    server.keep(numbered(phone, 200, 230), phone.key);
    REQUIRE(eventually([&] {
        phone.read(server.mailbox);
        return phone.texts.size() == 320;
    }));
}

TEST_CASE("what one that is gone has is fetched by who names it, and by its own device alone") { // §2, §4.4
    const NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    Phone stranger;
    join(server, stranger);
    server.keep(numbered(phone, 0, 2), phone.key);
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 2)); }));
    server.keep(numbered(phone, 2, 5), phone.key);
    REQUIRE(
        server.registrations.change(phone.asker(), {.registration = phone.registration, .isWanted = false}, wallNow())
            .ok());
    Phone unnamed = phone;
    unnamed.at.cursors.clear();
    CHECK(has(unnamed, server, texts(0, 2)));
    Phone over = phone;
    over.at.cursors.begin()->second.fill(std::uint64_t{1} << 62);
    CHECK(has(over, server, texts(0, 2)));
    stranger.at.cursors[phone.registration.substr(0, prefixLength)] = {};
    stranger.at.cursors[phone.registration.substr(0, 1)] = {};
    CHECK(has(stranger, server, {}));
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 5)); }));
    CHECK(phone.again == 0);
}

TEST_CASE("of a subject the last hundred stay") { // §2
    const NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    server.keep(numbered(phone, 0, 130), phone.key);
    REQUIRE(eventually([&] { return server.keeper.held().waiting == 0; }));
    REQUIRE(eventually([&] {
        Phone fresh = phone;
        fresh.read(server.mailbox);
        return fresh.texts == texts(30, 130);
    }));
}

TEST_CASE("a broker that is killed in the middle has all of it once, when it is back") { // §1.1
    NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    for (int round = 0; round < 5; ++round) {
        server.keep(numbered(phone, round * 15, round * 15 + 5), phone.key);
        nats.kill();
        CHECK(server.keep(numbered(phone, round * 15 + 5, round * 15 + 15), phone.key) == 10); // accepted all the same
        nats.start();
    }
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 75)); }));
    CHECK(phone.again == 0);
}

TEST_CASE("a server that dies has sent what it accepted, when it is back") { // §1.1
    NatsServer nats;
    Phone phone;
    {
        Server server(nats);
        join(server, phone);
        nats.kill();
        CHECK(server.keep(numbered(phone, 0, 20), phone.key) == 20);
    }
    nats.start();
    Server server(nats);
    server.open();
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 20)); }));
}

TEST_CASE("a broker that comes back with all it had begins no epoch, however often what it has is sent again") { // §1.1
    NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    server.keep(numbered(phone, 0, 20), phone.key);
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 20)); }));
    Phone other; // of another stream: its messages are behind all that is sent again
    while (shardOf(other.name) == shardOf(phone.name))
        other.name = newDevice();
    join(server, other);
    for (int n = 0; n < 3; ++n) {
        nats.kill();
        nats.start();
        server.keep(numbered(other, n, n + 1), other.key);
        REQUIRE(eventually([&] { return has(other, server, texts(0, n + 1)); }));
        REQUIRE(eventually([&] { return server.keeper.held().waiting == 0; }));
    }
    CHECK(server.keeper.placeOf(shardOf(phone.name)).value().epochs.empty());
}

TEST_CASE("what a broker has dropped for later ones does not come back, and takes nobody's place") { // §1.1, §2
    NatsServer nats;
    Server server(nats);
    Phone phone, other; // of one stream, or of two
    join(server, phone);
    join(server, other);
    server.keep(numbered(phone, 0, 130), phone.key);
    REQUIRE(eventually([&] { return server.keeper.held().waiting == 0; }));
    nats.kill(); // with it the ids of the thirty that it does not keep
    nats.start();
    server.keep(numbered(other, 0, 1), other.key); // behind all that is sent again
    REQUIRE(eventually([&] { return has(other, server, texts(0, 1)); }));
    REQUIRE(eventually([&] { return server.keeper.held().waiting == 0; }));
    REQUIRE(eventually([&] { return has(phone, server, texts(30, 130)); }));
    CHECK(phone.again == 0);
}

TEST_CASE("after a power cut no cursor skips what gets old sequences again: epochs") { // §4.1, the third trap
    NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    server.keep(numbered(phone, 0, 20), phone.key);
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 20)); }));
    nats.kill();
    const auto synced = nats.directory() / "synced";
    std::filesystem::copy(nats.store(), synced, std::filesystem::copy_options::recursive);
    nats.start();
    REQUIRE(eventually([&] { return server.keeper.placeOf("00").ok(); }));
    server.keep(numbered(phone, 20, 60), phone.key);
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 60)); }));
    const auto before = phone.at;
    nats.kill();
    std::filesystem::remove_all(nats.store()); // the disk has it as of the last sync
    std::filesystem::rename(synced, nats.store());
    server.keep(numbered(phone, 60, 80), phone.key);
    nats.start();
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 80)); }));
    CHECK(phone.at.place.stream == before.place.stream);
    CHECK(phone.at.place.epoch > before.place.epoch);
}

TEST_CASE("a store that is made anew is another store") { // §4.1
    NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    server.keep(numbered(phone, 0, 20), phone.key);
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 20)); }));
    const auto before = phone.at.place.stream;
    nats.kill();
    std::filesystem::remove_all(nats.store());
    nats.start();
    CHECK(server.keep(numbered(phone, 20, 25), phone.key) == 5);
    REQUIRE(eventually([&] { return has(phone, server, texts(0, 25)); }));
    CHECK(phone.at.place.stream != before);
}

TEST_CASE("an outbox that is full refuses, and takes again what has room") { // §3: 503
    NatsServer nats;
    Server server(nats);
    Phone phone;
    join(server, phone);
    nats.kill();
    std::vector<Envelope> many;
    for (int n = 0; n < 18'000; ++n)
        many.push_back(phone.envelope(std::string(4'096, 'x')));
    const int accepted = server.keep(many, phone.key);
    CHECK(accepted > 14'000);
    CHECK(accepted < 18'000);
    CHECK(server.keep({phone.envelope(std::string(4'096, 'x'))}, phone.key) == 0);
    CHECK(server.keeper.held().bytes <= Keeper::room);
}
