// Transfers share the network (scenario.md, time in a simulation).
#include "sim/world/transfers.hpp"

#include <doctest/doctest.h>

using namespace stint;
using namespace stint::sim;

namespace {

const Instant start{1h};

/// Lets them go on until each is done; when that was, by run.
std::map<std::uint64_t, Duration> ends(Transfers& transfers) {
    std::map<std::uint64_t, Duration> ends;
    while (const auto next = transfers.next()) {
        transfers.advance(*next);
        for (const RunId run : transfers.finished()) {
            ends[run.value] = *next - start;
            transfers.end(run);
        }
    }
    return ends;
}

Transfers network(Kbps down, Kbps up) {
    Transfers transfers;
    transfers.advance(start);
    transfers.setRates(down, up);
    return transfers;
}

} // namespace

TEST_CASE("one alone has the whole rate, to the millisecond") {
    struct Row {
        Bytes down, up;
        Duration takes;
    };
    for (const Row& row : {Row{750_MB, 0, 120s}, Row{1_B, 0, 1ms}, Row{6'250_B, 0, 1ms}, Row{6'251_B, 0, 2ms},
                           Row{0, 75_MB, 1min}, Row{750_MB, 75_MB, 120s}, Row{6'250_B, 75_MB, 1min}}) {
        CAPTURE(row.down);
        auto transfers = network(50'000, 10'000);
        transfers.begin({1}, Transfers::restOf({row.down, row.up}));
        CHECK(ends(transfers).at(1) == row.takes);
    }
}

TEST_CASE("two at the same moment have half of it each, and the other half when one is done") {
    auto transfers = network(50'000, 10'000);
    transfers.begin({1}, Transfers::restOf({1500_MB, 0}));
    transfers.begin({2}, Transfers::restOf({750_MB, 0}));
    const auto done = ends(transfers);
    CHECK(done.at(2) == 240s);
    CHECK(done.at(1) == 360s);
}

TEST_CASE("what goes up takes nothing from what comes down") {
    auto transfers = network(50'000, 10'000);
    transfers.begin({1}, Transfers::restOf({750_MB, 0}));
    transfers.begin({2}, Transfers::restOf({0, 75_MB}));
    const auto done = ends(transfers);
    CHECK(done.at(1) == 120s);
    CHECK(done.at(2) == 60s);
}

TEST_CASE("any number up to forty shares without a rest, and ends together") {
    for (const std::uint64_t count : {3u, 7u, 11u, 40u}) {
        auto transfers = network(50'000, 10'000);
        for (std::uint64_t run = 1; run <= count; ++run)
            transfers.begin({run}, Transfers::restOf({6'250_KB, 0}));
        for (const auto& [run, when] : ends(transfers))
            CHECK(when == 1s * count);
    }
}

TEST_CASE("without a rate nothing ends; what is left is done at the next one") {
    auto transfers = network(0, 0);
    transfers.begin({1}, Transfers::restOf({6'250_KB, 0}));
    CHECK_FALSE(transfers.next());
    transfers.advance(start + 1h);
    transfers.setRates(50'000, 0);
    CHECK(transfers.next() == start + 1h + 1s);
}

TEST_CASE("what was not done is handed back, and goes on from there") {
    auto transfers = network(50'000, 10'000);
    transfers.begin({1}, Transfers::restOf({750_MB, 0}));
    transfers.advance(start + 90s);
    const auto rest = transfers.end({1});
    REQUIRE(rest);
    transfers.advance(start + 1h);
    transfers.begin({2}, *rest);
    CHECK(transfers.next() == start + 1h + 30s);
    CHECK_FALSE(transfers.end({1}));
}
