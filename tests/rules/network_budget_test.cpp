// Budgets of bytes (limits.md §14): which hold, when their periods end, and what a day keeps.
#include "contract/rules/network_budget.hpp"

#include <doctest/doctest.h>

#include "base/time/time.hpp"
#include "contract/rules/gates.hpp"

using namespace stint;

namespace {

constexpr WallTime wallOn(int year, unsigned month, unsigned day, Duration since = Duration{0}) {
    return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)} + since;
}

/// An app with a job on a network, at a time.
struct BudgetPlace {
    Constants constants;
    Device device;
    DeviceState state;
    Now now{Instant{1h}, wallOn(2026, 11, 20, 23h)}; // a Friday
    TimeZone zone;
    App app;
    GateKey gateKey;

    BudgetPlace() {
        app.manifest.package = gateKey.app = AppId{"com.example.mail"};
        gateKey.network = NetworkRequest::Builder{}.build();
        device.network = Network{.capabilities = {NET_CAPABILITY_NOT_ROAMING}};
    }
    World world() const { return {constants, device, state, now, &zone}; }
    void budget(const char* bytes, const char* period, const char* cost = "metered", const char* whose = "*") {
        const auto budget = networkBudget({whose, cost, bytes, period});
        REQUIRE(budget.ok());
        REQUIRE(addBudget(constants.networkBudgets, *budget).ok());
    }
    void used(int year, unsigned month, unsigned day, Bytes metered) {
        const auto on = std::chrono::floor<std::chrono::days>(wallOn(year, month, day));
        today(app.memory.days, static_cast<std::int32_t>(on.time_since_epoch().count())).metered += metered;
    }
    Verdict ask() const {
        const World here = world();
        return budgetGate({here, gateKey, &app});
    }
    std::string words() const {
        const World here = world();
        return describeBudget({here, gateKey, &app});
    }
    /// When it opens, since now.
    std::optional<Duration> opens() const {
        const Verdict verdict = ask();
        if (verdict.open || !verdict.askAgain) return std::nullopt;
        return *verdict.askAgain - now.elapsed;
    }
};

} // namespace

TEST_CASE("a budget is shut from its last byte on, and open one before") { // limits.md §14
    BudgetPlace place;
    place.budget("10MB", "day");
    place.used(2026, 11, 20, 10'000'000 - 1);
    CHECK(place.ask().open);
    place.used(2026, 11, 20, 1);
    CHECK_FALSE(place.ask().open);
    CHECK(place.ask().reason == PENDING_JOB_REASON_QUOTA);
    place.device.network->capabilities.insert(NET_CAPABILITY_NOT_METERED);
    CHECK(place.ask().open);
    place.device.network.reset();
    CHECK(place.ask().open); // that there is none, another gate says
    place.device.network = Network{};
    place.gateKey.network.reset();
    CHECK(place.ask().open);
}

TEST_CASE("a day ends at midnight, a week with Sunday, a month with its last day, in the machine's zone") { // §14
    struct Row {
        const char* period;
        Duration opens;
    };
    for (const Row& row : {Row{"day", 1h}, Row{"week", 49h}, Row{"month", 10 * 24h + 1h}}) {
        CAPTURE(row.period);
        BudgetPlace place;
        place.budget("1MB", row.period);
        place.used(2026, 11, 20, 1'000'000);
        CHECK(place.opens() == row.opens);
        place.zone = TimeZone({{WallTime{}, 2h}}); // there it is Saturday, 01:00
        place.app.memory.days.clear();
        place.used(2026, 11, 21, 1'000'000);
        CHECK(place.opens() == row.opens + (row.period == std::string("day") ? 22h : -2h));
    }
}

TEST_CASE("what was used before the period counts no more, and on each of its days it does") { // limits.md §14
    BudgetPlace place;
    place.budget("10MB", "week");
    place.used(2026, 11, 15, 50'000'000); // the Sunday before
    CHECK(place.ask().open);
    place.used(2026, 11, 16, 4'000'000);
    place.used(2026, 11, 19, 6'000'000);
    CHECK_FALSE(place.ask().open);
    CHECK(place.words() == "9.5 MiB of 9.5 MiB used on metered networks this week; 2 days");
}

