// `stint cmd battery`: what Android's words ask of the device (jobs.md §8).
#include "faces/cli/android/cmd.hpp"

#include <doctest/doctest.h>

#include "fake_daemon.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "ran.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;

using Changes = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

TEST_CASE("Android's words of the battery are changes of the device") {
    struct Row {
        Words words;
        Changes changes;
    };
    // clang-format off
    for (const auto& r : {Row{{"unplug"},                  {{"plugged", "false"}}},
                          Row{{"unplug", "-f"},            {{"plugged", "false"}}},
                          Row{{"set", "ac", "1"},          {{"plugged", "true"}}},
                          Row{{"set", "-f", "usb", "0"},   {{"plugged", "false"}}},
                          Row{{"set", "level", "12"},      {{"battery", "12"}}},
                          Row{{"set", "status", "2"},      {{"charging", "true"}}},
                          Row{{"set", "status", "3"},      {{"charging", "false"}}},
                          Row{{"set", "status", "4"},      {{"charging", "false"}, {"plugged", "true"}}},
                          Row{{"set", "status", "5"},      {{"charging", "true"}}}}) {
        // clang-format on
        CAPTURE(r.words[0]);
        const BatteryAsk ask = batteryAsk(r.words);
        CHECK_FALSE(ask.answer);
        CHECK(ask.set == r.changes);
    }
    CHECK(batteryAsk({"reset"}).reset == Words{"battery", "charging", "plugged", "power_source"});
    CHECK(batteryAsk({"get", "-f", "level"}).get == "level");
}

TEST_CASE("a word that the battery service has not is told, and fails") {
    struct Row {
        Words words;
        std::string_view err;
    };
    // clang-format off
    for (const auto& r : {Row{{"get"},                  "No property specified"},
                          Row{{"set"},                  "No property specified"},
                          Row{{"set", "level"},         "No value specified"},
                          Row{{"set", "ac", "yes"},     "Bad value: yes"},
                          Row{{"set", "status", "9"},   "Bad value: 9"},
                          Row{{"set", "temp", "20"},    "Unknown set option: temp"},
                          Row{{"discharge"},            "Battery service (battery) commands:"}}) {
        // clang-format on
        CAPTURE(r.err);
        const auto answer = batteryAsk(r.words).answer;
        REQUIRE(answer);
        CHECK(answer->code == -1);
        CHECK(answer->err.starts_with(r.err));
    }
    CHECK(batteryAsk({}).answer->code == 0);
}

TEST_CASE("the battery's verbs are listed as the other services' are, and each says what it takes") {
    const std::string help = batteryAsk({"help"}).answer->out;
    CHECK(help.starts_with("Battery service (battery) commands:\n  get [-f] ac|"));
    CHECK(help.ends_with("  unplug [-f]\n  reset [-f]\n  help\n"));
    CHECK(batteryAsk({"--help"}).answer->out == help);
    CHECK(batteryAsk({"unplug", "--help"}).answer->out == "unplug [-f]\n");
    CHECK(batteryAsk({"set", "-h"}).answer->out.starts_with("set [-f] ac|"));
    CHECK(batteryAsk({"discharge", "--help"}).answer->code == -1);
}

TEST_CASE("the status follows from plug and charging") {
    const auto status = [](std::string plugged, std::string charging) {
        return batteryLine("status",
                           {{"plugged", std::move(plugged), "set"}, {"charging", std::move(charging), "set"}});
    };
    CHECK(status("false", "auto") == "3\n");
    CHECK(status("true", "auto") == "2\n");
    CHECK(status("true", "true") == "2\n");
    CHECK(status("true", "false") == "4\n");
    CHECK(batteryLine("level", {{"battery", "80", "default"}}) == "80\n");
    CHECK(batteryLine("ac", {{"plugged", "true", "default"}}) == "true\n");
    CHECK(batteryLine("usb", {{"plugged", "true", "default"}}) == "false\n");
    CHECK_FALSE(batteryLine("temp", {}));
}

TEST_CASE("the daemon is told, and what it refuses is a bad value") {
    std::vector<std::string> told;
    const FakeDaemon fake([&told](Talk& talk, const wire::Message& call) {
        told.emplace_back(call.member());
        if (call.member() == "Set") return talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "battery cannot be \"120\"");
        if (call.member() != "Get") return talk.reply(call, [](wire::Writer&) {});
        const std::vector<wire::DeviceRow> rows{{"battery", "80", "default"}};
        talk.reply(call, [&](wire::Writer& writer) { wire::writeRows(writer, rows); });
    });
    const auto wrong = ran({"cmd", "battery", "set", "level", "120"});
    CHECK(wrong.code == 255);
    CHECK(wrong.err == "Bad value: battery cannot be \"120\"\n");
    CHECK(ran({"cmd", "battery", "reset"}).code == 0);
    CHECK(ran({"cmd", "battery", "get", "level"}).out == "80\n");
    CHECK(told == Words{"Set", "Reset", "Get"});
}
