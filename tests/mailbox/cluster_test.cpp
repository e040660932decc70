// Servers of a cluster, and how far its streams have come, in the bucket that all of them read (push.md §1.1, §3.3).
#include <algorithm>
#include <atomic>

#include "mailbox/stage.hpp"

using namespace stint;
using namespace stint::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr auto bucketOfCluster = "STINT_CLUSTER";

/// One server's sight of its cluster.
struct Sight {
    explicit Sight(const NatsServer& nats, Membership its, bool hears = true)
        : broker(std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}, .clustered = true}))
                     .value()),
          others(std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value()),
          self(its), cluster(
                         broker, std::move(its), [this] { ++changes; }, [](const TakenBack&) {}) {
        if (hears) REQUIRE(cluster.follow().ok());
    }
    ~Sight() { broker.close(); }
    Sight(const Sight&) = delete;
    Sight& operator=(const Sight&) = delete;
    Sight& open() {
        REQUIRE(eventually([this] { return cluster.open().ok(); }));
        return *this;
    }

    std::atomic<int> changes = 0;
    Broker broker;
    Broker others; ///< another server's: what it puts is heard
    Membership self;
    Cluster cluster;
};

StreamState streamAt(std::uint64_t last, const std::string& store = "STINT_P_00@1") {
    return {.store = store, .last = last, .replicas = 3};
}

using Froms = std::vector<std::uint64_t>;
Froms fromsOf(const std::vector<Epoch>& epochs) {
    Froms all;
    for (const Epoch& one : epochs)
        all.push_back(one.from);
    return all;
}

} // namespace

// Members.

TEST_CASE("servers of a cluster learn of each other, and each names itself first") { // §3.3
    const NatsServer nats;
    Sight first(nats, memberAt(7001)), second(nats, memberAt(7011));
    first.open();
    CHECK(first.cluster.brokers() == std::vector{first.self.broker});
    second.open();
    REQUIRE(eventually([&] { return first.cluster.routes().size() == 2; }));
    CHECK(first.cluster.routes() == std::vector{first.self.route, second.self.route});
    CHECK(second.cluster.routes() == std::vector{second.self.route, first.self.route});
    CHECK(second.cluster.brokers() == std::vector{second.self.broker, first.self.broker});
    CHECK(first.changes == 1);
    first.open(); // what is known is not told again
    CHECK(first.changes == 1);
    CHECK(first.cluster.replicas() == 1);
    Membership third = memberAt(7021);
    REQUIRE(first.others.put(bucketOfCluster, "server-" + third.name, third.text()).ok());
    REQUIRE(eventually([&] { return first.cluster.replicas() == 3; }));
    third.route = "127.0.0.1:7022"; // it has moved
    REQUIRE(first.others.put(bucketOfCluster, "server-" + third.name, third.text()).ok());
    REQUIRE(eventually([&] { return std::ranges::count(first.cluster.routes(), third.route) == 1; }));
    CHECK(first.cluster.replicas() == 3);
}

TEST_CASE("a server of which a cut route told nothing is found when it is asked for") { // §3.3
    const NatsServer nats;
    Sight deaf(nats, memberAt(7001), false), second(nats, memberAt(7011));
    deaf.open();
    second.open();
    CHECK(deaf.cluster.servers().size() == 1);
    REQUIRE(deaf.cluster.readNew().ok());
    CHECK(deaf.cluster.servers().size() == 2);
    CHECK(deaf.changes == 1);
    REQUIRE(deaf.cluster.readNew().ok()); // nothing is new
    CHECK(deaf.changes == 1);
}

