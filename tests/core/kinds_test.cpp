// Regular, expedited and periodic jobs, and what they wait for (jobs.md §3.1, §3.2, §6.5, §7.3, §9).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;
using What = Trace::What;
using Times = std::vector<Duration>;

TEST_CASE("a deadline overrides what is missing, once") { // §3.1 clause 5, §11 example 31
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.job(1).setRequiredNetworkType(1).setOverrideDeadline(20min));
    CHECK(stage.why(1) ==
          std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, PENDING_JOB_REASON_CONSTRAINT_DEADLINE});
    CHECK(stage.earliest(1) == Duration{20min});
    stage.until(21min);
    CHECK(stage.times(1, What::Started) == Times{20min});
    CHECK(stage.last(1, What::Started).overdue == true);
    stage.finish(1, true);
    stage.until(3h);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY}); // a retry has no deadline any more
}

TEST_CASE("a constraint lost after the deadline does not stop the job") { // §3.1 clause 5
    Stage stage;
    stage.schedule(stage.job(1).setRequiredNetworkType(1).setOverrideDeadline(20min));
    stage.until(25min);
    stage.change([](Device& d) { d.network.reset(); });
    CHECK(stage.runs(1));
}

TEST_CASE("a job with a latency waits for it") { // §3.2
    Stage stage;
    stage.schedule(stage.job(1).setMinimumLatency(10min));
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY});
    CHECK(stage.earliest(1) == Duration{10min});
    stage.until(11min);
    CHECK(stage.times(1, What::Started) == Times{10min});
}

TEST_CASE("a job for an idle device starts 31 minutes after the screen went off, and stops when it comes on") { // §3.2
    Stage stage;
    stage.schedule(stage.job(1).setRequiresDeviceIdle(true));
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE});
    stage.until(10min);
    stage.change([](Device& d) { d.screenOn = false; });
    CHECK(stage.earliest(1) == Duration{41min});
    stage.until(1h);
    stage.change([](Device& d) { d.screenOn = true; });
    CHECK(stage.times(1, What::Started) == Times{41min});
    CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_CONSTRAINT_DEVICE_IDLE);
}

TEST_CASE("changes are waited out, but not for ever") { // §3.2 content trigger, §11 example 60
    Stage stage;
    stage.schedule(stage.job(1).addTriggerContentUri({"/photos", 1}));
    stage.schedule(stage.job(2).addTriggerContentUri({"/music", 1}));
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONTENT_TRIGGER});
    CHECK_FALSE(stage.earliest(1).has_value());
    stage.event(ContentChanged{"/photographs"});
    for (const Duration change : {0s, 5s, 12s}) {
        stage.until(change);
        stage.event(ContentChanged{"/photos/1.jpg"});
    }
    for (int n = 3; n < 40; ++n) {
        stage.until(n * 5s);
        stage.event(ContentChanged{"/music/a.ogg"});
    }
    CHECK(stage.times(1, What::Started) == Times{22s});
    CHECK(stage.times(2, What::Started) == Times{15s + 120s});

    SUBCASE("what changes while it runs is for the next job of this id") {
        stage.event(ContentChanged{"/photos/2.jpg"});
        stage.schedule(stage.job(1).addTriggerContentUri({"/photos", 1}));
        stage.until(5min);
        CHECK(stage.times(1, What::Started).size() == 2);
    }
}

TEST_CASE("a periodic job runs once in a window, and a late one at once again") { // §6.5, §11 examples 36, 37
    Stage stage;
    stage.schedule(stage.job(1).setPeriodic(1h));
    stage.until(1min);
    stage.finish(1, false);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY});
    CHECK(stage.earliest(1) == Duration{1h});

    SUBCASE("a retry has no window, and the grid stays") { // §11 example 39
        stage.until(70min);
        stage.finish(1, true);
        CHECK(stage.earliest(1) == Duration{70min + 30s});
        stage.until(71min);
        stage.finish(1, false);
        CHECK(stage.earliest(1) == Duration{2h});
        CHECK(stage.view(1)->failures == 0);
    }
    SUBCASE("its grid outlives a reboot") { // §7.2
        Stage other;
        other.schedule(other.job(1).setPeriodic(1h, 15min).setPersisted(true));
        other.until(10min);
        other.restart("second boot");
        CHECK(other.earliest(1) == Duration{45min});
    }
}

TEST_CASE("an onStartJob that is not answered ends a periodic job's window, not the job") { // §4.1, §11 example 16
    Stage stage;
    stage.behaves.answersStart = false;
    stage.schedule(stage.job(1).setPeriodic(1h));
    stage.until(10s);
    CHECK(stage.earliest(1) == Duration{1h});
}

TEST_CASE("an expedited job is stopped at ten minutes") { // §4.4
    Stage stage;
    stage.schedule(stage.job(1).setExpedited(true), false);
    CHECK(stage.last(1, What::Started).kind == JobClass::Expedited);
    stage.until(11min);
    CHECK(stage.times(1, What::Stopped) == Times{10min});
    CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_TIMEOUT);
}

