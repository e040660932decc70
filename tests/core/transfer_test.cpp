// A user-initiated transfer through its life (jobs.md §2.3, §3.2, §3.3, §4).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;
using What = Trace::What;
using Times = std::vector<Duration>;

TEST_CASE("a user-initiated transfer of a visible app starts at once and ends with its report") { // §11 example 14
    Stage stage;
    CHECK_FALSE(stage.schedule(stage.transfer(7)).error);
    CHECK(stage.runs(7));
    CHECK(stage.last(7, What::Started).kind == JobClass::UserInitiated);
    CHECK(stage.core->tasks(stage.clock()).size() == 1);

    stage.until(125s);
    stage.finish(7, false);
    CHECK_FALSE(stage.tracked(7));
    CHECK(stage.last(7, What::Finished).rescheduled == false);
    CHECK(stage.shown.size() == 1); // DETACH: it stays
    CHECK_FALSE(stage.core->tasks(stage.clock()).front().started.has_value());
}

TEST_CASE(
    "a user-initiated transfer is refused while the app is out of sight, and nothing is replaced") { // §11 example 8
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    CHECK_FALSE(stage.schedule(stage.job(5).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)).error);
    const Reply refused = stage.schedule(stage.transfer(5), false);
    CHECK(refused.error->code == Errc::REFUSED);
    CHECK(refused.error->message.starts_with("com.example.mail is not visible, and may not start one"));
    CHECK(refused.id == JobId(5));
    CHECK_FALSE(stage.view(5)->info->isUserInitiated());
    CHECK(stage.core->canRunUserInitiatedJobs(mail));
    CHECK(stage.last(5, What::Refused).result == "failure");
    CHECK(stage.last(5, What::Refused).because == refused.error->message);
}

TEST_CASE("without the permission a user-initiated transfer is a SecurityException") { // §2.3, §11 example 7
    Stage stage;
    Manifest manifest = Stage::manifestOf(mail);
    manifest.permissions.clear();
    stage.install(manifest);
    CHECK(stage.schedule(stage.transfer(7)).error->code == Errc::SECURITY);
    CHECK_FALSE(stage.tracked(7));
    CHECK_FALSE(stage.core->canRunUserInitiatedJobs(mail));
}

TEST_CASE("an accepted transfer goes on when its app is out of sight") { // §2.3 clause 3
    Stage stage;
    stage.schedule(stage.transfer(7));
    stage.see(mail, false);
    stage.until(3h);
    CHECK(stage.runs(7));
}

TEST_CASE("a transfer waits for its network, without limit, and starts when it is there") { // §3.3
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(7));
    CHECK(stage.why(7) == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    CHECK_FALSE(stage.earliest(7).has_value());
    stage.until(30 * 24h);
    stage.change([](Device& d) { d.network = Stage::cellular(); });
    CHECK(stage.times(7, What::Started) == Times{30 * 24h});
}

TEST_CASE("a constraint lost while it runs stops a job at once, inside its guarantee too") { // §3.2, §4.6
    struct Row {
        const char* lost;
        StopReason reason;
        void (*lose)(Device&);
        void (*regain)(Device&);
    };
    // clang-format off
    const Row rows[] = {
        {"network",  STOP_REASON_CONSTRAINT_CONNECTIVITY,  [](Device& d) { d.network.reset(); },        [](Device& d) { d.network = Stage::wifi(); }},
        {"charging", STOP_REASON_CONSTRAINT_CHARGING,      [](Device& d) { d.charging = false; },       [](Device& d) { d.charging = true; }},
        {"battery",  STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW, [](Device& d) { d.plugged = false; d.batteryPercent = 15; }, [](Device& d) { d.plugged = true; }},
        {"storage",  STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW, [](Device& d) { d.storageForced = true; },   [](Device& d) { d.storageForced = false; }},
    };
    // clang-format on
    for (const Row& row : rows) {
        CAPTURE(row.lost);
        const std::string lost = row.lost;
        Stage stage;
        stage.schedule(stage.transfer(7)
                           .setRequiresCharging(lost == "charging")
                           .setRequiresBatteryNotLow(lost == "battery")
                           .setRequiresStorageNotLow(lost == "storage"));
        stage.until(1min);
        stage.change(row.lose);
        CHECK(stage.times(7, What::Stopped) == Times{1min});
        CHECK(stage.last(7, What::Stopped).reason == row.reason);
        CHECK(stage.last(7, What::Stopped).asked == true);
        stage.until(75s);
        stage.change(row.regain);
        CHECK(stage.times(7, What::Started) == Times{0s, 75s}); // a single system stop: no back-off (§6.2)
    }
}

TEST_CASE("three system stops count as one failure") { // §6.2, §11 example 19
    Stage stage;
    stage.schedule(stage.transfer(7));
    const auto flap = [&](Duration lost, Duration back) {
        stage.until(lost);
        stage.change([](Device& d) { d.network.reset(); });
        stage.until(back);
        stage.change([](Device& d) { d.network = Stage::wifi(); });
    };
    flap(1min, 75s);
    flap(2min, 125s);
    flap(3min, 185s);
    stage.until(190s);
    CHECK(stage.why(7) == std::vector{PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY});
    CHECK(stage.earliest(7) == Duration{210s});
    stage.until(211s);
    CHECK(stage.times(7, What::Started) == Times{0s, 75s, 125s, 210s});
}

