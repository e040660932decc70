// Work items, abandoned runs and foreground services, as an app meets them (jobs.md §2.5, §4.2, §5.5).
#include <doctest/doctest.h>

#include <thread>

#include "base/result/errors.hpp"
#include "client/hosted_app.hpp"
#include "stint/job_scheduler.hpp"

using namespace stint;

namespace {

/// A service that keeps nothing but what the test has it keep.
struct Forgetful : JobService {
    std::function<bool(JobParameters)> start = [](JobParameters) { return true; };
    bool onStartJob(JobParameters params) override { return start(std::move(params)); }
    bool onStopJob(JobParameters) override { return true; }
};

template <class Service> struct WorkWorld : HostedApp<Service> {
    bool start(std::uint64_t run) {
        wire::RunParameters params;
        params.id = 7;
        return HostedApp<Service>::start(run, params).value();
    }
    /// The answer to dequeueWork from now on; nullopt: no item is left.
    void hands(std::optional<WorkItem> item) {
        this->daemon.on("DequeueWork", [item](wire::Reader&, wire::Writer& writer) {
            writer.openArray("a{sv}");
            if (item) wire::writeWork(writer, *item);
            writer.close();
            return Result<void>();
        });
    }
};

WorkItem itemOf(std::uint64_t id) {
    WorkItem item{.id = id, .estimatedDown = 5_MiB, .deliveries = 2};
    item.extras.putString("name", "photo");
    return item;
}

void answerDone(FakeDaemon& daemon, const std::string& member) {
    daemon.on(member, [](wire::Reader&, wire::Writer&) { return Result<void>(); });
}

} // namespace

TEST_CASE("an item of work is told with its job, in the handle's namespace") { // jobs.md §2.5
    FakeDaemon daemon;
    Connection connection = Connection::open().value();
    std::optional<WorkItem> got;
    std::string space;
    daemon.on("Enqueue", [&](wire::Reader& reader, wire::Writer& writer) -> Result<void> {
        const JobInfo job = STINT_TRY(wire::readJob(reader));
        CHECK(job.getId() == JobId(7));
        got = STINT_TRY(wire::readWork(reader));
        space = STINT_TRY(reader.string());
        writer.int32(1).int32(7);
        return {};
    });
    const JobInfo job = JobInfo::Builder(7, "Jobs").setRequiredNetworkType(1).build().value();
    const JobWorkItem work = JobWorkItem::Builder()
                                 .setExtras(PersistableBundle().putString("name", "photo"))
                                 .setEstimatedNetworkBytes(5_MiB)
                                 .setMinimumNetworkChunkBytes(1_MiB)
                                 .build()
                                 .value();
    CHECK(work.getDeliveryCount() == 0);
    JobScheduler scheduler = JobScheduler(connection).forNamespace("sync").value();
    CHECK(scheduler.enqueue(job, work).value() == JobScheduler::RESULT_SUCCESS);
    REQUIRE(got);
    CHECK(got->extras.getString("name") == "photo");
    CHECK(got->estimatedDown == 5_MiB);
    CHECK(got->minimumChunk == 1_MiB);
    CHECK(space == "sync");
}

TEST_CASE("an item that can never be right is refused where it is built") { // jobs.md §1.2 V3, V4; §12.9
    const auto refused = [](const JobWorkItem::Builder& builder) {
        const auto built = builder.build();
        return !built.ok() && built.error().code == Errc::ILLEGAL_ARGUMENT;
    };
    CHECK(!refused(JobWorkItem::Builder()));
    CHECK(refused(JobWorkItem::Builder().setEstimatedNetworkBytes(-2)));
    CHECK(refused(JobWorkItem::Builder().setEstimatedNetworkBytes(5, -2)));
    CHECK(refused(JobWorkItem::Builder().setMinimumNetworkChunkBytes(0)));
    CHECK(refused(JobWorkItem::Builder().setEstimatedNetworkBytes(5).setMinimumNetworkChunkBytes(6)));
    CHECK(!refused(JobWorkItem::Builder().setEstimatedNetworkBytes(5, 1).setMinimumNetworkChunkBytes(6)));
    CHECK(!refused(JobWorkItem::Builder().setMinimumNetworkChunkBytes(6)));
    CHECK(refused(JobWorkItem::Builder().setExtras(PersistableBundle().putString("k", std::string(64 * 1024, 'x')))));
}