TEST_CASE("an abandoned job is found out at its limit, and the fourth time its back-off is exponential") { // §4.5, §6.4
    Constants constants;
    constants.safeguards = false;
    Stage stage{constants};
    stage.schedule(stage.job(1).setBackoffCriteria(10min, JobInfo::BACKOFF_POLICY_LINEAR));
    Duration expected{0};
    for (int n = 1; n <= 4; ++n) {
        stage.until(expected + 1min);
        stage.event(Abandoned{mail, stage.run(1)});
        stage.until(expected + 31min);
        CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_TIMEOUT_ABANDONED);
        expected += 30min + (n < 4 ? n * 10min : 80min);
        CHECK(stage.earliest(1) == expected);
    }
}

TEST_CASE("items join a run, are handed out in order, and the last one ends the job") { // §2.5, §11 example 61
    Stage stage;
    const auto enqueue = [&](const char* name) {
        auto info = *stage.job(1).build();
        return stage.ask(Schedule{.call = {1},
                                  .app = mail,
                                  .info = std::move(info),
                                  .work = WorkItem{.extras = PersistableBundle().putString("name", name)}});
    };
    const auto dequeue = [&] { return stage.ask(DequeueWork{{1}, mail, stage.run(1)}); };
    enqueue("a");
    stage.until(5s);
    enqueue("b");
    CHECK(stage.times(1, What::Started) == Times{0s});
    const Reply a = dequeue();
    CHECK(a.item->extras.getString("name") == "a");
    CHECK(a.item->deliveries == 1);
    const Reply b = dequeue();
    CHECK_FALSE(stage.ask(CompleteWork{{1}, mail, stage.run(1), a.item->id}).error);
    CHECK(stage.ask(CompleteWork{{1}, mail, stage.run(1), a.item->id}).error->code == Errc::ILLEGAL_ARGUMENT);

    SUBCASE("completing the last and asking once more ends it") {
        CHECK_FALSE(stage.ask(CompleteWork{{1}, mail, stage.run(1), b.item->id}).error);
        CHECK_FALSE(dequeue().item.has_value());
        CHECK_FALSE(stage.tracked(1));
    }
    SUBCASE("what was not completed is delivered once more after a crash") {
        stage.crash(1);
        CHECK(dequeue().item->deliveries == 2);
    }
}

TEST_CASE("run passes by a job's own constraints, and -f by all of them") { // §8, §11 example 58
    Stage stage;
    stage.change([](Device& d) { d.charging = false; });
    stage.schedule(stage.transfer(1).setRequiresCharging(true));
    const auto run = [&](Override how) { return stage.ask(RunJob{{1}, Stage::key(1), how}).error.has_value(); };
    CHECK(run(Override::Sorting)); // -s passes by nothing
    stage.change([](Device& d) { d.network.reset(); });
    CHECK(run(Override::Soft)); // connectivity must hold
    CHECK(stage.why(1) ==
          std::vector{PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    CHECK_FALSE(run(Override::Full));
    CHECK(stage.runs(1));
}

TEST_CASE("timeout and stop reach executing jobs of the root namespace alone") { // §8, §11 examples 46, 59
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.schedule(stage.transfer(2), true, "x");
    const auto stop = [&](Ending ending) { return stage.ask(StopJobs{{1}, mail, "", std::nullopt, ending}).count; };
    CHECK(stop({STOP_REASON_USER, InternalReason::Unknown}) == 1);
    CHECK(stage.last(1, What::Rescheduled).failures == 1);
    CHECK(stage.view(1)->demoted); // any retry whose public reason is USER (§6.6)
}

TEST_CASE("force-stop takes an app's jobs away without a word") { // §7.4
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.schedule(stage.job(2).setMinimumLatency(1h).setPersisted(true));
    stage.event(ForceStop{{1}, mail});
    CHECK_FALSE(stage.tracked(1));
    CHECK_FALSE(stage.tracked(2));
    CHECK(stage.count<CallStop>() == 0);
    CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_USER);
}

TEST_CASE("a tap, a condition or a foreground service begun in sight admits a transfer") { // §2.3, §11 examples 9, 11
    Stage stage;
    stage.see(mail, false);
    const auto admitted = [&] { return !stage.schedule(stage.transfer(7), false).error; };
    CHECK_FALSE(admitted());
    stage.event(AppTapped{mail});
    stage.until(5s);
    CHECK(admitted());
    stage.until(15s);
    CHECK_FALSE(admitted());

    stage.event(AppConditions{mail, {"companion"}});
    CHECK(admitted());
    stage.event(AppConditions{mail, {}});

    CHECK(stage.ask(ForegroundServiceAsked{{1}, mail, "Player", true}).error.has_value()); // from the background
    stage.see(mail, true);
    CHECK_FALSE(stage.ask(ForegroundServiceAsked{{1}, mail, "Player", true}).error);
    stage.see(mail, false);
    stage.until(1h);
    CHECK(admitted());
    stage.event(ForegroundServiceAsked{{1}, mail, "Player", false});
    CHECK_FALSE(admitted());
}

TEST_CASE("a job's history tells what kept it waiting, since when") { // §9.2
    Stage stage;
    stage.schedule(stage.transfer(1).setRequiredNetworkType(JobInfo::NETWORK_TYPE_CELLULAR).setRequiresCharging(true));
    stage.until(1min);
    stage.change([](Device& d) { d.charging = false; });
    stage.until(2min);
    stage.change([](Device& d) { d.network = Stage::cellular(); });
    const auto history = stage.core->history(Stage::key(1));
    REQUIRE(history.size() == 3);
    CHECK(history[0].reasons == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    CHECK(history[1] ==
          HistoryEntry{stage.wallAtStart + 1min,
                       {PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY}});
    CHECK(history[2].reasons == std::vector{PENDING_JOB_REASON_CONSTRAINT_CHARGING});
}

TEST_CASE("with batching on, regular jobs wait for each other, but not for ever") { // §3.7
    Constants constants;
    constants.batching = true; // 5 ready, or 31 minutes
    Stage stage{constants};
    stage.event(BucketForced{.app = mail, .bucket = Bucket::WorkingSet}); // limits.md §3.10
    for (int id = 1; id <= 4; ++id)
        stage.schedule(stage.job(id), false);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION});
    CHECK(stage.earliest(1) == Duration{31min});
    SUBCASE("the fifth sets them going") {
        stage.schedule(stage.job(5), false);
        for (int id = 1; id <= 5; ++id)
            CHECK(stage.runs(id));
    }
    SUBCASE("an expedited or user-initiated job is never held, and takes them along") {
        stage.schedule(stage.transfer(5));
        CHECK(stage.runs(5));
        CHECK(stage.runs(1));
    }
    SUBCASE("31 minutes are enough") {
        stage.until(32min);
        CHECK(stage.times(1, What::Started) == Times{31min});
    }
}