TEST_CASE("a change of network that still satisfies the job is told, not a stop") { // §3.3, §4.7, §11 example 27
    Stage stage;
    stage.schedule(stage.transfer(7));
    stage.until(2min);
    stage.change([](Device& d) { d.network = Stage::cellular(); });
    CHECK(stage.runs(7));
    CHECK(stage.times(7, What::NetworkChanged) == Times{2min});

    SUBCASE("one during BINDING is kept and told once the job executes") {
        stage.behaves.connectsAfter = 5s;
        stage.schedule(stage.transfer(8));
        stage.until(122s);
        stage.change([](Device& d) { d.network = Stage::wifi(); });
        CHECK(stage.times(8, What::NetworkChanged).empty());
        stage.until(3min);
        CHECK(stage.times(8, What::NetworkChanged) == Times{125s});
    }
}

TEST_CASE(
    "a payload that would outlast the limit on this network keeps the job waiting") { // §3.3 clause 2, §11 example 26
    Stage stage;
    stage.change([](Device& d) {
        d.charging = false;
        d.network = Stage::wifi(1000, 1000);
    });
    stage.schedule(stage.transfer(7).setEstimatedNetworkBytes(6_GiB));
    CHECK(stage.why(7) == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    stage.change([](Device& d) { d.charging = true; });
    CHECK(stage.runs(7)); // unmetered and charging: the estimate is no obstacle

    stage.change([](Device& d) { d.network = Stage::wifi(1, 1); });
    stage.schedule(stage.transfer(8).setMinimumNetworkChunkBytes(10_MB));
    CHECK(stage.why(8) == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY}); // a chunk is never waived
}

TEST_CASE("several transfers run at the same time") { // §3.6, §11 example 56
    Constants constants;
    constants.slots = 16;
    Stage stage{constants};
    for (int id = 1; id <= 20; ++id)
        stage.schedule(stage.transfer(id));
    for (int id = 1; id <= 20; ++id)
        CHECK(stage.runs(id)); // in sight: beyond the slots, too
}

TEST_CASE("jobs beyond the slots of their type wait, and the next starts when one ends") { // §3.6
    Constants constants;
    constants.slots = 8; // screen on: 6 in all, 3 of them for the background
    Stage stage{constants};
    for (int id = 1; id <= 4; ++id)
        stage.schedule(stage.job(id), false);
    CHECK(stage.runs(3));
    CHECK(stage.why(4) == std::vector{PENDING_JOB_REASON_DEVICE_STATE});
    stage.finish(1, false);
    CHECK(stage.runs(4));
}

TEST_CASE("what was scheduled in sight starts at once, whatever waits before it for a slot") { // §3.6 immediacy, §12.2
    Constants constants;
    constants.slots = 1;
    Stage stage{constants};
    stage.schedule(stage.job(3), false); // has the slot
    stage.ask(AppStatePinned{.call = {1}, .app = mail, .state = ProcessState::Visible});
    // Their app is visible, and their caller was not: one gets the extra slot of its class, the other waits.
    stage.schedule(stage.transfer(4), false);
    stage.schedule(stage.transfer(1), false);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_DEVICE_STATE});
    stage.schedule(stage.transfer(2));
    CHECK(stage.runs(2));
    CHECK_FALSE(stage.runs(1));
}

TEST_CASE("a job past its guarantee makes room for one that finds no slot") { // §3.6 preemption, §4.5 clause 3
    Constants constants;
    constants.slots = 1;
    Stage stage{constants};
    stage.schedule(stage.job(1), false);
    stage.until(12min);
    stage.schedule(stage.job(2), false);
    CHECK(stage.times(1, What::Stopped) == Times{12min});
    CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_DEVICE_STATE);
    CHECK(stage.runs(2));

    SUBCASE("inside its guarantee it is left alone, and asked at its end") {
        stage.until(15min);
        CHECK(stage.runs(2));
        stage.until(22min);
        CHECK(stage.times(2, What::Stopped) == Times{22min});
    }
}

TEST_CASE("the queue puts user-initiated jobs first, then priority, then age") { // §3.4, §11 example 55
    Constants constants;
    constants.slots = 1;
    Stage stage{constants};
    stage.schedule(stage.job(1), false);
    stage.schedule(stage.job(2).setPriority(JobInfo::PRIORITY_DEFAULT), false);
    stage.schedule(stage.job(3).setPriority(JobInfo::PRIORITY_HIGH), false);
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(4));
    stage.change([](Device& d) { d.network = Stage::wifi(); });
    for (const int id : {1, 4, 3, 2}) {
        CHECK(stage.runs(id));
        stage.finish(id, false);
    }
}
