// Devices that have joined, and those that are revoked, in the broker's bucket (push.md §3.1).
#include <atomic>

#include "mailbox/stage.hpp"
#include "push/keys/nkey.hpp"

using namespace stint;
using namespace stint::test;

namespace {
const std::string userKey = Nkey::make(Nkey::Role::User).name(), otherKey = Nkey::make(Nkey::Role::User).name();
} // namespace

TEST_CASE("a device that is revoked has no registration, makes none, and is not answered") { // §3.1
    const NatsServer nats;
    Server server(nats);
    server.open();
    const Phone phone;
    REQUIRE(server.roster.admit({phone.name, userKey, "C", wallNow()}).ok());
    REQUIRE(server.registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok());
    REQUIRE(server.revocations.revoke(phone.name, "", wallNow()).ok());
    CHECK(server.registrations.of(phone.name).empty());
    CHECK(server.registrations.find(phone.registration).value()->gone);
    Phone again = phone; // its connection is there yet
    again.registration = *registrationOf(newToken());
    CHECK(server.registrations.change(again.asker(), again.registers(server.keys), wallNow()).error().code ==
          Errc::SECURITY);
    CHECK(server.registrations.of(phone.name).empty());
    CHECK(server.roster.find(phone.name).value()->key == userKey);
}

TEST_CASE("what one server has revoked holds at another, and after it, and is never undone") { // §3.1
    const NatsServer nats;
    const Phone phone, other;
    {
        Server server(nats);
        server.open();
        REQUIRE(server.roster.admit({phone.name, userKey, "C", wallNow()}).ok());
        REQUIRE(server.roster.admit({other.name, otherKey, "C", wallNow()}).ok());
        REQUIRE(server.revocations.revoke(phone.name, userKey, wallNow()).ok());
        REQUIRE(server.roster.admit({phone.name, userKey, "C", wallNow()}).ok()); // as an old value that is put again
        CHECK(server.roster.isRevoked(phone.name));
    }
    Server server(nats);
    server.open();
    REQUIRE(eventually([&] { return server.roster.isRevoked(phone.name); }));
    CHECK_FALSE(server.roster.isRevoked(other.name));
    CHECK(server.roster.after("", 500)->size() == 2);
    CHECK(server.roster.after(std::max(phone.name, other.name), 500)->empty());
    CHECK(readRevoked(nats.directory())->size() == 1);
}

TEST_CASE("another server of the same system hears of it, and upholds it") { // §3.1: a cluster
    const NatsServer nats;
    Server server(nats);
    server.open();
    const Phone phone;
    REQUIRE(server.roster.admit({phone.name, userKey, "C", wallNow()}).ok());
    const auto broker = std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
    const auto data = nats.directory() / "second";
    std::filesystem::create_directory(data);
    std::filesystem::permissions(data, std::filesystem::perms::owner_all);
    std::unique_ptr<Revocations> upholds;
    std::atomic<int> written = 0;
    Roster second(broker, server.keys, [&] { (void)upholds->uphold(wallNow()); });
    Registrations its(broker, server.keys, second);
    upholds = std::make_unique<Revocations>(second, its, data, [&] { ++written; });
    REQUIRE(its.follow().ok());
    REQUIRE(second.follow().ok());
    REQUIRE(its.open().ok());
    REQUIRE(second.open().ok());
    REQUIRE(upholds->uphold(wallNow()).ok());
    CHECK(written == 1); // once at first
    REQUIRE(server.registrations.change(phone.asker(), phone.registers(server.keys), wallNow()).ok());
    REQUIRE(server.revocations.revoke(phone.name, "", wallNow()).ok());
    REQUIRE(eventually([&] { return written == 2; }));
    CHECK(second.isRevoked(phone.name));
    CHECK(readRevoked(data)->front().key == userKey);
    REQUIRE(eventually([&] { return its.of(phone.name).empty(); }));
}

TEST_CASE("a revocation that the bucket did not take is none, however often it is asked for") { // §3.1
    const NatsServer nats;
    Server server(nats);
    server.open();
    const Phone phone;
    const auto revoked = [&] { return server.revocations.revoke(phone.name, userKey, wallNow()); };
    const auto broker = std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
    removeStream(broker, "KV_STINT_REG");
    CHECK(revoked().error().code == Errc::UNAVAILABLE);
    CHECK(revoked().error().code == Errc::UNAVAILABLE);
    CHECK_FALSE(server.roster.isRevoked(phone.name));
    REQUIRE(broker.openBucket("STINT_REG").ok());
    CHECK(revoked().ok());
    CHECK(broker.valueOf("STINT_REG", "device." + phone.name).value().revision != 0);
}

TEST_CASE("by one code no more devices join than may, and others by another") { // §3.1
    const NatsServer nats;
    Server server(nats);
    server.open();
    for (std::size_t n = 0; n < Roster::mostByCode; ++n)
        REQUIRE(server.roster.admit({newDevice(), userKey, "C", wallNow()}).ok());
    CHECK(server.roster.admit({newDevice(), userKey, "C", wallNow()}).error().code == Errc::LIMIT_EXCEEDED);
    CHECK(server.roster.admit({newDevice(), userKey, "D", wallNow()}).ok());
}
