// fleet.md §5.1: who leads a fleet, and how soon another one does.
#include <algorithm>

#include <doctest/doctest.h>

#include "broker/connected.hpp"
#include "fleet/office/lease.hpp"
#include "mailbox/nats_server.hpp"

namespace stint::fleet {
namespace {

using namespace std::chrono_literals;

TEST_CASE("§5.1: who follows looks each 5 s, and each second while the lease is not renewed") {
    const test::NatsServer nats;
    const push::Broker broker = test::serverAt(nats);
    Lease leader("one", "one's", Lease::usualLife), follower("two", "two's", Lease::usualLife);
    REQUIRE(leader.open(broker, 1).ok());
    Instant now{1h};
    CHECK(leader.hold(broker, now).value());
    CHECK(leader.renewal() == now + 5s);
    const auto looks = [&](Duration later) {
        now = std::max(now, follower.renewal());
        CHECK_FALSE(follower.hold(broker, now).value());
        CHECK(follower.renewal() == now + later);
    };
    looks(5s);
    looks(1s);
    looks(1s);
    CHECK(leader.hold(broker, now).value());
    looks(5s);
    CHECK_FALSE(follower.hold(broker, now + 4s).value());
    CHECK(follower.renewal() == now + 5s);
    CHECK(follower.leader() == "one's");
    REQUIRE(broker.forget("STINT_FLEET_LEASE", "leader").ok()); // it has run out
    now = follower.renewal();
    CHECK(follower.hold(broker, now).value());
    CHECK(follower.renewal() == now + 5s);
}

} // namespace
} // namespace stint::fleet
