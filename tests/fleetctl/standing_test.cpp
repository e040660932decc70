// How a campaign stands, in words and as an exit code (fleet.md §8.1).
#include <doctest/doctest.h>

#include <set>

#include "faces/fleetctl/standing.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::fleetctl {
namespace {

using Json = cli::Json;
namespace ends = cli::ends;

Json wholeCampaign() {
    return {{"campaign", "20261123-nvc38b7g"},
            {"name", "firmware 4.2"},
            {"made", 1795428000000},
            {"expires", 1798020000000},
            {"state", "going"},
            {"devices", 120},
            {"slots", 16},
            {"at_a_time", 200},
            {"wave", 2},
            {"until", nullptr},
            {"waves",
             {{{"capacity", 10}, {"begun", 10}, {"ended", 10}, {"ok", 9}},
              {{"capacity", 100}, {"begun", 37}, {"ended", 21}, {"ok", 20}},
              {{"capacity", 120}, {"begun", 0}, {"ended", 0}, {"ok", 0}}}},
            {"counts", {{"failed", 1}, {"succeeded", 29}, {"timed-out", 1}, {"running", 16}, {"targeted", 73}}}};
}
/// Reads it as it comes: a number that is not below 0 is an unsigned one then.
Result<Standing> read(const Json& row) { return standingIn(Json::parse(row.dump())); }
Standing standingOf(const Json& row) {
    const auto standing = read(row);
    REQUIRE(standing.ok());
    return *standing;
}
Standing standingIs(const char* state) {
    Json row = wholeCampaign();
    row["state"] = state;
    return standingOf(row);
}

TEST_CASE("a bar a wave, and devices by what has become of them (fleet.md §8.1)") {
    const auto lines = linesOf(standingOf(wholeCampaign()), WallTime(Duration(1795428000000)), 79);
    REQUIRE(lines.size() == 9);
    CHECK(lines[0] == "firmware 4.2 (20261123-nvc38b7g)");
    CHECK(lines[1] == "going: wave 2 of 3 is open; 16 devices are at it, at most 200");
    CHECK(lines[2] == "wave  1  [==================]  10 of 10 begun, 10 ended, 9 ok");
    CHECK(lines[3].starts_with("wave  2  [====> "));
    CHECK(lines[3].ends_with("]  37 of 90 begun, 21 ended, 20 ok  (open)"));
    CHECK(lines[4].ends_with("0 of 20 begun, 0 ended, 0 ok"));
    CHECK(lines[5] == "120 devices: 73 targeted, 16 running, 29 succeeded, 1 failed, 1 timed-out");
    CHECK(lines[6] == "targeted: it is meant, and was not sent the order yet");
    CHECK(lines[7] == "running: it has begun; a cancel stops it");
    CHECK(lines[8].starts_with("devices may begin it until 2026-12-23"));
    for (const std::size_t columns : {20U, 40U, 79U, 200U})
        for (const std::string& line : linesOf(standingOf(wholeCampaign()), {}, columns))
            CHECK(cli::widthOf(line) <= columns);
}

TEST_CASE("a wave that rests says until when (fleet.md §8.1)") {
    Json row = wholeCampaign();
    row["state"] = "soaking";
    row["until"] = 1795431600000;
    CHECK(
        sentenceOf(standingOf(row)).starts_with("soaking: wave 2 of 3 was good, and the next one opens at 2026-11-2"));
}

TEST_CASE("devices that wait, by reason, in the words of `stint why` (fleet.md §8.1)") {
    Json row = wholeCampaign();
    row["blockers"] = {{"CONSTRAINT_CONNECTIVITY", 3}, {"CONSTRAINT_CHARGING", 12}, {"A_NEWER_ONE", 1}};
    const auto lines = linesOf(standingOf(row), WallTime(Duration(1795428000000)), 79);
    REQUIRE(lines.size() == 10);
    CHECK(lines[8] == "waiting: the device is not charging (12), no network that fits (3)");
    row["blockers"] = {{"CONSTRAINT_CHARGING", "many"}};
    CHECK_FALSE(read(row).ok());
}

TEST_CASE("each state is a sentence, and an exit code (fleet.md §8.1)") {
    struct Row {
        const char* state;
        int ends;
        const char* says;
    };
    for (const Row& row :
         {Row{"going", ends::waits, "wave 2 of 3 is open"}, Row{"soaking", ends::waits, "its rest is over"},
          Row{"held", ends::failure, "`stint fleet resume 20261123-nvc38b7g` opens it"},
          Row{"paused", ends::waits, "an operator lets nobody begin"},
          Row{"stopped", ends::failure, "2 of 120 devices have failed"},
          Row{"cancelling", ends::waits, "cancelled it; 89 of 120 devices have yet to tell"},
          Row{"cancelled", ends::failure, "cancelled it; 29 of 120 devices succeeded"},
          Row{"ended", ends::failure, "29 of 120 devices succeeded, 2 failed"}}) {
        CAPTURE(row.state);
        const Standing standing = standingIs(row.state);
        CHECK(exitCodeOf(standing) == row.ends);
        CHECK(sentenceOf(standing).starts_with(std::string(row.state) + ": "));
        CHECK(sentenceOf(standing).find(row.says) != std::string::npos);
        CHECK(standing.isStill() == !std::set<std::string>{"going", "soaking", "cancelling"}.contains(row.state));
    }
    Json well = wholeCampaign();
    well["state"] = "ended";
    well["counts"] = {{"succeeded", 119}, {"unreachable", 1}};
    CHECK(exitCodeOf(standingOf(well)) == ends::ok);
}

TEST_CASE("a campaign that lacks anything, or has it of another type, is none") {
    const Json whole = wholeCampaign();
    for (const auto& [key, value] : whole.items()) {
        CAPTURE(key);
        Json row = whole;
        row.erase(key);
        CHECK(!read(row).ok());
        for (const Json& other : {Json(), Json(true), Json(-1), Json(1.5), Json(std::uint64_t{1} << 40U),
                                  Json("\x1b[2J"), Json::array({1}), Json{{"capacity", "many"}}}) {
            row[key] = other;
            const auto made = read(row);
            if (!made.ok()) continue;
            // A text is a text, a time may be great, and one may be nothing; whatever was read can be told.
            CHECK((key == "until" || other.type() == value.type() || (other.is_number() && value.is_number())));
            for (const std::string& line : linesOf(*made, {}, 40))
                CHECK(line.find('\x1b') == std::string::npos);
            CHECK(exitCodeOf(*made) != ends::ok);
        }
    }
    for (const Json& none : {Json(), Json(7), Json::array(), Json("campaign")})
        CHECK(!read(none).ok());
}

TEST_CASE("words of counts that no table has are passed over, and waves that contradict themselves are drawn") {
    Json row = wholeCampaign();
    row["counts"] = {{"asleep", 7}, {"running", 3}};
    row["waves"] = {{{"capacity", 10}, {"begun", 12}, {"ended", 4000000000U}, {"ok", 0}},
                    {{"capacity", 3}, {"begun", 0}, {"ended", 0}, {"ok", 0}}};
    const auto lines = linesOf(standingOf(row), {}, 100);
    CHECK(lines[2].starts_with("wave  1  [==================]  12 of 12 begun"));
    CHECK(lines[3].find("0 of 0 begun") != std::string::npos);
    CHECK(lines[4] == "120 devices: 3 running");
}

} // namespace
} // namespace stint::fleetctl