TEST_CASE("what the start of one job opens for another starts with it") { // limits.md §3.7: any other re-evaluation
    Stage stage;
    stage.event(BucketForced{.app = mail, .bucket = Bucket::WorkingSet});
    stage.change([](Device& device) { device.plugged = false, device.charging = false; });
    stage.schedule(stage.job(1).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY), false); // until its quota is used up
    stage.until(1h);
    stage.change([](Device& device) { device.network.reset(); });
    stage.schedule(stage.job(2), false);
    stage.until(4h + 10s); // ten seconds have rolled out of the window, and thirty are waited for
    CHECK(stage.why(2) == std::vector{PENDING_JOB_REASON_QUOTA});
    stage.behaves.connects = false; // nothing more happens at this instant
    stage.change([](Device& device) { device.network = Stage::wifi(); });
    CHECK(stage.runs(1));
    CHECK(stage.runs(2));
}

TEST_CASE("what becomes of a job at its end is decided in one order") { // §6.1
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.until(1min);
    stage.finish(1, true);
    CHECK(stage.view(1)->failures == 1); // counted, rested, tracked again
    CHECK(stage.core->completed(mail).empty());
    stage.until(2min);
    stage.event(Cancel{{1}, mail, "", JobId{1}}); // no longer tracked: whatever is answered, nothing is added again
    CHECK_FALSE(stage.tracked(1));
    CHECK(stage.core->completed(mail).size() == 1);
}

TEST_CASE(
    "an expedited session at 0 goes on while as much rolls out, and who waits meanwhile joins it") { // limits.md §4
    Constants constants;
    constants.dozeLightEnabled = false;
    constants.dozeDeepEnabled = false;
    Stage stage{constants};
    stage.event(BucketForced{.app = mail, .bucket = Bucket::Rare}); // 10 min in 24 h
    stage.change([](Device& device) {
        device.plugged = false;
        device.charging = false;
        device.screenOn = false;
        device.network = Stage::cellular();
    });
    const Duration first = 2min, second = first + 24h - 4min; // what runs from then on has 4 min left
    stage.until(first);
    stage.schedule(stage.job(1).setExpedited(true), false);
    stage.until(first + 6min);
    stage.finish(1, false);
    stage.until(second - 30min);
    stage.schedule(stage.job(3), false); // it uses up the quota of regular jobs
    stage.until(second - 1min);
    CHECK(stage.last(3, What::Stopped).reason == STOP_REASON_QUOTA);
    stage.schedule(stage.job(2).setExpedited(true).setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED), false);
    stage.until(second);
    stage.schedule(stage.job(1).setExpedited(true), false);
    stage.until(second + 5min);
    REQUIRE(stage.runs(1));
    CHECK(stage.core->staleVerdicts(stage.clock()) == std::vector<std::string>{}); // decision 0003
    stage.change([](Device& device) { device.network = Stage::wifi(); });
    CHECK(stage.runs(2));
    CHECK(stage.core->staleVerdicts(stage.clock()) == std::vector<std::string>{});
}