TEST_CASE("servers join one after another, whichever they ask, and none is waited for longer than 2 min") { // §3.3
    const NatsServer nats;
    Sight first(nats, memberAt(7001));
    const WallTime asked = wallNow();
    CHECK(first.cluster.letJoin(asked).ok()); // nothing is written down yet: there is no bucket before the second
    CHECK_FALSE(first.cluster.letJoin(asked + 2min - 1ms).ok());
    CHECK(first.cluster.letJoin(asked + 2min).ok()); // that one has never come
    first.open();
    Sight second(nats, memberAt(7011));
    second.open();
    REQUIRE(eventually([&] { return first.cluster.servers().size() == 2; }));
    CHECK(first.cluster.letJoin(asked).ok());
    for (Sight* const sight : {&first, &second}) {
        CHECK_FALSE(sight->cluster.letJoin(asked + 1s).ok());
        CHECK(sight->cluster.letJoin(asked + 1s).error().code == Errc::UNAVAILABLE);
    }
    Sight third(nats, memberAt(7021));
    third.open();
    REQUIRE(eventually([&] { return second.cluster.servers().size() == 3; }));
    CHECK(second.cluster.letJoin(asked + 1s).ok());
    CHECK_FALSE(third.cluster.letJoin(asked + 1s).ok());
    CHECK(third.cluster.letJoin(asked + 2min + 1s).ok());
    // Neither a clock that was ahead nor what no server has written keeps all out.
    for (const auto* const text :
         {"{\"servers\":9,\"until\":9000000000000}", "{\"servers\":9,\"until\":-1}", "[]", ""}) {
        REQUIRE(first.others.put(bucketOfCluster, "joining", text).ok());
        CHECK(first.cluster.letJoin(asked).ok());
    }
}

