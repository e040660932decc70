// How far a server has read a bucket, after connections to a broker that stayed as it was, or did not (push.md §3.3).
#include "mailbox/stage.hpp"

using namespace stint;
using namespace stint::test;

namespace {

/// Somebody who reads the bucket, and what came of each connection.
struct Reader {
    std::string bucket = "STINT_TEST";
    Broker broker;
    BucketReader reader{broker, bucket, "*"};
    std::vector<std::string> taken;

    explicit Reader(const NatsServer& nats)
        : broker(std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value()) {}

    void puts(const std::string& key, const std::string& value) { REQUIRE(broker.put(bucket, key, value).ok()); }
    std::vector<std::string> readsOn() {
        taken.clear();
        REQUIRE(eventually([this] {
            return broker.openBucket(bucket).ok() &&
                   reader.readOn([this](const Stored& value) { taken.push_back(value.body); }).ok();
        }));
        return taken;
    }
};

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("a bucket that stayed as it was is not read twice") {
    NatsServer nats;
    Reader one(nats);
    CHECK(one.readsOn().empty());
    one.puts("a", "1");
    one.puts("b", "2");
    CHECK(one.readsOn() == Texts{"1", "2"});
    one.puts("c", "3");
    nats.kill();
    nats.start();
    CHECK(one.readsOn() == Texts{"3"});
    CHECK(one.readsOn().empty());
}

TEST_CASE("a bucket is read anew whose last value was replaced, or is gone") {
    const NatsServer nats;
    Reader one(nats);
    one.readsOn();
    one.puts("a", "1");
    one.puts("b", "2");
    one.readsOn();
    one.puts("b", "3");
    CHECK(one.readsOn() == Texts{"1", "3"});
    REQUIRE(one.broker.forget(one.bucket, "b").ok());
    CHECK(one.readsOn() == Texts{"1"});
}

TEST_CASE("a bucket that went back, and on past where it was, is read anew") {
    NatsServer nats;
    Reader one(nats);
    one.readsOn();
    one.puts("a", "1");
    nats.kill();
    const auto synced = nats.directory() / "synced";
    std::filesystem::copy(nats.store(), synced, std::filesystem::copy_options::recursive);
    nats.start();
    REQUIRE(eventually([&] { return one.broker.put(one.bucket, "b", "2").ok(); }));
    CHECK(one.readsOn() == Texts{"1", "2"});
    nats.kill();
    std::filesystem::remove_all(nats.store());
    std::filesystem::rename(synced, nats.store());
    nats.start();
    REQUIRE(eventually([&] { return one.broker.put(one.bucket, "c", "3").ok(); }));
    one.puts("d", "4");
    CHECK(one.readsOn() == Texts{"1", "3", "4"});
}
