// Guarantee and limit of a run from the estimated payload (jobs.md §4.4), and what a network can carry (§3.3).
#include <doctest/doctest.h>

#include "contract/rules/connectivity.hpp"
#include "contract/rules/kind.hpp"

using namespace stint;

TEST_CASE("the estimated payload decides how long a transfer is guaranteed to run") { // §4.4, §11 example 25
    const Network slow{.downstream = 1000};
    struct Row {
        Bytes down;
        Duration guarantee;
    };
    // clang-format off
    for (const Row& row : {Row{3_GiB,        34'789'234ms},
                           Row{1_GiB,        6h},          // 1.35 times the estimate is less than the floor
                           Row{4_GiB,        12h},         // more than the limit
                           Row{NETWORK_BYTES_UNKNOWN, 6h}}) {
        CAPTURE(row.down);
        CHECK(guaranteedRun(JobClass::UserInitiated, false, {row.down, NETWORK_BYTES_UNKNOWN}, slow, {}) == row.guarantee);
    }
    // clang-format on
    CHECK(longestRun(JobClass::UserInitiated, false, {}) == 12h);
}

TEST_CASE("an unknown part is left out, and nothing known means the plain guarantee") { // §4.4
    const Constants constants{.uiDataFloor = 0s};
    const Network both{.downstream = 8, .upstream = 8};
    const auto guarantee = [&](Payload payload, const std::optional<Network>& network) {
        return guaranteedRun(JobClass::UserInitiated, false, payload, network, constants);
    };
    CHECK(guarantee({1000, NETWORK_BYTES_UNKNOWN}, both) == 1350ms);
    CHECK(guarantee({1000, 1000}, both) == 2700ms);
    CHECK(guarantee({1000, 1000}, Network{.downstream = 8}) == 1350ms);
    CHECK(guarantee({1000, 1000}, Network{}) == 6h);
    CHECK(guarantee({1000, 1000}, std::nullopt) == 6h);
    Constants off = constants;
    off.useDataEstimates = false;
    CHECK(guaranteedRun(JobClass::UserInitiated, false, {1000, 1000}, both, off) == 6h);
}

TEST_CASE("a regular job is guaranteed ten minutes and ends at thirty") { // §4.4
    CHECK(guaranteedRun(JobClass::Regular, false, {6_GiB, 0}, Network{.downstream = 1}, {}) == 10min);
    CHECK(longestRun(JobClass::Regular, false, {}) == 30min);
}

TEST_CASE("the least rate is the slowest on which the payload is not hopeless") { // §3.3 clause 2
    for (const Bytes bytes : {1_B, 1000_B, 12'345'678_B, 6_GiB}) {
        for (const Duration most : {Duration{1s}, Duration{30min}, Duration{12h}}) {
            CAPTURE(bytes);
            const Kbps least = leastRate(bytes, most);
            CHECK(transferTime(bytes, least) <= most);
            if (least > 1) CHECK(transferTime(bytes, least - 1) > most);
        }
    }
    CHECK(leastRate(NETWORK_BYTES_UNKNOWN, 12h) == 0);
    CHECK(leastRate(0, 12h) == 0);
}

TEST_CASE("a request is met by all of its capabilities and any of its transports") { // §1.3, §3.3 clause 6
    const Network wifi{.capabilities = {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_NOT_METERED},
                       .transports = {TRANSPORT_WIFI},
                       .interface = "wlan0"};
    const auto bare = [] { return NetworkRequest::Builder().clearCapabilities(); };
    CHECK(meets(wifi, bare().build()));
    CHECK(meets(wifi, bare().addCapability(NET_CAPABILITY_NOT_METERED).build()));
    CHECK_FALSE(meets(wifi, bare().addCapability(NET_CAPABILITY_NOT_ROAMING).build()));
    CHECK(meets(wifi, bare().addTransportType(TRANSPORT_ETHERNET).addTransportType(TRANSPORT_WIFI).build()));
    CHECK_FALSE(meets(wifi, bare().addTransportType(TRANSPORT_CELLULAR).build()));
    CHECK_FALSE(meets(wifi, bare().setNetworkSpecifier("wlan1").build()));
}
