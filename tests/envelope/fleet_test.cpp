// A fleet's subjects, and what a stream answers to a report (push.md §2).
#include <doctest/doctest.h>

#include "push/envelope/fleet.hpp"
#include "push/envelope/names.hpp"

using namespace stint;
using namespace stint::push;

TEST_CASE("a fleet's subject says its word and its device, and nothing else is one") { // §2
    const std::string device = newDevice(), shard = shardOf(device);
    CHECK(fleetSubject(FleetWord::Slot, shard, device) == "stint.f.slot." + shard + "." + device);
    for (const std::string_view name : fleetWords) {
        const FleetWord word = fleetWordIn(name).value();
        CHECK(nameOf(word) == name);
        const auto asker = fleetAskerIn(fleetSubject(word, shard, device));
        REQUIRE(asker);
        CHECK(asker->word == word);
        CHECK(asker->asker.shard == shard);
        CHECK(asker->asker.device == device);
        CHECK_FALSE(fleetAskerIn(fleetSubjects(word)));
    }
    CHECK(fleetSubjects(FleetWord::Report) == "stint.f.report.*.*");
    CHECK(fleetSubjects() == "stint.f.*.*.*");
    CHECK(fleetSubjectsOf(device) == "stint.f.*.*." + device);
    const std::string end = shard + "." + device;
    for (const std::string& none : {std::string(), "stint.f." + end, "stint.f.Slot." + end, "stint.f.slot.10." + device,
                                    "stint.f.slot." + end + ".x", "stint.f.slot." + shard + ".x", "stint.x.slot." + end,
                                    "xstint.f.slot." + end, "stint.f..slot." + end})
        CHECK_MESSAGE(!fleetAskerIn(none), none);
    for (const std::string_view none : {"", "Join", "join ", "joins", "*", ">"})
        CHECK_MESSAGE(!fleetWordIn(none), none);
}

TEST_CASE("an acknowledgement has a number above 0, and nothing else is one") { // §2.1, §3.3
    CHECK(ackIn(R"({"stream":"STINT_FLEET_R","seq":7})").value().sequence == 7);
    CHECK_FALSE(ackIn(R"({"seq":7})").value().wasThere);
    CHECK(ackIn(R"({"seq":7,"duplicate":true})").value().sequence == 7);
    CHECK(ackIn(R"({"seq":7,"duplicate":true})").value().wasThere);
    CHECK_FALSE(ackIn(R"({"seq":7,"duplicate":"true"})").value().wasThere);
    const auto refused =
        ackIn(R"({"error":{"code":400,"err_code":10077,"description":"maximum bytes exceeded"},"seq":0})");
    CHECK(refused.error().code == Errc::LIMIT_EXCEEDED);
    CHECK(refused.error().message.find("maximum bytes exceeded") != std::string::npos);
    CHECK(ackIn(R"({"error":7})").error().code == Errc::LIMIT_EXCEEDED);
    for (const std::string_view none :
         {"", "{}", "[]", "7", R"({"seq":0})", R"({"seq":-1})", R"({"seq":"7"})", R"({"seq":1.5})", R"({"seq":7)"})
        CHECK_MESSAGE(ackIn(none).error().code == Errc::UNAVAILABLE, none);
}