TEST_CASE("work is dequeued, completed, and its end is the job's") { // jobs.md §2.5
    WorkWorld<RecordedService> world;
    answerDone(world.daemon, "CompleteWork");
    REQUIRE(world.start(1));
    const JobParameters params = world.service.last;
    world.hands(itemOf(4));
    const auto item = params.dequeueWork().value();
    REQUIRE(item);
    CHECK(item->getWorkId() == 4);
    CHECK(item->getDeliveryCount() == 2);
    CHECK(item->getExtras().getString("name") == "photo");
    CHECK(item->getEstimatedNetworkDownloadBytes() == 5_MiB);
    CHECK(item->getEstimatedNetworkUploadBytes() == NETWORK_BYTES_UNKNOWN);

    world.hands(std::nullopt);
    CHECK(!params.dequeueWork().value()); // one is still being worked on: the run goes on
    REQUIRE(params.completeWork(*item).ok());
    CHECK(!params.dequeueWork().value()); // and now it is over
    world.service.jobFinished(params, true);
    for (const char* line :
         {"DequeueWork run=1", "DequeueWork run=1", "CompleteWork run=1 item=4", "DequeueWork run=1"})
        CHECK(world.daemon.heard() == line);
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("progress that was not told yet is told before the work that may end the run") { // jobs.md §4.7
    WorkWorld<RecordedService> world;
    REQUIRE(world.start(1));
    world.hands(std::nullopt);
    world.service.updateTransferredNetworkBytes(world.service.last, 1, 0);
    world.service.updateTransferredNetworkBytes(world.service.last, 2, 0);
    CHECK(!world.service.last.dequeueWork().value());
    CHECK(world.daemon.heard() == "UpdateTransferredNetworkBytes run=1 1 0");
    CHECK(world.daemon.heard() == "UpdateTransferredNetworkBytes run=1 2 0");
    CHECK(world.daemon.heard() == "DequeueWork run=1");
}

TEST_CASE("what the daemon says against a late callback reaches the app") { // jobs.md §4.2
    WorkWorld<RecordedService> world;
    REQUIRE(world.start(1));
    const auto refuse = [](wire::Reader&, wire::Writer&) { return Result<void>(Error{Errc::SECURITY, "over"}); };
    world.daemon.on("DequeueWork", refuse);
    world.daemon.on("CompleteWork", refuse);
    CHECK(world.service.last.dequeueWork().error().code == Errc::SECURITY);
    CHECK(world.service.last.completeWork(JobWorkItem::Builder().build().value()).error().code == Errc::SECURITY);
    CHECK(JobParameters().dequeueWork().error().code == Errc::SECURITY);
}

TEST_CASE("a run whose last parameters are gone is abandoned, once") { // jobs.md §4.2
    WorkWorld<Forgetful> world;
    std::optional<JobParameters> kept;
    world.service.start = [&](JobParameters params) {
        kept = std::move(params);
        return true;
    };
    REQUIRE(world.start(1));
    CHECK(world.daemon.heardNothing());
    auto copy = kept;
    kept.reset();
    REQUIRE(world.connection.dispatch().ok());
    CHECK(world.daemon.heardNothing()); // a copy is left
    std::thread([&] { copy.reset(); }).join();
    CHECK(world.daemon.dispatchUntil(world.connection, [&] { return !world.daemon.heardNothing(); }));
    CHECK(world.daemon.heard() == "Abandoned run=1");
    // A callback hands parameters out again, and they are lost again.
    world.daemon.tell("NotificationAction", [](wire::Writer& writer) { writer.uint64(1).string("other"); });
    world.daemon.answerOf(world.connection, world.daemon.stopJob(1, STOP_REASON_TIMEOUT)).value();
    REQUIRE(world.connection.dispatch().ok());
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("a service that never kept its parameters abandons the run as it starts") { // jobs.md §4.2
    WorkWorld<Forgetful> world;
    REQUIRE(world.start(1));
    CHECK(world.daemon.heard() == "Abandoned run=1");
    world.service.start = [](JobParameters) { return false; };
    CHECK_FALSE(world.start(2));
    REQUIRE(world.connection.dispatch().ok());
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("parameters that go after the end of their run abandon nothing") { // jobs.md §4.2
    WorkWorld<Forgetful> world;
    std::optional<JobParameters> kept;
    world.service.start = [&](JobParameters params) {
        kept = std::move(params);
        return true;
    };
    REQUIRE(world.start(1));
    world.service.jobFinished(*kept, false);
    CHECK(world.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=");
    kept.reset();
    REQUIRE(world.connection.dispatch().ok());
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("a foreground service is begun and ended by its name") { // jobs.md §5.5
    WorkWorld<RecordedService> world;
    const Notification shown = Notification::Builder("default").setSmallIcon("note").build();
    world.daemon.on("StartForegroundService", [](wire::Reader&, wire::Writer&) {
        return Result<void>(Error{Errc::ILLEGAL_STATE, "ForegroundServiceStartNotAllowed: not visible"});
    });
    CHECK(world.connection.startForegroundService("Player", 4, shown).error().code == Errc::ILLEGAL_STATE);
    answerDone(world.daemon, "StartForegroundService");
    answerDone(world.daemon, "StopForegroundService");
    CHECK(world.connection.startForegroundService("Player", 4, shown).ok());
    CHECK(world.connection.stopForegroundService("Player").ok());
    for (const char* line :
         {"StartForegroundService Player", "StartForegroundService Player", "StopForegroundService Player"})
        CHECK(world.daemon.heard() == line);
}

TEST_CASE("notifications of a service are taken back one by one, and the last one ends it") { // jobs.md §5.5
    WorkWorld<RecordedService> world;
    const Notification shown = Notification::Builder("default").setSmallIcon("note").build();
    answerDone(world.daemon, "StartForegroundService");
    answerDone(world.daemon, "StopForegroundService");
    for (const std::int32_t id : {4, 5})
        REQUIRE(world.connection.startForegroundService("Player", id, shown).ok());
    for (const std::int32_t id : {4, 5})
        REQUIRE(world.connection.stopForegroundService("Player", id).ok());
    for (const char* line : {"StartForegroundService Player", "StartForegroundService Player",
                             "StopForegroundService Player 4", "StopForegroundService Player"})
        CHECK(world.daemon.heard() == line);
}

TEST_CASE("a press reaches the one who listens to that service, as long as it runs here") { // jobs.md §5.5
    WorkWorld<RecordedService> world;
    answerDone(world.daemon, "StartForegroundService");
    answerDone(world.daemon, "StopForegroundService");
    Lines heard;
    const auto listen = [&](const std::string& mark) {
        world.connection.onForegroundServiceAction("Player", [&heard, mark](std::int32_t id, const std::string& key) {
            heard.push_back(fmt::format("{}{} {}", mark, id, key));
        });
    };
    std::uint64_t run = 0;
    const auto press = [&](const std::string& service, std::int32_t id) {
        world.daemon.tell("ForegroundServiceAction",
                          [&](wire::Writer& writer) { writer.string(service).int32(id).string("pause"); });
        REQUIRE(world.start(++run)); // comes after the press
    };
    const Notification shown = Notification::Builder("default").setSmallIcon("note").build();
    listen("");
    press("Player", 4); // not begun yet
    REQUIRE(world.connection.startForegroundService("Player", 4, shown).ok());
    press("Player", 4);
    press("Player", 5); // shown by nobody here
    press("Other", 4);
    CHECK(heard == Lines{"4 pause"});
    listen("later ");
    press("Player", 4);
    CHECK(heard == Lines{"4 pause", "later 4 pause"});
    world.connection.onForegroundServiceAction("Player", {});
    press("Player", 4);
    CHECK(heard.size() == 2);
}

TEST_CASE(
    "the bytes of an item of work are told of it alone, the last of them before it is completed") { // jobs.md §4.7
    WorkWorld<RecordedService> world;
    answerDone(world.daemon, "CompleteWork");
    REQUIRE(world.start(1));
    const JobParameters params = world.service.last;
    world.hands(itemOf(4));
    const auto item = params.dequeueWork().value();
    REQUIRE(item);
    world.service.updateEstimatedNetworkBytes(params, *item, 100, NETWORK_BYTES_UNKNOWN);
    world.service.updateTransferredNetworkBytes(params, *item, 10, 0);
    world.service.updateTransferredNetworkBytes(params, *item, 90, 0); // too soon after the one before
    world.service.updateTransferredNetworkBytes(params, 90, 0);        // the run's own
    REQUIRE(params.completeWork(*item).ok());
    world.service.updateTransferredNetworkBytes(params, *item, 100, 0); // completed: nothing more is said of it
    for (const char* line :
         {"DequeueWork run=1", "UpdateWorkEstimatedNetworkBytes run=1 item=4 100 -1",
          "UpdateWorkTransferredNetworkBytes run=1 item=4 10 0", "UpdateTransferredNetworkBytes run=1 90 0",
          "UpdateWorkTransferredNetworkBytes run=1 item=4 90 0", "CompleteWork run=1 item=4"})
        CHECK(world.daemon.heard() == line);
    CHECK(world.daemon.heardNothing());
}

TEST_CASE("a notification channel is created and deleted by its id") { // jobs.md §5.1, §5.3
    WorkWorld<Forgetful> world;
    answerDone(world.daemon, "CreateNotificationChannel");
    CHECK(world.connection.createNotificationChannel("sync", "Synchronisation").ok());
    CHECK(world.connection.createNotificationChannel("news", "News", "high").ok());
    world.daemon.on("DeleteNotificationChannel", [](wire::Reader&, wire::Writer&) {
        return Result<void>(Error{Errc::SECURITY, "a user-initiated job shows something by it"});
    });
    CHECK(world.connection.deleteNotificationChannel("sync").error().code == Errc::SECURITY);
    for (const char* line : {"CreateNotificationChannel sync Synchronisation default",
                             "CreateNotificationChannel news News high", "DeleteNotificationChannel sync"})
        CHECK(world.daemon.heard() == line);
}
