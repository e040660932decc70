// The shell's verbs, as Android answers them (jobs.md §8).
#include <doctest/doctest.h>

#include "contract/android/verbs.hpp"
#include "core/stage.hpp"

using namespace stint;
using What = Trace::What;
using Times = std::vector<Duration>;

namespace {

using Words = std::vector<std::string>;

VerbAnswer say(Stage& stage, const Words& words) {
    Step step;
    Words whole{"cmd", "jobscheduler"};
    whole.insert(whole.end(), words.begin(), words.end());
    return runVerb(*stage.core, whole, stage.clock(), step);
}

std::string out(Stage& stage, const Words& words) {
    const VerbAnswer said = say(stage, words);
    CHECK(said.code == 0);
    CHECK(said.err.empty());
    return said.out;
}

void offline(Stage& stage) {
    stage.change([](Device& d) { d.network.reset(); });
}
void online(Stage& stage) {
    stage.change([](Device& d) { d.network = Stage::wifi(); });
}

const Words runOne{"run", "com.example.mail", "1"};
const Words whole{"cmd", "jobscheduler", "run", "com.example.mail", "1"};

/// A `run` of job 1 by a caller who can wait.
void runPatiently(Stage& stage, std::uint64_t call = 1) {
    stage.event(RunJob{.call = {call}, .key = Stage::key(1), .patient = true});
}

} // namespace

TEST_CASE("run waits seven seconds for a network that alone is missing") { // §8
    Stage stage;
    offline(stage);
    stage.schedule(stage.job(1).setRequiredNetworkType(1).setMinimumLatency(1h)); // the delay is passed by
    stage.replies.clear();
    runPatiently(stage);
    CHECK(stage.replies.empty());
    CHECK(stage.core->nextDeadline() == at(7s));

    SUBCASE("it comes") {
        stage.until(6s);
        online(stage);
        REQUIRE(stage.replies.size() == 1);
        CHECK(lateAnswer(whole, stage.replies[0]).out == "Running job\n");
        CHECK(stage.times(1, What::Started) == Times{6s});
    }
    SUBCASE("it comes too late, and no override is left behind") {
        stage.until(7s);
        REQUIRE(stage.replies.size() == 1);
        const VerbAnswer said = lateAnswer(whole, stage.replies[0]);
        CHECK(said.code == -1002);
        CHECK(said.err == "Job 1 in package com.example.mail / user 0 has functional constraints but --force not "
                          "specified\n");
        online(stage);
        CHECK_FALSE(stage.runs(1));
        CHECK(stage.earliest(1) == Duration{1h});
    }
    SUBCASE("the job is cancelled meanwhile") {
        stage.event(Cancel{{}, mail, "", JobId{1}});
        CHECK(lateAnswer(whole, stage.replies.back()).code == -1001);
    }
    SUBCASE("a second caller waits for its own seven seconds") {
        stage.until(4s);
        runPatiently(stage, 2);
        stage.until(8s);
        REQUIRE(stage.replies.size() == 1);
        CHECK(stage.replies[0].error);
        online(stage);
        REQUIRE(stage.replies.size() == 2);
        CHECK_FALSE(stage.replies[1].error);
        CHECK(stage.runs(1));
    }
}

TEST_CASE("run waits for nothing where more than the network is missing, and never where nobody can wait") { // §8
    Stage stage;
    offline(stage);
    stage.change([](Device& d) {
        d.plugged = false;
        d.charging = false;
    });
    stage.schedule(stage.job(1).setRequiredNetworkType(1).setRequiresCharging(true));
    stage.replies.clear();
    stage.event(RunJob{.call = {1}, .key = Stage::key(1), .how = Override::Sorting, .patient = true});
    REQUIRE(stage.replies.size() == 1);
    CHECK(stage.replies[0].error);
    CHECK(say(stage, runOne).code == -1002); // the simulator
    CHECK(say(stage, runOne).err.find("--force not specified") != std::string::npos);
}

TEST_CASE("the battery's sequence counts what decides, and every change while it is monitored") { // §8
    Stage stage;
    const auto drop = [&](std::int64_t percent) {
        stage.change([&](Device& d) {
            d.plugged = false;
            d.charging = false;
            d.batteryPercent = percent;
        });
    };
    const auto sequence = [&] { return std::stoi(out(stage, {"get-battery-seq"})); };
    const int before = sequence();
    drop(90);
    CHECK(sequence() == before + 1); // unplugged
    drop(80);
    CHECK(sequence() == before + 1);
    CHECK(out(stage, {"monitor-battery", "on"}) == "Battery monitoring enabled\n");
    drop(70);
    CHECK(sequence() == before + 2);
    CHECK(out(stage, {"monitor-battery", "off"}) == "Battery monitoring disabled\n");
    drop(15);
    CHECK(sequence() == before + 3); // low
    CHECK(stage.core->overview(0, stage.clock()).batterySequence == static_cast<std::uint64_t>(before + 3));
    const VerbAnswer wrong = say(stage, {"monitor-battery", "please"});
    CHECK(wrong.code == 1);
    CHECK(wrong.err == "Error: unknown option please\n");
}

