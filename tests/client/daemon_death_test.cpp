// architecture.md, running a job: what the library does when the daemon dies, and when it lets go.
#include <doctest/doctest.h>

#include "base/time/time.hpp"
#include "client/hosted_app.hpp"
#include "stint/alarm_manager.hpp"
#include "stint/job_scheduler.hpp"

#include <cstdlib>
#include <map>

using namespace stint;

namespace {

struct MortalWorld : HostedApp<> {
    void start(std::uint64_t run) { REQUIRE(HostedApp::start(run).value()); }
    bool dispatchUntil(const std::function<bool()>& done) { return daemon.dispatchUntil(connection, done); }
};

/// A process that the daemon started, as far as the library can tell.
struct StartedWorld {
    FakeDaemon daemon;
    RecordedService service;
    Connection connection = open(daemon);

    StartedWorld() { REQUIRE(connection.host("Jobs", service).ok()); }

    static Connection open(FakeDaemon& daemon) {
        ::setenv("STINT_SOCKET_FD", std::to_string(daemon.startedSocket().release()).c_str(), 1);
        return Connection::open().value();
    }
};

} // namespace

TEST_CASE("the daemon's death is told to each running job, and the services are hosted anew") {
    MortalWorld world;
    world.start(1);
    world.start(2);
    world.daemon.die();
    CHECK(world.dispatchUntil([&] { return world.service.calls.size() == 4; }));
    CHECK(world.service.calls == Lines{"start 0", "start 0", "stop 0 UNDEFINED", "stop 0 UNDEFINED"});
    REQUIRE(world.connection.timeout().has_value());
    CHECK(*world.connection.timeout() <= 100ms);

    world.daemon.revive();
    CHECK(world.dispatchUntil([&] { return !world.daemon.heardNothing(); }));
    CHECK(world.daemon.heard() == "Host Jobs");
    world.start(1);
    CHECK(world.connection.timeout() == std::nullopt);
}

