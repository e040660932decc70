// The condition of a guard, its words and its errors (jobs.md §14.5), and the gate that asks it.
#include <doctest/doctest.h>

#include <algorithm>

#include "contract/model/device_fields.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/rules/gates.hpp"
#include "contract/rules/guard.hpp"

using namespace stint;

namespace {

/// A device as words have it, over one with an unmetered network, mains and a lit screen.
struct GuardedDevice {
    Device device;
    DeviceState state;
    Constants constants;

    explicit GuardedDevice(const DeviceWords& words = {}) {
        device.network = openNetwork(TRANSPORT_WIFI, 0, 0);
        applyWords(words, *device.network, device);
        state.charging = device.charging.value_or(false);
    }
    World world() const { return {constants, device, state, {}}; }
    bool meets(std::string_view condition) const { return GuardCondition::parse(condition).value().holds(world()); }
    std::string lacks(std::string_view condition) const {
        return GuardCondition::parse(condition).value().lacks(world());
    }
};

GateKey guardKey(std::string condition, GuardElse otherwise = GuardElse::Freeze) {
    return {.guard = std::move(condition), .guardElse = otherwise};
}

} // namespace

TEST_CASE("a word of a guard's condition says what the device is") { // jobs.md §14.5
    struct Row {
        const char* word;
        DeviceWords holds, fails;
    };
    const DeviceWords as{};
    // clang-format off
    for (const auto& r : {Row{"unmetered",         as,                              {{"network.metered", "true"}}},
                          Row{"metered",           {{"network.metered", "true"}},   as},
                          Row{"network",           as,                              {{"network", "none"}}},
                          Row{"network=any",       as,                              {{"network", "none"}}},
                          Row{"network=none",      {{"network", "none"}},           as},
                          Row{"not-roaming",       as,                              {{"network.roaming", "true"}}},
                          Row{"cellular",          {{"network.transport", "cellular"}}, as},
                          Row{"transport-wifi",    as,                              {{"network.transport", "ethernet"}}},
                          Row{"validated",         as,                              {{"network.validated", "false"}}},
                          Row{"power-saver",       {{"battery_saver", "true"}},     as},
                          Row{"battery-saver",     {{"battery_saver", "true"}},     as},
                          Row{"data-saver",        {{"data_saver", "true"}},        as},
                          Row{"charging",          as,                              {{"charging", "false"}}},
                          Row{"plugged",           as,                              {{"plugged", "false"}}},
                          Row{"screen-off",        {{"screen", "off"}},             as},
                          Row{"screen=on",         as,                              {{"screen", "off"}}},
                          Row{"locked",            {{"locked", "true"}},            as},
                          Row{"lid-closed",        {{"lid", "closed"}},             as},
                          Row{"thermal-severe",    {{"thermal", "severe"}},         as},
                          Row{"memory=critical",   {{"memory", "critical"}},        as}}) {
        // clang-format on
        CHECK_MESSAGE(GuardedDevice(r.holds).meets(r.word), r.word);
        CHECK_MESSAGE(!GuardedDevice(r.fails).meets(r.word), r.word);
    }
}

TEST_CASE(
    "each constraint of a job that is a flag is a word, but for free space, which is not polled") { // jobs.md §14.5
    for (const JobField& row : jobFields) {
        if (!std::holds_alternative<JobValue<bool>>(row.value) || row.option.empty()) continue;
        const bool isWord = GuardCondition::parse(row.option.substr(2)).ok();
        CHECK_MESSAGE(isWord == (row.constraint != PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW), row.option);
    }
}

TEST_CASE("and binds closer than or, and not closest") { // jobs.md §14.5
    const GuardedDevice metered(DeviceWords{{"network.metered", "true"}});
    CHECK(metered.meets("screen-on or unmetered and power-saver"));
    CHECK_FALSE(metered.meets("(screen-on or unmetered) and power-saver"));
    CHECK(metered.meets("not unmetered and screen-on"));
    CHECK_FALSE(metered.meets("not (metered or screen-on)"));
    CHECK(metered.meets("not not metered"));
    CHECK(metered.meets(" ( metered)and(screen-on ) "));
}

