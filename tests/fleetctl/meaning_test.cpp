// A campaign in the words of who is about to sign it (fleet.md §4, §8.1).
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "faces/fleetctl/meaning.hpp"

namespace stint::fleetctl {
namespace {

constexpr WallTime then{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};

std::vector<std::string> meaning(std::string_view text) {
    const auto campaign = fleet::campaignFromFile(text, "night.toml", then);
    REQUIRE_MESSAGE(campaign.ok(), campaign.error().message);
    return meaningOf(*campaign);
}

TEST_CASE("a campaign is told in six lines before it is signed (fleet.md §8.1)") {
    const auto lines = meaning(R"(
name    = "firmware 4.2"
targets = "label site=berlin and not label lab=yes"
expires = "30d"
[job]
charging = true
network  = "unmetered"
wait-max = "7d"
late     = "degrade: network=any,bytes<=50M"
[[step]]
get = { url = "https://files.example/fw.img", sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", size = 41234567, to = "fw.img" }
[[step]]
run = ["/usr/bin/apply-fw", "fw.img", "a b"]
commit = true
[[step]]
verify = ["/usr/bin/fw-version", "--is", "4.2"]
after = "restart"
[rollout]
at-a-time = 200
wave = [10, "1%", "100%"]
ok = "95%"
soak = "1h"
stop = { failures = "2%", min = 50 }
spread = "2h"
retries = 2
)");
    REQUIRE(lines.size() == 6);
    CHECK(lines[0].starts_with("firmware 4.2, to be begun until 2026-12-23 "));
    CHECK(lines[1] == "to:    label site=berlin and not label lab=yes");
    CHECK(lines[2] == "does:  get fw.img (39.3 MiB); run /usr/bin/apply-fw fw.img 'a b' (no cancel stops it from there "
                      "on); verify /usr/bin/fw-version --is 4.2 after a restart");
    CHECK(lines[3] == "when:  charging; late degrade: network=any, bytes<=50M; network unmetered; wait-max 7d");
    CHECK(lines[4] == "how:   200 at a time, in waves of 10, 1%, 100%; 95% of a wave opens the next, 1h later; spread "
                      "over 2h");
    CHECK(lines[5] == "stops: at 2% failed, rejected, timed-out, once 50 devices have ended; each device tries 2 times "
                      "more");
}

TEST_CASE("what a campaign leaves out is told, too") {
    const auto lines = meaning(R"(
name = "a text"
ids = ["0123456789ABCDEFGHJKMNPQRS"]
expires = "1d"
[[step]]
policy = { text = "[push]" }
[rollout]
stop = { failures = "none" }
)");
    REQUIRE(lines.size() == 6);
    CHECK(lines[1] == "to:    1 device, by their ids");
    CHECK(lines[2] == "does:  policy 6 B of text");
    CHECK(lines[3] == "when:  at once");
    CHECK(lines[4] == "how:   200 at a time");
    CHECK(lines[5] == "stops: never by itself");
}

TEST_CASE("a campaign of few devices says that failures do not stop it (fleet.md §4.2, §8.1)") {
    fleet::Campaign campaign;
    campaign.plan.stopAt = 1'000;
    campaign.plan.stopMin = 10;
    CHECK(stopNote(campaign, 3) == "it means 3 devices, fewer than stop.min, so no failures stop it");
    CHECK(stopNote(campaign, 10).empty());
    campaign.open = true; // others may join
    CHECK(stopNote(campaign, 3).empty());
}

TEST_CASE("a campaign that only fetches says that nothing of it stays (fleet.md §8.1)") {
    const auto lines = meaning(R"(
name = "a file"
targets = "label site=berlin"
expires = "1d"
[[step]]
get = { url = "https://files.example/fw.img", sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", size = 7, to = "fw.img" }
)");
    REQUIRE(lines.size() == 7);
    CHECK(lines[6].starts_with("stays: nothing: a campaign's folder goes"));
}

} // namespace
} // namespace stint::fleetctl
