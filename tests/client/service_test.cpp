#include <doctest/doctest.h>

#include <poll.h>

#include "base/time/time.hpp"
#include "client/hosted_app.hpp"
#include "stint/job_scheduler.hpp"

using namespace stint;

namespace {

wire::RunParameters params(std::int32_t id) {
    wire::RunParameters made;
    made.id = id;
    return made;
}

Notification notification(std::string title) {
    return Notification::Builder("default").setSmallIcon("icon").setContentTitle(std::move(title)).build();
}

} // namespace

TEST_CASE("a run's parameters arrive with all that the job was given") { // jobs.md §4.7
    HostedApp<> world;
    wire::RunParameters given = params(7);
    given.space = "sync";
    given.extras.putString("url", "http://example.com");
    given.clip = ClipData{{{.path = "/tmp/file", .file = nullptr}}};
    given.clipGrantFlags = ClipData::FLAG_GRANT_READ_URI_PERMISSION;
    given.userInitiated = true;
    given.expedited = true;
    given.overdue = true;
    given.transientExtras.putInt("n", 1);
    given.triggeredUris = {"/in/a"};
    given.triggeredAuthorities = {"file"};
    given.ended = {{{AppId("a"), "", JobId(3)}, "first", 3, "exit code 3", "/a"}};
    given.network = Network{.capabilities = {NET_CAPABILITY_INTERNET},
                            .transports = {TRANSPORT_WIFI},
                            .downstream = 1000,
                            .upstream = 100,
                            .interface = "wlan0"};
    CHECK(world.start(1, given).value() == true);
    const JobParameters& got = world.service.last;
    CHECK(got.getJobId() == JobId(7));
    CHECK(got.getJobNamespace() == "sync");
    CHECK(got.getExtras().getString("url") == "http://example.com");
    CHECK(got.getClipData()->items.at(0).path == "/tmp/file");
    CHECK(got.getClipGrantFlags() == ClipData::FLAG_GRANT_READ_URI_PERMISSION);
    CHECK(got.isUserInitiatedJob());
    CHECK(got.isExpeditedJob());
    CHECK(got.isOverrideDeadlineExpired());
    CHECK(got.getTransientExtras().getInt("n") == 1);
    CHECK(got.getTriggeredContentUris() == std::vector<std::string>{"/in/a"});
    CHECK(got.getTriggeredContentAuthorities() == std::vector<std::string>{"file"});
    CHECK(got.getNetwork() == given.network);
    CHECK(got.getStopReason() == STOP_REASON_UNDEFINED);
}

TEST_CASE("what onStartJob and onStopJob return is the daemon's answer") { // jobs.md §4.2
    HostedApp<> world;
    for (const bool answer : {true, false}) {
        world.service.start = [answer](const JobParameters&) { return answer; };
        CHECK(world.start(answer ? 1 : 2, params(7)).value() == answer);
    }
    world.service.stop = [](const JobParameters&) { return false; };
    CHECK(world.stop(1, STOP_REASON_CONSTRAINT_CONNECTIVITY).value() == false);
    CHECK(world.service.calls == Lines{"start 7", "start 7", "stop 7 CONSTRAINT_CONNECTIVITY"});
}

TEST_CASE("jobFinished tells the daemon whether to try again, and what came of it") { // jobs.md §4.2
    HostedApp<> world;
    REQUIRE(world.start(1, params(7)).value());
    world.service.jobFinished(world.service.last, true, {66, "no such file"});
    CHECK(world.daemon.heard() == "JobFinished run=1 again=1 exit=66 text=no such file");
}

