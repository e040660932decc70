// A run between its slot and its end: timers, silent apps, stops and crashes (jobs.md §4, §5.2, §6).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;
using What = Trace::What;
using Times = std::vector<Duration>;

TEST_CASE(
    "a service that never connects is closed after 18 s, retried, and counts as a failure") { // §4.1, §11 example 17
    Stage stage;
    stage.behaves.connects = false;
    stage.schedule(stage.job(1));
    stage.until(30s);
    CHECK(stage.times(1, What::Rescheduled) == Times{18s});
    CHECK(stage.view(1)->failures == 1);
    CHECK(stage.earliest(1) == Duration{48s});
    CHECK(stage.count<KillApp>() == 0); // no ANR is raised
}

TEST_CASE("an onStartJob that is not answered within 8 s ends the job for good") { // §4.1, §11 example 16
    Stage stage;
    stage.behaves.connectsAfter = 1s;
    stage.behaves.answersStart = false;
    stage.schedule(stage.job(1));
    stage.until(8999ms);
    CHECK(stage.tracked(1));
    stage.until(10s);
    CHECK_FALSE(stage.tracked(1));
    CHECK(stage.times(1, What::Unresponsive) == Times{9s});
    CHECK(stage.count<KillApp>() == 1);
}

TEST_CASE("an onStartJob that answers false ends the job, without onStopJob") { // §4.2
    Stage stage;
    stage.behaves.goesOn = false;
    stage.schedule(stage.job(1));
    CHECK_FALSE(stage.tracked(1));
    CHECK(stage.count<CallStop>() == 0);
}

TEST_CASE("an onStopJob that is not answered within 8 s is a system stop like any other") { // §4.1, §11 example 18
    Stage stage;
    stage.behaves.answersStop = false;
    stage.schedule(stage.transfer(1));
    stage.until(100s);
    stage.change([](Device& d) { d.network.reset(); });
    stage.until(2min);
    CHECK(stage.times(1, What::Unresponsive) == Times{108s});
    CHECK(stage.view(1)->failures == 0);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    stage.change([](Device& d) { d.network = Stage::wifi(); });
    CHECK(stage.runs(1));
}

TEST_CASE(
    "a user-initiated job owes its notification within ten seconds of onStartJob's answer") { // §5.2, §11 example 15
    Stage stage;
    stage.behaves.notifies = false;
    stage.schedule(stage.transfer(1));
    stage.until(11s);
    CHECK(stage.times(1, What::Unresponsive) == Times{10s});
    CHECK(stage.last(1, What::Unresponsive).during == "notification");
    CHECK(stage.count<CallStop>() == 0);
    CHECK(stage.view(1)->failures == 1);
    stage.until(41s);
    CHECK(stage.times(1, What::Started) == Times{0s, 40s});

    SUBCASE("one at 9.9 s is in time, and a regular job owes none") {
        stage.until(49s);
        stage.event(
            NotificationSet{{}, mail, stage.run(1), 9, Notification::Builder("default").setSmallIcon("x").build(), {}});
        stage.schedule(stage.job(2));
        stage.until(5min);
        CHECK(stage.runs(1));
        CHECK(stage.runs(2));
    }
    SUBCASE("a notification that is refused keeps the clock running") { // §11 example 49
        stage.until(45s);
        const auto refused =
            stage.ask(NotificationSet{{1}, mail, stage.run(1), 9, Notification::Builder("default").build(), {}});
        CHECK(refused.error->code == Errc::ILLEGAL_ARGUMENT);
        stage.until(51s);
        CHECK(stage.times(1, What::Unresponsive) == Times{10s, 50s});
    }
}

