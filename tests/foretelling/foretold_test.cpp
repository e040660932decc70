// fleet.md §9: a fleet that is played.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "base/result/errors.hpp"
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

} // namespace stint::foretelling
