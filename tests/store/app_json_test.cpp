#include <doctest/doctest.h>

#include "contract/json/values.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/ledger_json.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

TEST_CASE("the bytes of a stored usage and of stored ledgers are these") { // a store is read by later versions
    CHECK(usageText(memoryOf(1).usage) ==
          R"({"bucket":"frequent","buggy":"1.4","byUser":6480000,"daysUsed":[1,2,6],"holds":{"active":6600000,)"
          R"("working_set":7200000},"prediction":["rare",6300000],"reason":"forced_by_system",)"
          R"("restrictAsked":6360000,"used":[6540000,6240000]})");
    CHECK(
        ledgersText(memoryOf(1)) ==
        R"({"alarms":[6900000,6960000],"days":[[20001,5,4,3,2,1,[],[],0,0],[20051,0,0,0,0,0,[["QUOTA",2]],[["exact",1]],0,0]],)"
        R"("expedited":{"credit":6120000,"open":[7860000,1],)"
        R"("sessions":[[6720000,6720000,1]],"tally":6060000,"topSince":7920000},"grantUntil":8340000,"leftForeground":8280000,)"
        R"("leftTop":8220000,"mayServeUntil":8340000,"pushes":[[7020000,true,7,8],)"
        R"([7080000,false,0,0],[7080000,null,0,0]],"quota":{"jobStarts":[7800000,3],"open":[7800000,2],"sessionEnds":[7320000,1],)"
        R"("sessions":[[6600000,6660000,1],[7200000,7320000,1,true]]},"silences":[8160000],"timeouts":{"regular":[7980000],)"
        R"("userInitiated":[8040000,8100000]},"whileIdleAlarms":[6960000]})");
    CHECK(ledgersText({}) == "{}");
}

TEST_CASE("what is no usage is refused by name") { // limits.md §2.2
    // clang-format off
    const std::pair<std::string, std::string> rows[] = {
        {"",                                         "no JSON object"},
        {"[]",                                       "no JSON object"},
        {"{\"bucket\":\"rare\"",                     "no JSON object"},
        {"{\"bucket\":\"cold\"}",                    "unknown bucket \"cold\""},
        {"{\"bucket\":40}",                          "bucket is not a string"},
        {"{\"reason\":\"whim\"}",                    "unknown reason \"whim\""},
        {"{\"buggy\":1}",                            "buggy is not a string"},
        {"{\"used\":5}",                             "used is not a list of 2"},
        {"{\"used\":[1,2,3]}",                       "used is not a list of 2"},
        {"{\"used\":[1,9223372036854775807]}",       "used is out of range"},
        {"{\"byUser\":1.5}",                         "byUser is not a whole number"},
        {"{\"byUser\":18446744073709551615}",        "byUser is out of range"},
        {"{\"holds\":[1]}",                          "holds is not an object"},
        {"{\"holds\":{\"warm\":1}}",                 "holds: unknown bucket"},
        {"{\"prediction\":[\"rare\",null]}",         "prediction is not a whole number"},
        {"{\"daysUsed\":{}}",                        "daysUsed is not a list"},
        {"{\"favourite\":true}",                     "unknown key \"favourite\" in usage"},
    };
    // clang-format on
    for (const auto& [text, words] : rows) {
        CAPTURE(text);
        const auto read = usageFrom(text);
        REQUIRE(!read.ok());
        CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK(read.error().message.find(words) != std::string::npos);
    }
    CHECK((valueOf(usageFrom("{}")) == Usage{}));
}