TEST_CASE("a regular job is stopped at 30 minutes, and its answer decides") { // §4.4, §4.5, §11 example 21
    Stage stage;
    stage.schedule(stage.job(1));
    stage.until(10min);
    CHECK(stage.runs(1)); // its guarantee is over, and nobody waits
    stage.until(31min);
    CHECK(stage.times(1, What::Stopped) == Times{30min});
    CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_TIMEOUT);
    CHECK(stage.last(1, What::Rescheduled).failures == 1);
    CHECK(stage.times(1, What::Started) == Times{0s, 30min + 30s});

    SUBCASE("it is dropped where it answers false") {
        stage.behaves.wantsRetry = false;
        stage.until(61min);
        CHECK_FALSE(stage.tracked(1));
        CHECK(stage.times(1, What::Dropped).size() == 1);
    }
}

TEST_CASE("a transfer that runs 12 hours at a time is demoted once it has run for 24") { // §6.6, §11 example 43
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.until(12h + 1min);
    CHECK(stage.times(1, What::Stopped) == Times{12h});
    CHECK(stage.last(1, What::Started).kind == JobClass::UserInitiated);
    stage.until(24h + 2min);
    CHECK(stage.times(1, What::Started) == Times{0s, 12h + 30s, 24h + 90s});
    CHECK(stage.last(1, What::Started).kind == JobClass::Regular);
    stage.until(25h);
    CHECK(stage.times(1, What::Stopped).back() == 24h + 31min + 30s); // a regular job's limit

    stage.schedule(stage.transfer(1)); // a fresh schedule() carries no mark
    CHECK(stage.view(1)->kind == JobClass::UserInitiated);
}

TEST_CASE("cancel of a running job asks it to stop and forgets it at once") { // §2.6, §11 example 28
    Stage stage;
    stage.schedule(stage.transfer(7));
    stage.until(1min);
    stage.behaves.answersStop = false;
    stage.event(Cancel{{1}, mail, "", JobId{7}});
    CHECK_FALSE(stage.tracked(7));
    CHECK(stage.last(7, What::Stopped).reason == STOP_REASON_CANCELLED_BY_APP);
    stage.until(2min);
    CHECK(stage.times(7, What::Started).size() == 1);
    CHECK(stage.view(7)->completed->ending.reason == STOP_REASON_CANCELLED_BY_APP);
}

TEST_CASE("a job cancelled while its service connects is never started") { // §4.3, §11 example 30
    Stage stage;
    stage.behaves.connectsAfter = 5s;
    stage.schedule(stage.transfer(7));
    stage.until(2s);
    stage.event(Cancel{{1}, mail, "", JobId{7}});
    stage.until(1min);
    CHECK(stage.count<CallStart>() == 0);
    CHECK(stage.count<EndRun>() == 1);
}

TEST_CASE(
    "scheduling a running job's id again replaces it, and the new one starts when the old has ended") { // §2.4, §11
                                                                                                        // example 29
    Stage stage;
    stage.schedule(stage.job(7));
    stage.finish(7, true);
    stage.until(40s); // failures 1, runs again
    CHECK(stage.view(7)->failures == 1);
    stage.until(1min);
    stage.behaves.answersStop = false;
    stage.schedule(stage.job(7));
    CHECK(stage.last(7, What::Stopped).reason == STOP_REASON_CANCELLED_BY_APP);
    CHECK_FALSE(stage.runs(7));
    stage.until(62s);
    stage.event(StopAnswered{stage.run(7), true});
    CHECK(stage.runs(7));
    CHECK(stage.view(7)->failures == 0);
    CHECK(stage.times(7, What::Started) == Times{0s, 30s, 62s});
}

TEST_CASE("what takes the id of a cancelled job starts when the run that was stopped has ended") { // §2.4, §2.6
    Stage stage;
    stage.schedule(stage.job(7));
    stage.until(1min);
    const RunId old = stage.run(7);
    stage.behaves.answersStop = false;
    stage.event(Cancel{{1}, mail, "", JobId{7}});
    stage.schedule(stage.job(7));
    CHECK_FALSE(stage.runs(7));
    stage.until(62s);
    CHECK_FALSE(stage.runs(7));
    stage.event(StopAnswered{old, true});
    CHECK(stage.runs(7));
    CHECK(stage.times(7, What::Started) == Times{0s, 62s});
}