TEST_CASE("a late word on a run of the dead daemon does not reach the next one") {
    MortalWorld world;
    world.start(1);
    const JobParameters old = world.service.last;
    world.daemon.die();
    world.daemon.revive();
    CHECK(world.dispatchUntil([&] { return !world.daemon.heardNothing(); }));
    CHECK(world.daemon.heard() == "Host Jobs");
    world.start(1); // the next daemon counts from the start as well
    world.service.jobFinished(old, false);
    world.service.updateTransferredNetworkBytes(old, 1, 1);
    CHECK(world.daemon.heardNothing());
    world.service.jobFinished(world.service.last, false);
    CHECK(world.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=");
}

TEST_CASE("a job that finished while nobody listened is not stopped as well") {
    MortalWorld world;
    world.start(1);
    world.daemon.die();
    world.service.jobFinished(world.service.last, false);
    CHECK(world.connection.dispatch().value());
    CHECK(world.service.calls == Lines{"start 0"});
}

TEST_CASE("the services are hosted anew only once the callbacks have returned") {
    MortalWorld world;
    world.service.start = [&](const JobParameters& run) {
        world.daemon.die();
        world.daemon.revive();
        const auto posted = world.service.setNotification(run, 1, Notification::Builder("default").build(),
                                                          JOB_END_NOTIFICATION_POLICY_DETACH);
        CHECK(posted.error().code == Errc::UNAVAILABLE);
        // A call of one's own may use the new daemon at once.
        CHECK(JobScheduler(world.connection).canRunUserInitiatedJobs().error().code == Errc::BUSY);
        CHECK(world.daemon.heard() == "CanRunUserInitiatedJobs");
        CHECK(world.daemon.heardNothing());
        return true; // an answer that comes too late
    };
    world.daemon.on("CanRunUserInitiatedJobs", [](wire::Reader&, wire::Writer&) {
        return Result<void>(Error{Errc::BUSY, "not now"});
    });
    [[maybe_unused]] const auto answer = world.daemon.startJob(1, "Jobs");
    CHECK(world.dispatchUntil([&] { return !world.service.calls.empty() && !world.daemon.heardNothing(); }));
    CHECK(world.daemon.heard() == "Host Jobs");
    CHECK(world.service.calls == Lines{"start 0", "stop 0 UNDEFINED"});
}

TEST_CASE("a call that meets a dead line is made over a new one") {
    FakeDaemon daemon;
    auto connection = Connection::open().value();
    CHECK(connection.package().ok());
    daemon.on("CancelInAllNamespaces", [](wire::Reader&, wire::Writer&) { return Result<void>(); });
    JobScheduler scheduler(connection);
    CHECK(scheduler.cancelInAllNamespaces().ok());
    daemon.die();
    CHECK(scheduler.cancelInAllNamespaces().error().code == Errc::UNAVAILABLE);
    daemon.revive();
    CHECK(scheduler.cancelInAllNamespaces().ok());
    daemon.die();
    daemon.revive();
    CHECK(scheduler.cancelInAllNamespaces().ok());
}

TEST_CASE("a call that the daemon died of is not made again") {
    FakeDaemon daemon;
    std::atomic<int> times = 0;
    auto connection = Connection::open().value();
    CHECK(connection.package().ok());
    daemon.onThenBreak("CancelInAllNamespaces", times);
    CHECK(JobScheduler(connection).cancelInAllNamespaces().error().code == Errc::UNAVAILABLE);
    CHECK(times == 1);
}

TEST_CASE("a question that the daemon died of is asked again, of whoever is there then") { // linux.md §A.10
    FakeDaemon daemon;
    auto connection = Connection::open().value();
    CHECK(connection.package().ok());
    JobScheduler jobs(connection);
    AlarmManager alarms(connection);
    const std::map<std::string, std::function<bool()>> questions{
        {"GetPendingJob", [&] { return jobs.getPendingJob(JobId(1)).ok(); }},
        {"GetAllPendingJobs", [&] { return jobs.getAllPendingJobs().ok(); }},
        {"GetPendingJobsInAllNamespaces", [&] { return jobs.getPendingJobsInAllNamespaces().ok(); }},
        {"GetPendingJobReasons", [&] { return jobs.getPendingJobReasons(JobId(1)).ok(); }},
        {"GetPendingJobReasonsHistory", [&] { return jobs.getPendingJobReasonsHistory(JobId(1)).ok(); }},
        {"CanRunUserInitiatedJobs", [&] { return jobs.canRunUserInitiatedJobs().ok(); }},
        {"CanScheduleExactAlarms", [&] { return alarms.canScheduleExactAlarms().ok(); }},
        {"GetNextAlarmClock", [&] { return alarms.getNextAlarmClock().ok(); }},
        {"GetStanding", [&] { return connection.isNetworkBlocked().ok(); }}};
    for (const auto& [member, asks] : questions) {
        CAPTURE(member);
        std::atomic<int> times = 0;
        daemon.onThenBreak(member, times);
        CHECK_FALSE(asks());
        CHECK(times == 4); // bounded
    }
    std::atomic<int> times = 0;
    daemon.onThenBreak("CanRunUserInitiatedJobs", times, [](wire::Reader&, wire::Writer& writer) {
        writer.boolean(true);
        return Result<void>();
    });
    CHECK(jobs.canRunUserInitiatedJobs().value());
    CHECK(times == 2);
}

TEST_CASE("an app that hosts nothing sleeps through the daemon's death") {
    FakeDaemon daemon;
    auto connection = Connection::open().value();
    CHECK(connection.package().ok());
    daemon.die();
    CHECK(connection.dispatch().value());
    CHECK(connection.timeout() == std::nullopt);
}

TEST_CASE("a daemon that comes back and refuses the service is an error of dispatch, once") {
    MortalWorld world;
    world.daemon.on("Host", [](wire::Reader&, wire::Writer&) { return Result<void>(Error{Errc::SECURITY, "gone"}); });
    world.daemon.die();
    world.daemon.revive();
    CHECK_FALSE(world.dispatchUntil([] { return false; }));
    CHECK(world.connection.dispatch().value());
    CHECK(world.connection.timeout() == std::nullopt);
}

TEST_CASE("a process that the daemon started ends with it") {
    StartedWorld world;
    REQUIRE(world.daemon.answerOf(world.connection, world.daemon.startJob(1, "Jobs")).value());
    world.daemon.die();
    CHECK(JobService::run(world.connection) == 69);
    CHECK(JobScheduler(world.connection).cancelAll().error().code == Errc::UNAVAILABLE);
    CHECK(world.service.calls == Lines{"start 0"});
}

TEST_CASE("a process that is needed no more ends well") {
    StartedWorld world;
    SUBCASE("and the daemon stays") { world.daemon.unbind(); }
    SUBCASE("and the daemon closes the line behind it") {
        world.daemon.unbind();
        world.daemon.die();
    }
    CHECK(JobService::run(world.connection) == 0);
}

TEST_CASE("the variable of the inherited socket is not left for a child") {
    const StartedWorld world;
    CHECK(std::getenv("STINT_SOCKET_FD") == nullptr);
}

TEST_CASE("foreground services are begun anew under the next daemon, before anything else is said") { // jobs.md §5.5
    MortalWorld world;
    for (const char* member : {"StartForegroundService", "StopForegroundService", "CanRunUserInitiatedJobs"})
        world.daemon.on(member, [member](wire::Reader&, wire::Writer& writer) {
            if (std::string_view(member) == "CanRunUserInitiatedJobs") writer.boolean(true);
            return Result<void>();
        });
    const auto shown = Notification::Builder("default").setSmallIcon("note").build();
    REQUIRE(world.connection.startForegroundService("Player", 4, shown).ok());
    REQUIRE(world.connection.startForegroundService("Radio", 5, shown).ok());
    REQUIRE(world.connection.stopForegroundService("Radio").ok());
    for (const char* said : {"Start", "Start", "Stop"})
        REQUIRE(world.daemon.heard().starts_with(said));

    SUBCASE("by dispatch") {
        world.daemon.die();
        world.daemon.revive();
        CHECK(world.dispatchUntil([&] { return !world.daemon.heardNothing(); }));
        CHECK(world.daemon.heard() == "StartForegroundService Player again");
        CHECK(world.daemon.heard() == "Host Jobs");
    }
    SUBCASE("by the first call") {
        world.daemon.die();
        world.daemon.revive();
        JobScheduler scheduler(world.connection);
        CHECK(scheduler.canRunUserInitiatedJobs().value());
        CHECK(world.daemon.heard() == "StartForegroundService Player again");
        CHECK(world.daemon.heard() == "CanRunUserInitiatedJobs");
    }
    SUBCASE("one that is refused is given up") {
        world.daemon.on("StartForegroundService", [](wire::Reader&, wire::Writer&) {
            return Result<void>(Error{Errc::ILLEGAL_STATE, "ForegroundServiceStartNotAllowed: not visible"});
        });
        const auto next = [&] {
            world.daemon.die();
            world.daemon.revive();
            CHECK(world.dispatchUntil([&] { return !world.daemon.heardNothing(); }));
            return world.daemon.heard();
        };
        CHECK(next() == "StartForegroundService Player again");
        CHECK(world.daemon.heard() == "Host Jobs");
        CHECK(next() == "Host Jobs");
    }
}