TEST_CASE("a run that is over hears and says nothing more") { // jobs.md §4.2
    HostedApp<> world;
    REQUIRE(world.start(1, params(7)).value());
    const JobParameters over = world.service.last;
    SUBCASE("after jobFinished") {
        world.service.jobFinished(over, false);
        CHECK(world.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=");
    }
    SUBCASE("after onStopJob") { CHECK(world.stop(1, STOP_REASON_TIMEOUT).value()); }
    SUBCASE("after onStartJob answered false") {
        world.service.start = [](const JobParameters&) { return false; };
        CHECK_FALSE(world.start(2, params(8)).value());
        world.service.jobFinished(world.service.last, true);
        world.service.jobFinished(over, false);
        CHECK(world.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=");
    }
    const auto calls = world.service.calls;
    world.service.jobFinished(over, true);
    world.service.updateTransferredNetworkBytes(over, 1, 1);
    world.service.updateEstimatedNetworkBytes(over, 1, 1);
    CHECK(world.service.setNotification(over, 1, notification("late"), JOB_END_NOTIFICATION_POLICY_REMOVE).ok());
    const auto answer = world.stop(1, STOP_REASON_USER);
    REQUIRE(answer.ok()); // an error would be the end of the process, with all of its jobs
    CHECK_FALSE(*answer);
    CHECK(world.daemon.heardNothing());
    CHECK(world.service.calls == calls);
}

TEST_CASE("jobFinished inside onStartJob reaches the daemon after the answer") { // jobs.md §4.2: legal in EXECUTING
    HostedApp<> world;
    world.service.start = [&](const JobParameters& run) {
        world.service.jobFinished(run, false, {0, "quick"});
        world.service.jobFinished(run, true, {1, "again"}); // the first word stands
        return true;
    };
    auto answer = world.daemon.startJob(1, "Jobs", params(7));
    REQUIRE(world.daemon.answerOf(world.connection, std::move(answer)).value());
    CHECK(world.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=quick");
    CHECK(world.daemon.heardNothing());

    world.service.start = [&](const JobParameters& run) {
        world.service.jobFinished(run, true);
        return false; // the answer is the end
    };
    CHECK_FALSE(world.start(2, params(7)).value());
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("jobFinished inside onStopJob comes before its answer") { // jobs.md §4.2: in STOPPING it acts as the answer
    HostedApp<> world;
    REQUIRE(world.start(1, params(7)).value());
    world.service.stop = [&](const JobParameters& run) {
        world.service.jobFinished(run, false);
        return true;
    };
    CHECK(world.stop(1, STOP_REASON_TIMEOUT).value());
    CHECK(world.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=");
}

TEST_CASE("setNotification inside onStartJob answers what the daemon said") { // jobs.md §5.1
    HostedApp<> world;
    Result<void> posted;
    world.service.start = [&](const JobParameters& run) {
        posted = world.service.setNotification(run, 3, notification("Downloading"), JOB_END_NOTIFICATION_POLICY_REMOVE);
        return true;
    };
    REQUIRE(world.start(1, params(7)).value());
    CHECK(posted.ok());
    CHECK(world.daemon.heard() == "SetNotification run=1 id=3 title=Downloading end=1");

    world.daemon.on("SetNotification", [](wire::Reader&, wire::Writer&) {
        return Result<void>(Error{Errc::ILLEGAL_ARGUMENT, "no small icon"});
    });
    REQUIRE(world.start(2, params(7)).value());
    CHECK(posted.error() == Error{Errc::ILLEGAL_ARGUMENT, "no small icon"});
}

TEST_CASE("an update of a notification waits for no answer, but one that may be refused does") { // jobs.md §5.1
    HostedApp<> world;
    const auto show = [&](const JobParameters& run, const std::string& title, JobEndNotificationPolicy policy) {
        return world.service.setNotification(run, 3, notification(title), policy);
    };
    JobParameters kept;
    world.service.start = [&](const JobParameters& run) {
        kept = run;
        return show(run, "0 %", JOB_END_NOTIFICATION_POLICY_REMOVE).ok();
    };
    REQUIRE(world.start(1, params(7)).value());
    world.daemon.on("SetNotification", [](wire::Reader&, wire::Writer&) {
        return Result<void>(Error{Errc::ILLEGAL_ARGUMENT, "refused"});
    });
    CHECK(show(kept, "50 %", JOB_END_NOTIFICATION_POLICY_REMOVE).ok());
    CHECK_FALSE(show(kept, "51 %", JOB_END_NOTIFICATION_POLICY_DETACH).ok());
    world.service.jobFinished(kept, false);
    CHECK(world.daemon.heard() == "SetNotification run=1 id=3 title=0 % end=1");
    CHECK(world.daemon.heard() == "SetNotification run=1 id=3 title=50 % end=1");
    CHECK(world.daemon.heard() == "SetNotification run=1 id=3 title=51 % end=0");
    CHECK(world.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=");
}

TEST_CASE("a service that is hosted nowhere cannot notify") {
    RecordedService service;
    const auto posted = service.setNotification({}, 1, notification(""), JOB_END_NOTIFICATION_POLICY_DETACH);
    CHECK(posted.error().code == Errc::ILLEGAL_STATE);
    service.jobFinished({}, false);
}

TEST_CASE("a new network is in the parameters before the callback") { // jobs.md §4.7
    HostedApp<> world;
    REQUIRE(world.start(1, params(7)).value());
    world.daemon.tell("NetworkChanged", [](wire::Writer& writer) {
        writer.uint64(1);
        wire::writeNetwork(writer, Network{.interface = "eth0"});
    });
    CHECK(world.stop(1, STOP_REASON_TIMEOUT).value());
    CHECK(world.service.calls == Lines{"start 7", "network 7 eth0", "stop 7 TIMEOUT"});
    CHECK(world.service.last.getNetwork()->interface == "eth0");
}

TEST_CASE("the library's own pair of actions ends the run, and another key does nothing") { // jobs.md §5.1
    HostedApp<> world;
    std::uint64_t run = 0;
    for (const auto& [key, heard] : {std::pair{"stop", "again=0"}, std::pair{"later", "again=1"}}) {
        REQUIRE(world.start(++run, params(7)).value());
        for (const std::string& pressed : {std::string("else"), std::string(key)})
            world.daemon.tell("NotificationAction", [&](wire::Writer& writer) { writer.uint64(run).string(pressed); });
        CHECK_FALSE(world.stop(run, STOP_REASON_TIMEOUT).value()); // comes after the keys, and calls nobody
        CHECK(world.daemon.heard() == fmt::format("JobFinished run={} {} exit=0 text=", run, heard));
    }
}

TEST_CASE("progress is told at once, then at most every 200 ms, and at last before the end") { // jobs.md §4.7
    HostedApp<> world;
    REQUIRE(world.start(1, params(7)).value());
    for (Bytes moved = 1; moved <= 10000; ++moved)
        world.service.updateTransferredNetworkBytes(world.service.last, moved, 0);
    CHECK(world.daemon.heard() == "UpdateTransferredNetworkBytes run=1 1 0");
    SUBCASE("the rest waits for the loop") {
        REQUIRE(world.connection.timeout().has_value());
        CHECK(*world.connection.timeout() <= 200ms);
        CHECK(world.daemon.dispatchUntil(world.connection, [&] { return !world.daemon.heardNothing(); }));
        CHECK(world.daemon.heard().starts_with("UpdateTransferredNetworkBytes run=1 "));
    }
    SUBCASE("or for the end of the run") {
        world.service.jobFinished(world.service.last, false);
        std::string line = world.daemon.heard();
        std::string before;
        int lines = 1;
        for (; line.starts_with("Update"); ++lines)
            before = std::exchange(line, world.daemon.heard());
        CHECK(before == "UpdateTransferredNetworkBytes run=1 10000 0");
        CHECK(line == "JobFinished run=1 again=0 exit=0 text=");
        CHECK(lines < 100);
    }
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("an estimate is told") { // jobs.md §4.7
    HostedApp<> world;
    REQUIRE(world.start(1, params(7)).value());
    world.service.updateEstimatedNetworkBytes(world.service.last, 1000, NETWORK_BYTES_UNKNOWN);
    CHECK(world.daemon.heard() == "UpdateEstimatedNetworkBytes run=1 1000 -1");
}

TEST_CASE("an end with an impossible text is still an end") {
    HostedApp<> world;
    REQUIRE(world.start(1, params(7)).value());
    SUBCASE("not UTF-8") {
        world.service.jobFinished(world.service.last, true, {1, "\xff\xfe"});
        CHECK(world.daemon.heard() == "JobFinished run=1 again=1 exit=1 text=(a text that was not UTF-8)");
    }
    SUBCASE("of two megabytes") {
        world.service.jobFinished(world.service.last, true, {1, std::string(2'000'000, 'x')});
        CHECK(world.daemon.heard().size() < 5000);
    }
}

TEST_CASE("words for which the socket has no room hold nobody up, and go out with the loop") {
    HostedApp<> world;
    std::vector<JobParameters> runs;
    world.service.start = [&](const JobParameters& run) {
        runs.push_back(run);
        return true;
    };
    constexpr int many = 300;
    for (int run = 1; run <= many; ++run)
        REQUIRE(world.start(static_cast<std::uint64_t>(run), params(run)).value());
    std::promise<void> goOn;
    world.daemon.stall(goOn.get_future());
    for (const JobParameters& run : runs)
        world.service.jobFinished(run, false, {0, std::string(4000, 'x')});
    goOn.set_value();
    int ended = 0;
    CHECK(world.daemon.dispatchUntil(world.connection, [&] {
        while (!world.daemon.heardNothing())
            ended += world.daemon.heard().starts_with("JobFinished");
        return ended == many;
    }));
}

TEST_CASE("messages that a blocking call took in are dispatched though the socket is silent") { // systemd#38662
    HostedApp<> world;
    world.daemon.on("Cancel", [](wire::Reader&, wire::Writer&) { return Result<void>(); });
    // StartJob is on its way before the answer of the call.
    auto answer = world.daemon.startJob(1, "Jobs", params(7));
    CHECK(JobScheduler(world.connection).cancel(5).ok());
    CHECK(world.connection.timeout() == 0ms);
    pollfd ready{world.connection.fd(), POLLIN, 0};
    CHECK(::poll(&ready, 1, 0) == 1);
    CHECK(world.daemon.answerOf(world.connection, std::move(answer)).value());
}