TEST_CASE("the storage's sequence counts how often it became low, or enough again") { // §8
    Stage stage;
    const std::string before = out(stage, {"get-storage-seq"});
    stage.change([](Device& d) { d.storageForced = true; });
    CHECK(out(stage, {"get-storage-not-low"}) == "false\n");
    CHECK(out(stage, {"get-storage-seq"}) != before);
}

TEST_CASE("a faked dock makes the device idle as a dream does, while its screen is on") { // §8, §3.2
    Stage stage;
    stage.schedule(stage.job(1).setRequiresDeviceIdle(true));
    CHECK(out(stage, {"trigger-dock-state", "idle"}).empty());
    CHECK(stage.earliest(1) == Duration{31min});
    SUBCASE("long enough") {
        stage.until(32min);
        CHECK(stage.times(1, What::Started) == Times{31min});
        stage.event(DockFaked{.idle = false});
        CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_CONSTRAINT_DEVICE_IDLE);
    }
    SUBCASE("the screen goes off and on: somebody has come") {
        stage.until(10min);
        stage.change([](Device& d) { d.screenOn = false; });
        CHECK(stage.earliest(1) == Duration{31min}); // nobody has used it meanwhile
        stage.change([](Device& d) { d.screenOn = true; });
        stage.until(2h);
        CHECK(stage.times(1, What::Started).empty());
    }
    SUBCASE("no effect while the screen is off") {
        stage.event(DockFaked{.idle = false});
        stage.change([](Device& d) { d.screenOn = false; });
        stage.event(DockFaked{.idle = true});
        CHECK_FALSE(stage.core->deviceState().docked);
    }
    CHECK(say(stage, {"trigger-dock-state", "sideways"}).code == 1);
}

TEST_CASE("constants are told by their keys, as a policy writes them") { // §8
    Stage stage;
    CHECK(out(stage, {"get-config-value", "job.bind_timeout"}) == "18s\n");
    CHECK(out(stage, {"get-config-value", "job.no_such_thing"}) == "null\n");
}

TEST_CASE("a job's wake lock is named by its namespace and its service") { // §8
    Stage stage;
    stage.schedule(stage.job(1).setMinimumLatency(1h));
    stage.schedule(stage.job(1).setMinimumLatency(1h), true, "sync");
    CHECK(out(stage, {"get-job-wakelock-tag", "com.example.mail", "1"}) == "*job*/com.example.mail/Jobs\n");
    CHECK(out(stage, {"get-job-wakelock-tag", "-n", "sync", "com.example.mail", "1"}) ==
          "*job*/@sync@com.example.mail/Jobs\n");
    const VerbAnswer none = say(stage, {"get-job-wakelock-tag", "com.example.mail", "2"});
    CHECK(none.code == -1001);
    CHECK(none.out == "unknown(com.example.mail/jid2)\n");
}

TEST_CASE("an app's execution quota is reset without a word, an unknown app's is not") { // §8
    Stage stage;
    stage.change([](Device& d) { d.plugged = false, d.charging.reset(); });
    stage.event(BucketForced{.app = mail, .bucket = Bucket::Rare});
    stage.schedule(stage.job(1), false);
    stage.until(20min);
    const auto quota = [&] { return stage.core->apps(stage.clock()).front().quota; };
    CHECK(quota().used == 10min);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_QUOTA});
    CHECK(out(stage, {"reset-execution-quota", "-u", "0", "com.example.mail"}).empty());
    CHECK(quota().used == Duration{0});
    stage.until(20min + 1ms);
    CHECK(stage.runs(1));
    stage.until(25min);
    CHECK(out(stage, {"reset-execution-quota", "com.example.mail"}).empty());
    CHECK(quota().used == Duration{0}); // the run goes on, and counts from now
    stage.until(26min);
    CHECK(quota().used == 1min);
    CHECK(say(stage, {"reset-execution-quota", "com.example.nobody"}).code == -1000);
}

TEST_CASE("a verb that is none prints the help and fails; help alone does not") { // §8
    Stage stage;
    const std::string help = out(stage, {"help"});
    const VerbAnswer none = say(stage, {"runn", "com.example.mail", "1"});
    CHECK(none.code == -1);
    CHECK(none.out == help);
    for (const std::string_view verb : {"run [-f", "monitor-battery on|off", "get-storage-seq", "get-config-value KEY"})
        CHECK(help.find(verb) != std::string::npos);
    for (const std::string nothing : {"heartbeat", "cache-config-changes", "get-aconfig-flag-state"}) {
        CHECK(help.find(nothing) == std::string::npos);
        CHECK(say(stage, {nothing}).code == -1);
        CHECK(say(stage, {nothing, "on"}).out == help);
    }
    CHECK(say(stage, {"help", "--loud"}).err == "Error: unknown option '--loud'\n");
}
