// A forecast in a sentence (jobs.md §9.6).
#include "contract/rules/forecast.hpp"

#include <doctest/doctest.h>

using namespace stint;

namespace {

const TimeZone anHourAhead({{WallTime{}, 1h}});
// 2026-11-22, a Sunday, 10:00 there.
const WallTime sundayTen{Duration{1'795'338'000'000}};

Supposed supposed(std::map<std::string, std::string> words) { return {.words = std::move(words)}; }

} // namespace

TEST_CASE("a time is told as a person would, by the clock on the wall") {
    CHECK(timePhrase(sundayTen + 2h, sundayTen, anHourAhead) == "at 12:00");
    CHECK(timePhrase(sundayTen + 21h + 40min, sundayTen, anHourAhead) == "tomorrow at 07:40");
    CHECK(timePhrase(sundayTen + 14h, sundayTen, anHourAhead) == "tomorrow at 00:00");
    CHECK(timePhrase(sundayTen + 72h, sundayTen, anHourAhead) == "on Wednesday at 10:00");
    CHECK(timePhrase(sundayTen + 24h * 8, sundayTen, anHourAhead) == "on 2026-11-30 at 10:00");
    CHECK(timePhrase(sundayTen - 24h, sundayTen, anHourAhead) == "on 2026-11-21 at 10:00");
}

TEST_CASE("each forecast is one sentence, and says no more than is known") {
    Forecast forecast{.starts = sundayTen + 21h + 40min, .ends = sundayTen + 21h + 52min};
    const auto says = [&](std::map<std::string, std::string> words, bool tracked = true) {
        return sentenceOf(supposed(std::move(words)), forecast, tracked, sundayTen, anHourAhead);
    };
    CHECK(says({{"charging", "no"}}) == "if you unplug now, it starts tomorrow at 07:40 and finishes at 07:52");
    CHECK(says({{"charging", "false"}, {"network.metered", "true"}}) ==
          "if you unplug now and the network is metered, it starts tomorrow at 07:40 and finishes at 07:52");
    CHECK(says({}) == "as things are, it starts tomorrow at 07:40 and finishes at 07:52");
    CHECK(says({{"bucket", "rare"}, {"memory", "low"}}, false) ==
          "if its app is in the bucket rare and memory is low, it ends at once");
    forecast.ends.reset();
    CHECK(says({{"doze", "idle"}}) == "if the device dozes, it starts tomorrow at 07:40");
    forecast = {.runs = true, .starts = sundayTen - 1h, .ends = sundayTen + 5min, .atLatest = true};
    CHECK(says({}) == "as things are, it runs now and ends at 10:05 at the latest");
    forecast = {};
    CHECK(says({}) == "as things are, nobody can say when it starts");
    forecast.blockers = {{.gate = "charging", .detail = "the battery is not charged", .clears = "plug it in"}};
    CHECK(says({{"plugged", "no"}}) == "if you unplug now, it waits, and nobody can say until when: the battery is not "
                                       "charged; what clears it: plug it in");
}
