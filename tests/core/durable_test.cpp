// The parts of a job that outlive the daemon, and a reboot (jobs.md §7, §12.5); and the limits of an app's calls
// (§2.4).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;
using What = Trace::What;
using Times = std::vector<Duration>;

TEST_CASE("a restart of the daemon is no reboot: jobs, counters and rests are kept") { // §12.5
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.schedule(stage.job(2).setBackoffCriteria(5min, JobInfo::BACKOFF_POLICY_EXPONENTIAL));
    stage.finish(2, true);
    stage.until(2min);
    stage.restart();
    CHECK(stage.runs(1)); // connection lost: one system stop, so at once
    CHECK(stage.view(1)->systemStops == 1);
    CHECK(stage.last(1, What::Started).kind == JobClass::UserInitiated);
    CHECK(stage.view(2)->failures == 1);
    CHECK(stage.earliest(2) == Duration{5min});
}

TEST_CASE(
    "a reboot keeps persisted jobs alone, without failures, and starts them with the app out of sight") { // §7.2, §11
                                                                                                          // examples
                                                                                                          // 53, 54
    Stage stage;
    stage.schedule(stage.transfer(1).setPersisted(true));
    stage.schedule(stage.transfer(2));
    stage.until(7min);
    stage.restart("second boot");
    CHECK_FALSE(stage.tracked(2));
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_USER}); // until apps may start: job.boot_settle
    CHECK(stage.earliest(1) == Duration{7min + 5s});
    stage.until(8min);
    CHECK(stage.runs(1));
    CHECK(stage.view(1)->systemStops == 0);
    CHECK(stage.last(1, What::Started).kind == JobClass::UserInitiated);
}

TEST_CASE("a rest goes on over a reboot by the wall clock, and the failures are forgotten") { // §7.2, §11 example 51
    Stage stage;
    stage.schedule(stage.job(1).setPersisted(true).setBackoffCriteria(1h, JobInfo::BACKOFF_POLICY_LINEAR));
    stage.finish(1, true);
    stage.until(50min);
    stage.restart("second boot");
    CHECK(stage.earliest(1) == Duration{1h});
    CHECK(stage.view(1)->failures == 0);
    stage.restart("third boot");
    CHECK(stage.earliest(1) == Duration{1h});
    stage.until(2h);
    CHECK(stage.times(1, What::Started).back() == 1h);
}

TEST_CASE("run time over attempts survives the daemon to the last five-minute stamp") { // §6.6, §11 example 53
    Stage stage;
    stage.schedule(stage.transfer(1));
    stage.until(11h + 58min);
    stage.restart(); // 11:55 were stamped
    stage.until(23h + 59min);
    CHECK(stage.times(1, What::Stopped) == Times{23h + 58min});
    CHECK_FALSE(stage.view(1)->demoted); // 23:55 in all, not 24 h yet
}

TEST_CASE("a restart costs a restricted app on screen none of its sessions") { // limits.md §3.3, §5; §12.5
    Stage stage;
    stage.change([](Device& d) { d.plugged = false, d.charging.reset(); });
    stage.see(mail, true);
    stage.event(BucketForced{.app = mail, .bucket = Bucket::Restricted});
    stage.schedule(stage.job(1));
    stage.until(1min);
    REQUIRE(stage.runs(1));
    stage.restart();
    stage.until(30min);
    CHECK(stage.times(1, Trace::What::Started).size() == 2);
    const QuotaView quota = stage.core->apps(stage.clock()).front().quota;
    CHECK(quota.used == Duration{0});
    CHECK(quota.comesBack.empty()); // not even a session of no length
}

TEST_CASE("runs of a former daemon are told apart from new ones") { // jobs.md §4.2
    Stage stage;
    stage.schedule(stage.transfer(1));
    const RunId before = stage.run(1);
    stage.restart();
    CHECK(stage.run(1) != before);
    stage.event(JobFinished{mail, before, false, {}});
    CHECK(stage.runs(1));
}

TEST_CASE("the 151st distinct job is refused, a replacement never") { // §2.4, §11 example 12
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    for (int id = 1; id <= 150; ++id)
        CHECK_FALSE(stage.schedule(stage.transfer(id)).error);
    CHECK(stage.schedule(stage.transfer(151)).error->code == Errc::ILLEGAL_STATE);
    CHECK_FALSE(stage.schedule(stage.transfer(7)).error);
}

