// fleet.md §9: a fleet that is played.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "fleet/document/days.hpp"
#include "sim/foretelling/foretold.hpp"

namespace stint::foretelling {
using namespace std::chrono_literals;

namespace {

std::string nightOf(std::uint32_t atATime) {
    return fmt::format(R"(name = "night"
targets = "all"
expires = "7d"
[job]
charging = true
network = "unmetered"
[[step]]
get = {{ url = "https://files.example/fw.img", sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", size = 41234567, to = "fw.img" }}
[[step]]
run = ["/usr/bin/apply-fw", "fw.img"]
timeout = "10min"
[rollout]
at-a-time = {}
wave = [5, "20%", "100%"]
ok = "80%"
soak = "1h"
stop = {{ failures = "30%", of = "ended", min = 20, types = ["failed", "timed-out"] }}
)",
                       atATime);
}

/// A fleet of homes and of telephones that have no Wi-Fi by day.
std::string fleetText(std::uint32_t devices, const std::string& more = "") {
    return fmt::format(R"(devices: {}
campaign: night.toml
until: 7d
clocks: 30min
mix:
  - {{name: homes, weight: 3, charger: {{at: 22h, lasts: 8h, give: 1h, days: 85%}}, wifi: {{at: 18h, lasts: 14h, give: 1h}},
     screen: {{at: 7h, lasts: 16h}}, off: {{weeks: 10%, lasts: 2d}}}}
  - {{name: desks, weight: 1, charger: {{at: 9h, lasts: 7h, give: 30min}}}}
{})",
                       devices, more);
}

FleetFile fleetOf(const std::string& text, std::uint32_t atATime) {
    auto fleet =
        readFleet(text, "fleet.yaml", [&](const std::string&) -> Result<std::string> { return nightOf(atATime); });
    INFO(text);
    if (!fleet.ok()) FAIL(fleet.error().message);
    return *std::move(fleet);
}

Foretold foretoldOf(const FleetFile& fleet, Cores cores = Cores::Drawn, unsigned threads = 1) {
    auto told = foretell(fleet, cores, threads);
    if (!told.ok()) FAIL(told.error().message);
    return *std::move(told);
}

std::uint32_t succeeded(const Sample& sample) {
    return sample.ends.at(static_cast<std::size_t>(fleet::Outcome::Succeeded));
}

const std::string trouble = "line: {delay: [50ms, 5s], lost: 5%}\nserver: {down: [[20h, 22h]], deaths: 4}\n"
                            "work: {takes: [30s, 4min], fails: 5%, dies: 1%}\ngone: 3%\nrefuses: 2%\n";

/// The largest difference of two curves, as a share of all devices.
double apart(const Foretold& a, const Foretold& b) {
    REQUIRE(a.curve.size() == b.curve.size());
    double most = 0;
    for (std::size_t nth = 0; nth < a.curve.size(); ++nth)
        most = std::max(most, std::abs(double(succeeded(a.curve[nth])) - double(succeeded(b.curve[nth]))));
    return most / a.devices;
}

} // namespace

TEST_CASE("fleet.md §9: a thousand devices draw their days, and each ends, with never more than at-a-time at once") {
    const FleetFile fleet = fleetOf(fleetText(1'000, "lives: 60\n" + trouble), 12);
    const Foretold told = foretoldOf(fleet);
    CHECK(told.holds());
    CHECK(told.mostAtOnce == 12);
    CHECK(told.waves.back().opened);
    CHECK(succeeded(told.last()) > 800);
    REQUIRE(told.half);
    CHECK(*told.half > 12h); // the first night
    SUBCASE("the same for any number of threads, and another for another seed") {
        CHECK(jsonOf(foretoldOf(fleet, Cores::Drawn, 3)) == jsonOf(told));
        FleetFile other = fleet;
        other.seed = 2;
        CHECK(jsonOf(foretoldOf(other)) != jsonOf(told));
    }
}

TEST_CASE("fleet.md §9: what is drawn is within 2 % of devices that each have a core of their own") {
    const FleetFile fleet = fleetOf(fleetText(200, trouble), 3); // so that most are refused a few times
    const Foretold drawn = foretoldOf(fleet);
    const Foretold own = foretoldOf(fleet, Cores::Own);
    CHECK(own.holds());
    CHECK(own.mostAtOnce == 3);
    CHECK(succeeded(own.last()) > 160);
    INFO(linesOf(drawn).back() << linesOf(own).back() << drawn.questions << " and " << own.questions << " questions");
    CHECK(apart(drawn, own) <= 0.02);
}

namespace {

/// The letters of 14 days of which each is like that one, from midnight on.
std::string fortnightOf(const std::string& day) {
    REQUIRE(day.size() == fleet::quartersOfDay);
    std::string days;
    for (std::size_t each = 0; each < fleet::quartersTold / fleet::quartersOfDay; ++each)
        days += day;
    return days;
}
std::string stretch(int hours, char letter) { return std::string(static_cast<std::size_t>(hours) * 4, letter); }

FleetFile recordedFleet(std::uint32_t devices, const std::string& days, std::uint32_t atATime = 3) {
    const auto files = [&](const std::string& name) -> Result<std::string> {
        return name == "night.toml" ? nightOf(atATime) : days;
    };
    auto fleet =
        readFleet(fmt::format("devices: {}\ncampaign: night.toml\nuntil: 7d\nmix: [{{recorded: days}}]\n", devices),
                  "fleet.yaml", files);
    if (!fleet.ok()) FAIL(fleet.error().message);
    return *std::move(fleet);
}

} // namespace

TEST_CASE("fleet.md §9: recorded days come to the same as the days that they were recorded of") {
    // At its charger from 22 to 6, in Wi-Fi from 18 to 8, used from 7 to 23.
    const std::string days = fortnightOf(stretch(6, 'i') + stretch(1, 'c') + stretch(1, 'f') + stretch(10, 'e') +
                                         stretch(4, 'f') + stretch(1, 'l') + stretch(1, 'i'));
    const Foretold recorded = foretoldOf(recordedFleet(40, days));
    FleetFile habits = recordedFleet(40, days);
    habits.kinds.front().days = Habit{.charger = Daily{.at = 22h, .lasts = 8h},
                                      .wifi = Daily{.at = 18h, .lasts = 14h},
                                      .screen = Daily{.at = 7h, .lasts = 16h}};
    const Foretold played = foretoldOf(habits);
    CHECK(recorded.holds());
    CHECK(recorded.succeeded() == 40);
    CHECK(recorded.half == played.half);
    CHECK(recorded.most == played.most);
    CHECK(recorded.latest == played.latest);
    CHECK(apart(recorded, played) == 0);
    CHECK(recorded.lives == 1);
    CHECK(apart(recorded, foretoldOf(recordedFleet(40, days), Cores::Own)) <= 0.02);
}

TEST_CASE("fleet.md §9: each device has the days that it told, and those that never let it begin are counted") {
    const std::string always(fleet::quartersTold, 'i'), never(fleet::quartersTold, 'h');
    const std::string off(fleet::quartersTold, fleet::offQuarter);
    const Foretold told = foretoldOf(recordedFleet(6, always + "\n" + never + "\n" + off + "\n"));
    CHECK(told.lives == 3);
    CHECK(told.succeeded() == 2);
    CHECK(told.never == 4);
    REQUIRE(told.latest);
    CHECK(*told.latest < 2h);
    CHECK_FALSE(told.most);
}

TEST_CASE("fleet.md §9: a quarter that nobody noted is lived as the same time of the next day of which it is known") {
    std::string days(fleet::quartersTold, fleet::unknownQuarter);
    const std::string lastDay = stretch(2, 'i') + stretch(22, 'f');
    days.replace(days.size() - lastDay.size(), lastDay.size(), lastDay);
    const Foretold known = foretoldOf(recordedFleet(4, fortnightOf(lastDay)));
    const Foretold told = foretoldOf(recordedFleet(4, days));
    CHECK(told.succeeded() == 4);
    CHECK(told.latest == known.latest);
    CHECK(foretoldOf(recordedFleet(1, std::string(fleet::quartersTold, fleet::unknownQuarter))).never == 1);
    std::string oneQuarter(fleet::quartersTold, fleet::unknownQuarter);
    oneQuarter[700] = 'i'; // it joined a moment ago
    CHECK(foretoldOf(recordedFleet(1, oneQuarter)).latest < 2h);
}

} // namespace stint::foretelling
