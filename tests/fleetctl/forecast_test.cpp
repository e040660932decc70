// fleet.md §8.1: a campaign that is played on the days of its devices, before anything is signed.
#include <doctest/doctest.h>

#include <fstream>

#include "base/result/errors.hpp"
#include "canned_door.hpp"
#include "faces/fleetctl/forecast.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/views/phrases.hpp"
#include "fleet/document/days.hpp"

namespace stint::fleetctl {
namespace {

using namespace std::chrono_literals;
using test::CannedDoor;
using test::Json;
using test::ran;

const WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;
const std::string atNight = "[job]\ncharging = true\nnetwork = \"unmetered\"\n";

std::string fileOf(std::string_view job) {
    return fmt::format("name = \"night\"\ntargets = \"label site=berlin\"\nexpires = \"7d\"\n{}"
                       "[[step]]\nrun = [\"/bin/true\"]\n",
                       job);
}
fleet::Campaign campaignOf(std::string_view job) {
    auto campaign = fleet::campaignFromFile(fileOf(job), "night.toml", now);
    if (!campaign.ok()) FAIL(campaign.error().message);
    return *std::move(campaign);
}
Json device(int number, const std::string& days) {
    return {{"device", fmt::format("{:026}", number)},
            {"labels", Json::object()},
            {"stint", ""},
            {"seen", nullptr},
            {"cloned", false},
            {"days", days}};
}

const std::string always(fleet::quartersTold, 'i'), never(fleet::quartersTold, 'b');

} // namespace

TEST_CASE("fleet.md §8.1: it is told how many are done by when, and how many were never as it wants them") {
    const auto said = [](const Forecast& forecast, std::string_view job = atNight) {
        return sentenceOf(forecast, campaignOf(job), now);
    };
    const auto by = [](Duration after) { return cli::dayText(now + after, now); };
    Forecast forecast{
        .devices = 520, .half = {{260, now + 10h}}, .most = {}, .latest = {{489, now + 140h}}, .never = 31};
    CHECK(said(forecast) == "260 of 520 by " + by(10h) + ", all but 31 by " + by(140h) +
                                "; 31 were not charging on an unmetered network in 14 days");
    forecast.never = 0;
    forecast.most = {{494, now + 20h}};
    forecast.latest = {{520, now + 30h}};
    CHECK(said(forecast) == "260 of 520 by " + by(10h) + ", 494 by " + by(20h) + ", all 520 by " + by(30h));
    CHECK(said({.devices = 1, .half = {{1, now}}, .most = {{1, now}}, .latest = {{1, now}}}) == "all 1 by " + by(0h));
    CHECK(said({.devices = 3, .half = {}, .most = {}, .latest = {{1, now}}, .never = 2},
               "[job]\nnetwork = \"any\"\n") == "all 3 but 2 by " + by(0h) + "; 2 were not on a network in 14 days");
    CHECK(said({.devices = 3, .never = 3}, "") == "none of 3; 3 had no moment for it in 14 days");
    CHECK(said({.devices = 3, .never = 3}, "[job]\ncharging = true\ndevice-idle = true\n") ==
          "none of 3; 3 were not charging and idle in 14 days");
}

TEST_CASE("fleet.md §8.1: a day is named as a person names it") {
    CHECK(cli::dayText(now, now).starts_with("today "));
    CHECK(cli::dayText(now + 24h, now).starts_with("tomorrow "));
    CHECK(cli::dayText(now + 4 * 24h, now).starts_with("Friday "));
    CHECK(cli::dayText(now + 8 * 24h, now).starts_with("2026-12-01 "));
}

TEST_CASE("fleet.md §8.1: days of more devices than are played stand for all, and all are counted") {
    DaysTold told;
    for (int n = 0; n < 3'000; ++n)
        told.add(n % 3 == 0 ? "" : n % 3 == 1 ? always : never);
    CHECK(told.devices == 2'000);
    told.add(always);
    CHECK(told.days.size() == 2'000);
    CHECK(told.devices == 2'001);
}

TEST_CASE("fleet.md §8.1: --dry-run foretells what the devices' days come to, and who tells none is said") {
    CannedDoor canned;
    const std::string file = (canned.data() / "night.toml").string();
    std::ofstream(file) << fileOf(atNight);
    canned.says("GET /v1/meant", {{"devices", 4}, {"others", 1}});
    canned.says(
        "GET /v1/devices",
        {{"devices", {device(1, always), device(2, never), device(3, always), device(4, "")}}, {"next", nullptr}});
    const auto made = ran(start, canned.data(), {"start", file, "--dry-run"});
    CHECK_MESSAGE(made.code == cli::ends::ok, made.err);
    CAPTURE(made.out);
    CHECK(made.out.find("all 3 but 1 by to") != std::string::npos); // today, or close to midnight tomorrow
    CHECK(made.out.find("; 1 was not charging on an unmetered network in 14 days\n1 device does not tell") !=
          std::string::npos);
    const auto json = ran(start, canned.data(), {"start", file, "--dry-run", "--json"});
    const Json forecast = Json::parse(json.out).at("forecast");
    CHECK(forecast.at("devices") == 3);
    CHECK(forecast.at("latest").at("done") == 2);
    CHECK(forecast.at("most").is_null());
    CHECK(forecast.at("never") == 1);
    for (const http::Request& request : canned.asked())
        CHECK(request.method == "GET");
    SUBCASE("days that are none are no answer") {
        canned.says("GET /v1/devices", {{"devices", Json::array({device(1, "abc")})}, {"next", nullptr}});
        CHECK(ran(start, canned.data(), {"start", file, "--dry-run"}).code == cli::ends::protocol);
    }
}

} // namespace stint::fleetctl