TEST_CASE("values that tell of no server are passed over, and so is the thirty-third") { // §3.3
    const NatsServer nats;
    Sight sight(nats, memberAt(7001));
    sight.open();
    const Membership other = memberAt(7011);
    const auto put = [&](const std::string& key, const std::string& value) {
        REQUIRE(sight.others.put(bucketOfCluster, key, value).ok());
    };
    put("server-" + memberAt(1).name, other.text()); // another's name
    put("server-" + other.name, "x");
    put("server-" + other.name, "{}");
    put("server-" + other.name, std::string(2'000, '['));
    put("server-" + other.name, R"({"name": ")" + other.name + R"(", "route": "0.0.0.0:1", "broker": "nats://a:1"})");
    put("server-x", Membership{"x", other.route, other.broker}.text());
    Membership itself = sight.self;
    itself.route = "127.0.0.1:9";
    put("server-" + itself.name, itself.text()); // nobody tells a server where it is
    put("else", other.text());
    for (int n = 0; n < 40; ++n) {
        const Membership one = memberAt(8'000 + n);
        put("server-" + one.name, one.text());
    }
    REQUIRE(eventually([&] { return sight.cluster.routes().size() == 32; }));
    CHECK(sight.cluster.routes().front() == sight.self.route);
    CHECK(sight.cluster.brokers().size() == 8);
    CHECK(std::ranges::count(sight.cluster.routes(), other.route) == 0);
    put("server-" + other.name, other.text());
    REQUIRE(sight.cluster.open().error().code != Errc::ILLEGAL_ARGUMENT); // one broker keeps no three replicas
    CHECK(sight.cluster.routes().size() == 32);
}

// Epochs.

TEST_CASE("a stream that has less than it acknowledged begins an epoch, once, and all servers know it") { // §1.1
    const NatsServer nats;
    Sight first(nats, memberAt(7001)), second(nats, memberAt(7011));
    first.open();
    second.open();
    CHECK(first.cluster.opened("00", streamAt(10), 0).value().empty());
    REQUIRE(first.cluster.note("00", streamAt(0).store, 50).ok());
    CHECK(second.cluster.opened("00", streamAt(50), 0).value().empty());
    CHECK(fromsOf(second.cluster.opened("00", streamAt(40), 0).value()) == Froms{40}); // by another server
    CHECK(fromsOf(first.cluster.opened("00", streamAt(40), 0).value()) == Froms{40});
    CHECK(fromsOf(first.cluster.opened("00", streamAt(70), 0).value()) == Froms{40});
    const auto its = first.cluster.opened("00", streamAt(60), 0).value();
    CHECK(fromsOf(its) == Froms{40, 60});
    CHECK(its.back().number == its.front().number + 1);
    REQUIRE(eventually([&] { return second.cluster.epochs("00", streamAt(0).store) == its; }));
    CHECK(first.cluster.opened("01", streamAt(1), 0).value().empty()); // another stream
    CHECK(second.cluster.epochs("01", "another").empty());
}

TEST_CASE("the highest sequence only rises, and is of one store") { // §1.1
    const NatsServer nats;
    Sight sight(nats, memberAt(7001));
    sight.open();
    const std::string store = streamAt(0).store, other = "STINT_P_00@2";
    REQUIRE(sight.cluster.note("00", store, 90).ok()); // it was not opened yet: nothing is noted
    CHECK(sight.cluster.opened("00", streamAt(10), 0).value().empty());
    REQUIRE(sight.cluster.note("00", store, 50).ok());
    REQUIRE(sight.cluster.note("00", store, 30).ok());
    REQUIRE(sight.cluster.note("00", other, 99).ok());
    CHECK(sight.cluster.opened("00", streamAt(50), 0).value().empty());
    CHECK(fromsOf(sight.cluster.opened("00", streamAt(49), 0).value()) == Froms{49});
    CHECK(sight.cluster.opened("00", streamAt(5, other), 0).value().empty()); // made anew: its cursors begin at 0
    CHECK(sight.cluster.epochs("00", store).empty());
}

TEST_CASE("of more than 64 epochs the two oldest are one, from the lesser start on") { // §1.1
    const NatsServer nats;
    Sight sight(nats, memberAt(7001));
    sight.open();
    CHECK(sight.cluster.opened("00", streamAt(1'000), 0).value().empty());
    for (std::uint64_t n = 1; n <= 70; ++n) {
        CHECK(sight.cluster.opened("00", streamAt(1'000 - n), 0).ok());
    }
    const auto all = sight.cluster.epochs("00", streamAt(0).store);
    REQUIRE(all.size() == 64);
    CHECK(all.back() == Epoch{70, 930});
    CHECK(all.front() == Epoch{7, 993});
}

TEST_CASE("a bucket that went back with the streams is overruled by what a server has on its disk") { // §1.1
    NatsServer nats;
    Sight sight(nats, memberAt(7001));
    sight.open();
    CHECK(sight.cluster.opened("00", streamAt(30), 0).value().empty());
    nats.kill();
    const auto synced = nats.directory() / "synced";
    std::filesystem::copy(nats.store(), synced, std::filesystem::copy_options::recursive);
    nats.start();
    sight.open();
    REQUIRE(eventually([&] { return sight.cluster.note("00", streamAt(0).store, 80).ok(); }));
    nats.kill();
    std::filesystem::remove_all(nats.store());
    std::filesystem::rename(synced, nats.store());
    nats.start();
    sight.open();
    const auto opened = [&](std::uint64_t promised) {
        auto epochs = sight.cluster.opened("00", streamAt(30), promised);
        REQUIRE(epochs.ok());
        return fromsOf(*epochs);
    };
    CHECK(opened(0).empty()); // the bucket does not know better
    CHECK(opened(80) == Froms{30});
    CHECK(opened(30) == Froms{30});
}

TEST_CASE("a place that a stranger wrote is none") {
    const NatsServer nats;
    Sight sight(nats, memberAt(7001));
    sight.open();
    const std::string store = streamAt(0).store;
    for (const std::string& value :
         {std::string("x"), std::string("{}"), std::string(3'000, '['), R"({"store": 7, "highest": 1, "epochs": []})"s,
          R"({"store": ")" + store + R"(", "highest": -1, "epochs": []})",
          R"({"store": ")" + store + R"(", "highest": 9, "epochs": {}})",
          R"({"store": ")" + store + R"(", "highest": 9, "epochs": [7]})",
          R"({"store": ")" + store + R"(", "highest": 9, "epochs": [{"number": 1}]})"}) {
        REQUIRE(sight.others.put(bucketOfCluster, "stream-00", value).ok());
        CHECK_MESSAGE(sight.cluster.opened("00", streamAt(5), 0).value().empty(), value);
        CHECK(sight.cluster.epochs("00", store).empty());
    }
}