TEST_CASE("the same id in another namespace is another job") { // §2.4
    Stage stage;
    stage.schedule(stage.job(7));
    stage.schedule(stage.job(7), true, "sync");
    CHECK(stage.core->jobs(mail, {}, 10, stage.clock()).size() == 2);
    stage.event(CancelAll{{1}, mail, ""}); // the root handle spares the namespaces (§2.1)
    CHECK(stage.core->jobs(mail, {}, 10, stage.clock()).size() == 1);
    stage.event(CancelAll{{1}, mail, std::nullopt});
    CHECK(stage.core->jobs(mail, {}, 10, stage.clock()).empty());
}

TEST_CASE("what another app, or a run that is over, says changes nothing") { // §4.2, §5.1
    Stage stage;
    stage.schedule(stage.transfer(7));
    const RunId run = stage.run(7);
    stage.event(JobFinished{AppId{"com.example.other"}, run, false, {}});
    CHECK(stage.runs(7));
    const auto refused = stage.ask(NotificationSet{
        {1}, AppId{"com.example.other"}, run, 1, Notification::Builder("default").setSmallIcon("x").build(), {}});
    CHECK(refused.error->code == Errc::SECURITY);
    stage.finish(7, false);
    stage.schedule(stage.transfer(7));
    stage.event(JobFinished{mail, run, false, {}}); // late, for the former run
    stage.event(StopAnswered{run, false});
    CHECK(stage.runs(7));
}

TEST_CASE("a process that dies is tried again at once twice, then rests") { // §6.3, §11 example 35
    Constants constants;
    constants.crashGuardCrashes = 100;
    Stage stage{constants};
    stage.schedule(stage.job(1));
    for (const Duration death : {1s, 2s, 3s}) {
        stage.until(death);
        stage.crash(1);
    }
    CHECK(stage.earliest(1) == Duration{33s});
    stage.until(34s);
    stage.crash(1);
    CHECK(stage.earliest(1) == Duration{64s});
}

TEST_CASE("three crashes within a minute keep an app's jobs from starting until the user opens it") { // §12.3
    Stage stage;
    stage.schedule(stage.job(1));
    for (const Duration death : {10s, 20s, 30s}) {
        stage.until(death);
        stage.crash(1);
    }
    stage.until(2min);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_APP});
    CHECK(stage.earliest(1) == Duration{30min + 30s});
    SUBCASE("or half an hour has passed") {
        stage.until(31min);
        CHECK(stage.times(1, What::Started).back() == 30min + 30s);
    }
    SUBCASE("opening it is enough") {
        stage.until(5min);
        stage.event(AppOpened{{}, mail});
        CHECK(stage.runs(1));
    }
    SUBCASE("the mark outlives a restart of the daemon, not a reboot") {
        stage.restart();
        CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_APP});
    }
}

TEST_CASE("what crashes in an app that is built in holds up no other job of it") { // §12.3
    Stage stage;
    Manifest shell = Stage::manifestOf(mail);
    shell.builtIn = true;
    stage.install(shell);
    stage.schedule(stage.job(1));
    for (const Duration death : {10s, 20s, 30s}) {
        stage.until(death);
        stage.crash(1);
    }
    stage.schedule(stage.job(2));
    CHECK(stage.runs(2));
    stage.until(2min);
    CHECK_FALSE(stage.runs(1));
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_APP});
    SUBCASE("it runs again after half an hour") {
        stage.until(31min);
        CHECK(stage.times(1, What::Started).back() == 30min + 30s);
    }
    SUBCASE("or when a person says so") {
        stage.event(RunJob{.call = {1}, .key = Stage::key(1), .how = Override::Full});
        CHECK(stage.runs(1));
    }
}