TEST_CASE("what a condition lacks is told by the words that do not hold, and by no other") { // jobs.md §14.5
    const GuardedDevice metered(DeviceWords{{"network.metered", "true"}, {"battery_saver", "true"}});
    CHECK(metered.lacks("unmetered and not power-saver") == "unmetered, not power-saver");
    CHECK(metered.lacks("unmetered and screen-on") == "unmetered");
    CHECK(metered.lacks("unmetered or screen-off") == "unmetered, screen-off");
    CHECK(metered.lacks("not (power-saver or screen-off)") == "not power-saver");
    CHECK(metered.lacks("unmetered and (unmetered or data-saver)") == "unmetered, data-saver");
    CHECK(metered.lacks("metered").empty());
}

TEST_CASE("a condition that is none is refused with what would be right") { // jobs.md §14.5
    struct Row {
        std::string text, complaint;
    };
    // clang-format off
    for (const auto& r : {Row{"unmeterd",             "there is no condition \"unmeterd\" (did you mean \"unmetered\"?)"},
                          Row{"powersaver",           "there is no condition \"powersaver\" (did you mean \"power-saver\"?)"},
                          Row{"unmetered nad idle",   "before \"nad\" an \"and\" or an \"or\" is missing"},
                          Row{"",                     "it begins with no condition; write one, such as unmetered"},
                          Row{"and idle",             "it begins with no condition; write one, such as unmetered"},
                          Row{"idle and",             "a condition is missing behind \"and\""},
                          Row{"not",                  "a condition is missing behind \"not\""},
                          Row{"idle or or idle",      "a condition is missing behind \"or\""},
                          Row{"(idle",                "a \")\" is missing behind \"idle\""},
                          Row{"idle)",                "a \")\" has no \"(\" before it"},
                          Row{"()",                   "a condition is missing behind \"(\""},
                          Row{std::string(40, '('),   "it is nested more than 32 deep"},
                          Row{std::string(1001, ' '), "1001 characters are more than the 1000 a condition may have"}}) {
        // clang-format on
        const auto parsed = GuardCondition::parse(r.text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().message == r.complaint);
    }
    const auto far = GuardCondition::parse("banana-milkshake");
    REQUIRE_FALSE(far);
    CHECK(far.error().message.starts_with("there is no condition \"banana-milkshake\"; the conditions are network, "));
}

TEST_CASE("of the device, no word is free of what gates read, or it would be asked too seldom") { // jobs.md §14.5
    for (const GuardWord& word : everyGuardWord()) {
        CHECK_MESSAGE(word.reads != 0, word.name);
        CHECK_MESSAGE((word.reads & ~readByGuards) == 0, word.name);
        CHECK_MESSAGE(GuardCondition::parse(word.name).ok(), word.name);
    }
    CHECK(GuardCondition::parse("screen-on and not charging").value().reads() == (Reads::Scene | Reads::Power));
}

TEST_CASE("a program that is to be frozen runs on as far as its gate is asked, one to be stopped does not") {
    // jobs.md §14.5
    const GuardedDevice metered(DeviceWords{{"network.metered", "true"}});
    const World world = metered.world();
    const RunFacts run{};
    struct Row {
        GuardElse otherwise;
        bool starts, goesOn;
    };
    for (const auto& r : {Row{GuardElse::Freeze, false, true}, Row{GuardElse::Stop, false, false},
                          Row{GuardElse::Offline, true, true}}) {
        const GateKey key = guardKey("unmetered", r.otherwise);
        CHECK(guardGate({world, key, nullptr}).open == r.starts);
        CHECK(guardGate({world, key, nullptr, &run}).open == r.goesOn);
    }
    CHECK(guardGate({world, guardKey("metered", GuardElse::Stop), nullptr}).open);
    CHECK(guardGate({world, GateKey{}, nullptr}).open);
    CHECK(describeGuard({world, guardKey("unmetered"), nullptr}) == "its guard wants unmetered; lacks unmetered");
    CHECK(guardLacks(guardKey("of-another-version"), world).starts_with("there is no condition"));
}

TEST_CASE("a guard reads what its condition reads, and nothing that other jobs wait for") { // jobs.md §14.5
    CHECK((readsOf(guardKey("unmetered")) & Reads::Network) != 0);
    CHECK((readsOf(guardKey("unmetered")) & Reads::Doze) == 0);
    CHECK((readsOf(guardKey("screen-off")) & Reads::Power) == 0);
    CHECK((readsOf(GateKey{}) & Reads::Scene) == 0);
}
