// fleet.md §9: a fleet's file, and what is said of a wrong one.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "base/result/errors.hpp"
#include "fleet/document/days.hpp"
#include "sim/foretelling/fleet_file.hpp"

namespace stint::foretelling {
using namespace std::chrono_literals;

namespace {

const std::map<std::string, std::string> filesBeside{
    {"night.toml", "name = \"night\"\ntargets = \"all\"\nexpires = \"7d\"\n[[step]]\nrun = [\"/bin/true\"]\n"
                   "[rollout]\nend-within = \"1d\"\n"},
    {"wrong.toml", "name = \"night\"\n"},
    {"day.yaml", "until: 1d\ntimeline: [{at: 8h, device: {charging: true}}, {at: 9h, device: {charging: false}}]\n"},
    {"wrong.yaml", "titel: x\n"},
    {"days", std::string(fleet::quartersTold, 'a') + "\n" + std::string(fleet::quartersTold, '-') + "\n"},
    {"wrong.days", std::string(fleet::quartersTold, 'a') + "\n" + std::string(fleet::quartersTold, 'A') + "\n"},
    {"empty", "\n"},
};

Result<std::string> fileBeside(const std::string& name) {
    const auto found = filesBeside.find(name);
    if (found == filesBeside.end()) return fail(Errc::SYSTEM, "cannot read {}: No such file or directory", name);
    return found->second;
}

Result<FleetFile> readText(const std::string& text) { return readFleet(text, "f.yaml", fileBeside); }

/// The first mistake in a fleet with these lines in addition.
std::string mistakeIn(const std::string& lines, const std::string& rest = "mix: [{name: all}]\n") {
    const auto fleet = readText("devices: 10\ncampaign: night.toml\n" + rest + lines);
    return fleet.ok() ? "" : fleet.error().message;
}

} // namespace

TEST_CASE("fleet.md §9: a fleet's file has its keys, and a value for each that is left out") {
    const auto fleet = readText(R"(devices: 1000
campaign: night.toml
seed: 7
clocks: 30min
mix:
  - {name: homes, weight: 3, charger: {at: 22h, lasts: 8h, give: 1h, days: 85.5%}, else: none, off: {weeks: 10%, lasts: 2d}}
  - {name: office, scenario: day.yaml}
  - {name: known, recorded: days}
line: {delay: [1s, 2s], lost: 1%}
server: {down: [[2h, 3h], [1h, 90min]], deaths: 3}
work: {takes: 1min, rate: 10Mbps, fails: 1%, dies: 0%}
gone: 2%
)");
    REQUIRE(fleet.ok());
    CHECK(fleet->until == 8 * 24h);
    CHECK(fleet->lives == 5'000);
    REQUIRE(fleet->kinds.size() == 3);
    const auto& homes = std::get<Habit>(fleet->kinds[0].days);
    CHECK(homes.charger->days == 8'550);
    CHECK(!homes.hasCellular);
    CHECK(!homes.wifi);
    CHECK(std::get<sim::Scenario>(fleet->kinds[1].days).timeline.size() == 2);
    CHECK(std::get<Recorded>(fleet->kinds[2].days).lives.size() == 2);
    CHECK(fleet->down.front().from == 1h);
    CHECK(fleet->takesLeast == fleet->takesMost);
    CHECK(fleet->gone == 200);
    CHECK(fleet->refuses == 0);
}

TEST_CASE("fleet.md §9: what is wrong in a fleet's file is told with its place, and nothing of it is taken") {
    const std::pair<std::string, std::string> wrong[]{
        {"devises: 3\n", "unknown key \"devises\" of a fleet (did you mean \"devices\"?)"},
        {"gone: 101%\n", "f.yaml:4:7: gone: it is \"101%\"; write a share in quotes"},
        {"gone: 3\n", "f.yaml:4:7: gone: it is \"3\""},
        {"line: {lost: 100%}\n", "lost is less than 100%"},
        {"work: {rate: 0}\n", "rate is more than nothing"},
        {"work: {takes: [2min, 1min]}\n", "the range ends before it begins"},
        {"clocks: 2d\n", "clocks are a day apart at most"},
        {"until: 300d\n", "a fleet plays for 190d at most"},
        {"lives: 0\n", "f.yaml:4:8: lives cannot be \"0\""},
    };
    for (const auto& [lines, message] : wrong) {
        CAPTURE(lines);
        CHECK(mistakeIn(lines).find(message) != std::string::npos);
    }
    const std::pair<std::string, std::string> mixes[]{
        {"", "a fleet lacks its mix"},
        {"mix: [{charger: {at: 25h, lasts: 1h}}]\n", "charger begins within a day"},
        {"mix: [{wifi: {at: 1h, lasts: 23h, give: 1h}}]\n", "less than a day"},
        {"mix: [{wifi: {at: 1h, lasts: 1h, give: 1h}}]\n", "may give half of what it lasts"},
        {"mix: [{off: {weeks: 1%, lasts: 7d}}]\n", "six days at most"},
        {"mix: [{scenario: none.yaml}]\n", "f.yaml:3:18: cannot read none.yaml: No such file or directory"},
        {"mix: [{scenario: wrong.yaml}]\n", "wrong.yaml:1:1: unknown key \"titel\""},
        {"mix: [{scenario: day.yaml, else: none}]\n", "a scenario's days, recorded ones or a habit's; leave one out"},
        {"mix: [{scenario: day.yaml, recorded: days}]\n", "recorded ones or a habit's; leave one out"},
        {"mix: [{recorded: none}]\n", "f.yaml:3:18: cannot read none"},
        {"mix: [{recorded: wrong.days}]\n",
         "wrong.days: its line 2 should be a letter from a to l, - or . for each quarter"},
        {"mix: [{recorded: empty}]\n", "empty has no days in it"},
    };
    for (const auto& [mix, message] : mixes) {
        CAPTURE(mix);
        CHECK(mistakeIn("", mix).find(message) != std::string::npos);
    }
    const auto without = readText("mix: [{name: all}]\n");
    REQUIRE(!without.ok());
    CHECK(without.error().message.find("lacks its devices") != std::string::npos);
    CHECK(without.error().message.find("lacks its campaign") != std::string::npos);
    const auto campaign = readText("devices: 1\nmix: [{name: all}]\ncampaign: wrong.toml\n");
    REQUIRE(!campaign.ok());
    CHECK(campaign.error().message.find("wrong.toml:1:1") != std::string::npos);
}

} // namespace stint::foretelling