TEST_CASE("what is no ledger is refused by name, and nothing of it is taken") { // limits.md §3.4
    // clang-format off
    const std::pair<std::string, std::string> rows[] = {
        {"7",                                                        "no JSON object"},
        {"{\"quota\":[]}",                                           "quota is not an object"},
        {"{\"quota\":{\"used\":1}}",                                 "unknown key \"used\" in quota"},
        {"{\"quota\":{\"sessions\":[[1,2]]}}",                       "sessions is not a list of 3"},
        {"{\"quota\":{\"sessions\":[[1,2,1,false]]}}",               "sessions is not a list of 3"},
        {"{\"quota\":{\"sessions\":[[2,1,1]]}}",                     "sessions overlap or are out of order at 2"},
        {"{\"quota\":{\"sessions\":[[5,9,1],[8,10,1]]}}",            "sessions overlap or are out of order at 8"},
        {"{\"quota\":{\"sessions\":[[1,2,-1]]}}",                    "sessions is out of range: -1"},
        {"{\"quota\":{\"open\":[1,2000000000]}}",                    "open is out of range: 2000000000"},
        {"{\"quota\":{\"jobStarts\":[1,-3]}}",                       "jobStarts is out of range"},
        {"{\"quota\":{\"sessionEnds\":[-2000000000000000,3]}}",      "sessionEnds is out of range"},
        {"{\"expedited\":{\"tally\":-1}}",                           "tally is out of range: -1"},
        {"{\"expedited\":{\"credit\":-1}}",                          "credit is out of range"},
        {"{\"expedited\":{\"topSince\":true}}",                      "topSince is not a whole number"},
        {"{\"alarms\":[5,4]}",                                       "alarms are out of order"},
        {"{\"whileIdleAlarms\":\"none\"}",                           "whileIdleAlarms is not a list"},
        {"{\"alarms\":[1],\"pushes\":[[1,1]]}",                      "pushes is neither true nor false"},
        {"{\"pushes\":[[1,true,3]]}",                                "pushes is not a list of 4"},
        {"{\"pushes\":[[1,true,-1,5]]}",                             "pushes is out of range: -1"},
        {"{\"timeouts\":[]}",                                        "timeouts is not an object"},
        {"{\"timeouts\":{\"hourly\":[]}}",                           "unknown key \"hourly\" in timeouts"},
        {"{\"timeouts\":{\"regular\":[2,1]}}",                       "timeouts are out of order"},
        {"{\"silences\":5}",                                         "silences is not a list"},
        {"{\"leftTop\":\"now\"}",                                    "leftTop is not a whole number"},
        {"{\"debts\":[]}",                                           "unknown key \"debts\" in ledger"},
    };
    // clang-format on
    for (const auto& [text, words] : rows) {
        CAPTURE(text);
        AppMemory memory = memoryOf(1);
        const auto read = readLedgers(text, memory);
        REQUIRE(!read.ok());
        CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK(read.error().message.find(words) != std::string::npos);
        CHECK((memory == memoryOf(1)));
    }
}

TEST_CASE("a ledger is no longer than a day of sessions, and its newest entries are kept") { // limits.md §3.2, §3.4
    AppMemory memory;
    const auto tooMany = mostEntries + 10;
    for (std::size_t nth = 0; nth < tooMany; ++nth)
        memory.quota.sessions.push_back({at(Duration{2 * nth}), at(Duration{2 * nth + 1}), 1});
    memory.alarms.assign(tooMany, at(1s));
    AppMemory read;
    done(readLedgers(ledgersText(memory), read));
    REQUIRE(read.quota.sessions.size() == mostEntries);
    CHECK(read.quota.sessions.back() == memory.quota.sessions.back());
    CHECK(read.alarms.size() == mostEntries);

    std::string list = "[0";
    for (std::size_t nth = 0; nth < mostEntries; ++nth)
        list += ",0";
    const auto refused = readLedgers("{\"alarms\":" + list + "]}", read);
    REQUIRE(!refused.ok());
    CHECK(refused.error().message.find("alarms has 28801 entries") != std::string::npos);
    const auto huge = readLedgers(std::string(std::size_t{9} << 20, ' ') + "{}", read);
    REQUIRE(!huge.ok());
    CHECK(huge.error().message.find("bytes") != std::string::npos);
}