TEST_CASE("a 251st persisted call within a minute is an error for a debuggable app alone") { // §2.4, §11 example 13
    for (const bool debuggable : {false, true}) {
        CAPTURE(debuggable);
        Stage stage;
        Manifest manifest = Stage::manifestOf(mail);
        manifest.debuggable = debuggable;
        stage.install(manifest);
        const auto persisted = stage.transfer(7).setPersisted(true);
        for (int n = 0; n < 250; ++n)
            REQUIRE_FALSE(stage.schedule(persisted).error);
        const Reply next = stage.schedule(persisted);
        CHECK(next.error.has_value() == debuggable);
        if (debuggable) CHECK(next.error->code == Errc::LIMIT_EXCEEDED);
        CHECK_FALSE(stage.schedule(stage.transfer(8)).error); // not persisted: not limited
        stage.until(61s);
        CHECK_FALSE(stage.schedule(persisted).error);
    }
}

TEST_CASE("jobs of the work layer are handed over at any rate") { // §2.4, rate
    Stage stage;
    Manifest manifest = Stage::manifestOf(mail);
    manifest.debuggable = true; // it would be told
    stage.install(manifest);
    for (int n = 0; n < 300; ++n) {
        const auto persisted = stage.job(n % 100 + 1).setPersisted(true);
        REQUIRE_FALSE(stage.schedule(persisted, true, std::string(workNamespace)).error);
    }
}

TEST_CASE("a manifest that does not allow the job is named, in the order of the spec") { // §2.2
    Stage stage;
    CHECK(stage.schedule(JobInfo::Builder(1, "Nothing")).error->message.find("unknown service") == 0);
    CHECK(stage.schedule(JobInfo::Builder(1, {"com.example.other", "Jobs"})).error->code == Errc::ILLEGAL_ARGUMENT);
    Manifest manifest = Stage::manifestOf(mail);
    manifest.permissions.erase(std::string(receiveBootCompleted));
    stage.install(manifest);
    CHECK(stage.schedule(stage.job(1).setPersisted(true)).error->message.find("RECEIVE_BOOT_COMPLETED") !=
          std::string::npos);
    manifest.services["Jobs"].permission.clear();
    stage.install(manifest);
    CHECK(stage.schedule(stage.job(1)).error->message.find("BIND_JOB_SERVICE") != std::string::npos);
}

TEST_CASE("a new id is one that no job of the app has") { // architecture.md, wire
    Stage stage;
    const auto add = [&] {
        return stage.ask(Schedule{.call = {1}, .app = mail, .info = *stage.job(0).build(), .newId = true}).id.value;
    };
    stage.schedule(stage.job(2));
    CHECK(add() == 1);
    CHECK(add() == 3);
    stage.finish(1, false);
    CHECK(add() == 4);
}

TEST_CASE("an app that is removed takes its jobs with it; one whose service is gone keeps them, waiting") { // §7.4
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(1));
    stage.change([](Device& d) { d.network = Stage::wifi(); });
    stage.finish(1, true);
    Manifest manifest = Stage::manifestOf(mail);
    manifest.services.clear();
    stage.install(manifest);
    stage.until(2min);
    CHECK(stage.why(1) == std::vector{PENDING_JOB_REASON_APP});
    stage.event(AppUninstalled{mail});
    CHECK_FALSE(stage.view(1).has_value());
}

TEST_CASE(
    "what takes the place of a job that outlives the boot is to survive a power loss, too") { // jobs.md §7.1, Stint
    Stage stage;
    stage.change([](Device& d) { d.plugged = false, d.charging.reset(); });
    std::vector<bool> durable;
    stage.steps = [&](const Step& step) {
        for (const Record& record : step.records)
            if (std::holds_alternative<SaveJob>(record)) durable.push_back(outlivesBoot(record));
    };
    stage.schedule(stage.job(1).setRequiresCharging(true));
    stage.schedule(stage.job(1).setRequiresCharging(true).setPersisted(true));
    stage.schedule(stage.job(1).setRequiresCharging(true)); // else the one before it would be back after a power loss
    stage.schedule(stage.job(1).setRequiresCharging(true));
    CHECK(durable == std::vector{false, true, true, false});
}