TEST_CASE(
    "Stop in the Task Manager ends the app at once; its running transfer never comes back") { // §5.4, §11 example 40
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.schedule(stage.job(2));
    stage.schedule(stage.transfer(3).setRequiredNetworkType(JobInfo::NETWORK_TYPE_CELLULAR));
    stage.until(5min);
    CHECK(stage.ask(StopApp{{1}, mail}).count == 2);
    CHECK(stage.count<KillApp>() == 1);
    CHECK(stage.count<CallStop>() == 0);
    CHECK_FALSE(stage.tracked(1));
    CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_USER);
    CHECK(stage.last(1, What::Stopped).asked == false);
    CHECK(stage.shown.empty()); // removed, though DETACH
    CHECK(stage.earliest(2) == Duration{5min + 30s});
    CHECK(stage.view(2)->failures == 1);
    CHECK(stage.view(3)->demoted);

    stage.until(30min);
    stage.change([](Device& d) { d.network = Stage::cellular(); });
    CHECK(stage.last(3, What::Started).kind == JobClass::Regular);
    stage.until(61min);
    CHECK(stage.times(3, What::Stopped) == Times{60min});

    stage.schedule(stage.transfer(1)); // the user asks anew
    CHECK(stage.last(1, What::Started).kind == JobClass::UserInitiated);
}

TEST_CASE("Stop is refused where nothing of the app runs, and for a system app") { // §5.4
    Stage stage;
    CHECK(stage.ask(StopApp{{1}, mail}).error->code == Errc::ILLEGAL_STATE);
    CHECK(stage.ask(StopApp{{1}, AppId{"com.example.none"}}).error->code == Errc::ILLEGAL_ARGUMENT);
    Manifest manifest = Stage::manifestOf(mail);
    manifest.system = true;
    stage.install(manifest);
    stage.schedule(stage.transfer(1));
    CHECK(stage.ask(StopApp{{1}, mail}).error->code == Errc::SECURITY);
    CHECK(stage.runs(1));
}

TEST_CASE("the notification's own buttons end the job politely") { // §5.1, §5.3, §11 example 41
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.until(5min);
    stage.event(NotificationTapped{mail, 9, "later"});
    CHECK(stage.count<CallAction>() == 1);
    stage.finish(1, true); // what the library does for "later"
    CHECK(stage.earliest(1) == Duration{5min + 30s});
    CHECK_FALSE(stage.view(1)->demoted);
}

TEST_CASE(
    "a notification shared by two transfers goes by the policy of the last one that used it") { // §5.1, §11 example 47
    Stage stage;
    stage.behaves.endPolicy = JOB_END_NOTIFICATION_POLICY_REMOVE;
    stage.schedule(stage.transfer(1));
    stage.behaves.endPolicy = JOB_END_NOTIFICATION_POLICY_DETACH;
    stage.schedule(stage.transfer(2));
    SUBCASE("the detaching one ends last") {
        stage.finish(1, false);
        stage.finish(2, false);
        CHECK(stage.shown.size() == 1);
        CHECK_FALSE(stage.core->tasks(stage.clock()).front().notifications.front().userInitiated);
    }
    SUBCASE("the removing one ends last") {
        stage.finish(2, false);
        CHECK(stage.shown.size() == 1);
        stage.finish(1, false);
        CHECK(stage.shown.empty());
    }
}

TEST_CASE("another id drops the one before") { // §5.1, §11 example 48
    Stage stage;
    stage.behaves.endPolicy = JOB_END_NOTIFICATION_POLICY_REMOVE;
    stage.schedule(stage.transfer(1));
    stage.event(
        NotificationSet{{}, mail, stage.run(1), 10, Notification::Builder("default").setSmallIcon("x").build(), {}});
    CHECK(stage.shown == std::set<std::pair<AppId, std::int32_t>>{{mail, 10}});
}

TEST_CASE("an app cannot fill the memory with notifications it left behind") { // ours: job.max_notifications_per_app
    Stage stage;
    for (int id = 1; id <= 60; ++id) {
        stage.behaves.notification = id;
        stage.schedule(stage.transfer(id));
        stage.finish(id, false);
    }
    CHECK(stage.shown.size() == 50);
}