TEST_CASE("an app's own budget stands in the place of everybody's of its class and period") { // limits.md §14
    BudgetPlace place;
    place.budget("1MB", "day");
    place.budget("none", "day", "metered", "com.example.mail");
    place.used(2026, 11, 20, 5'000'000);
    CHECK(place.ask().open);
    place.budget("5MB", "month");
    CHECK_FALSE(place.ask().open);
    CHECK(budgetLeft(place.app, *place.device.network, place.world()) == 0);
}

TEST_CASE("of several budgets that are used up the one that lasts longest is told") { // limits.md §14
    BudgetPlace place;
    place.budget("1MB", "day");
    place.budget("5MB", "month");
    place.used(2026, 11, 20, 5'000'000);
    CHECK(place.opens() == 10 * 24h + 1h);
    CHECK(place.words().find("this month; 10 days") != std::string::npos);
}

TEST_CASE("a job's own bytes hold on metered networks alone, and no time gives them back") { // limits.md §14
    BudgetPlace place;
    place.gateKey.meteredSpent = MeteredUse{200_MiB, 200_MiB};
    CHECK_FALSE(place.ask().open);
    CHECK_FALSE(place.ask().askAgain);
    CHECK(place.words() == "200 MiB of the job's 200 MiB on metered networks used");
    place.device.network->capabilities = {NET_CAPABILITY_NOT_METERED}; // it roams
    CHECK(place.ask().open);
}

TEST_CASE("a clock that is put back over midnight asks again in a minute") { // limits.md §14
    BudgetPlace place;
    place.budget("1MB", "day");
    const WallTime change = wallOn(2026, 11, 21, 30min); // 00:30 becomes 23:30
    place.zone = TimeZone({{WallTime{}, 0h}, {change, -1h}});
    place.used(2026, 11, 20, 1'000'000);
    place.now.wall = change + 10min;
    CHECK(place.opens() == 1min);
}

TEST_CASE("forty days are kept, and a clock that is far behind pushes none of them out") { // limits.md §14
    std::vector<AppDay> days;
    for (std::int32_t day = 100; day < 150; ++day)
        today(days, day).received = day;
    REQUIRE(days.size() == mostAppDays);
    CHECK(days.front().day == 110);
    CHECK(days.back().received == 149);
    addBytes(today(days, 3).received, 1);
    CHECK(days.size() == mostAppDays);
    CHECK(days.front().received == 111);
}

TEST_CASE("what a clock that was ahead has counted is today's once it is set back") { // limits.md §14
    std::vector<AppDay> days;
    today(days, 10).metered = 1;
    today(days, 20).metered = 2;
    addTally(today(days, 30).cutShort, "QUOTA");
    endTomorrow(days, 10);
    REQUIRE(days.size() == 1);
    CHECK(days[0] == AppDay{.day = 10, .metered = 3, .cutShort = {{"QUOTA", 1}}});
    endTomorrow(days, 2); // that clock is the one that is wrong
    CHECK(days[0].day == 10);
}

TEST_CASE("what is left lasts as long as the network's rates say, and a look's length at least") { // limits.md §14
    const Constants constants;
    CHECK(lastsAtLeast(300_MB, {.downstream = 8'000}, constants) == 5min);
    CHECK(lastsAtLeast(300_MB, {.downstream = 6'000, .upstream = 2'000}, constants) == 5min);
    CHECK(lastsAtLeast(300_MB, {}, constants) == 24s); // budget.assumed_rate
    CHECK(lastsAtLeast(1, {.downstream = 8'000}, constants) == constants.budgetLook);
    CHECK(lastsAtLeast(std::numeric_limits<Bytes>::max(), {.downstream = 1}, constants) > 24h);
}

TEST_CASE("a budget says which of its words is wrong") { // limits.md §14
    struct Row {
        BudgetWords words;
        const char* says;
    };
    for (const Row& row : {Row{{"", "metered", "1GB", "day"}, "app is missing"},
                           Row{{"*", "wifi", "1GB", "day"}, "class is \"wifi\"; it must be metered or roaming"},
                           Row{{"*", "metered", "lots", "day"}, "bytes: \"lots\" is not a size"},
                           Row{{"*", "metered", "1GB", "year"}, "period is \"year\"; it must be day, week or month"}}) {
        const auto budget = networkBudget(row.words);
        REQUIRE_FALSE(budget.ok());
        CHECK(budget.error().message.find(row.says) != std::string::npos);
    }
}
