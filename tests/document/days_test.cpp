// fleet.md §6.5: a device's last days, as its agent tells them.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "contract/rules/device_state.hpp"
#include "fleet/document/days.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

namespace {

const WallTime today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

/// stintd begins, and the device is at its charger, in Wi-Fi, with its screen off.
std::vector<DeviceChange> begun(WallTime when) {
    return {{when, std::string(presenceLane), std::string(isUp)},
            {when, "charging", "yes"},
            {when, "screen", "off"},
            {when, "network", "wifi"},
            {when, "metered", "no"},
            {when, "sleeping", "no"}};
}
std::string toldOf(std::vector<DeviceChange> history, WallTime from, WallTime now) {
    return daysOf(deviceDay(std::move(history), from, now), now);
}
std::string toldOf(std::vector<DeviceChange> history, WallTime now) {
    return toldOf(std::move(history), now - 14 * 24h, now);
}
auto known(const std::string& days) {
    return static_cast<std::size_t>(std::ranges::count_if(days, [](char c) { return c != unknownQuarter; }));
}

} // namespace

TEST_CASE("fleet.md §6.5: each quarter has a letter, and each letter is one") {
    std::string all;
    for (const bool isCharging : {false, true})
        for (const bool isScreenOn : {false, true})
            for (const auto line : {Quarter::Line::None, Quarter::Line::Metered, Quarter::Line::Unmetered}) {
                const Quarter quarter{isCharging, isScreenOn, line};
                all += letterOf(quarter);
                CHECK(quarterIn(all.back()) == quarter);
            }
    CHECK(all == "abcdefghijkl");
    for (const char none : {offQuarter, unknownQuarter, 'm', 'A', ' ', '\xff', '\0'})
        CHECK_FALSE(quarterIn(none));
    CHECK(daysRule(std::string(quartersTold, 'a')).empty());
    for (const std::string& wrong : {std::string(quartersTold - 1, 'a'), std::string(quartersTold + 1, 'a'),
                                     std::string(quartersTold, 'm'), std::string()})
        CHECK_FALSE(daysRule(wrong).empty());
}

TEST_CASE("fleet.md §6.5: a quarter has its place whatever the time is") {
    CHECK(placeOf(WallTime{}) == 0);
    CHECK(placeOf(WallTime{-1ms}) == quartersTold - 1);
    CHECK(placeOf(today + 14min) == placeOf(today));
    CHECK(placeOf(today + 15min) == placeOf(today) + 1);
    CHECK(placeOf(today + 14 * 24h) == placeOf(today));
}

TEST_CASE("fleet.md §6.5: a quarter is told as it was at its end, and the present one as it is") {
    auto history = begun(today + 1h);
    history.push_back({today + 90min + 1s, "charging", "no"});
    history.push_back({today + 2h + 20min, "network", "cellular"});
    history.push_back({today + 2h + 20min, "metered", "yes"});
    history.push_back({today + 2h + 50min, "screen", "on"});
    history.push_back({today + 2h + 50min, "network", "none"});
    history.push_back({today + 3h + 59min, "charging", "yes"}); // the future: the clock was set back
    const std::string days = toldOf(history, today + 3h + 5min);
    CHECK(days.substr(placeOf(today + 45min), 11) == ".iicccbbdd.");
    CHECK(known(days) == 9);
}

TEST_CASE(
    "fleet.md §6.5: a time without stintd is off, so is one that the device slept, and what nobody noted unknown") {
    auto history = begun(today);
    history.push_back({today + 1h, std::string(presenceLane), std::string(isDown)});
    for (const DeviceChange& change : begun(today + 2h))
        history.push_back(change);
    history.push_back({today + 3h, "sleeping", "yes"});
    history.push_back({today + 4h, "sleeping", "no"});
    const std::string days = toldOf(history, today + 5h - 1min);
    CHECK(days.substr(placeOf(today), 20) == "iiii----iiii----iiii");
    CHECK(known(days) == 20);
    CHECK(toldOf({}, today) == std::string(quartersTold, unknownQuarter));
}

TEST_CASE("fleet.md §6.5: what lies 14 days back gives way, also where the history comes in two parts") {
    auto history = begun(today);
    for (int day = 0; day < 20; ++day) {
        history.push_back({today + day * 24h + 6h, "charging", "no"});
        history.push_back({today + day * 24h + 22h, "charging", "yes"});
    }
    const WallTime now = today + 19 * 24h + 12h;
    const std::string days = toldOf(history, now);
    CHECK(known(days) == quartersTold);
    CHECK(std::ranges::count(days, 'c') == 14 * 64);
    const WallTime middle = now - 7 * 24h;
    auto parts = deviceDay(history, now - 14 * 24h, middle);
    std::ranges::copy(deviceDay(history, middle, now), std::back_inserter(parts));
    CHECK(daysOf(parts, now) == days);
}

} // namespace stint::fleet
