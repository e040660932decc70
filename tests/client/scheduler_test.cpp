#include <doctest/doctest.h>

#include <limits>

#include "base/result/errors.hpp"
#include "client/fake_daemon.hpp"
#include "client/recorded_service.hpp"
#include "contract/model/event.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"
#include "stint/job_scheduler.hpp"

using namespace stint;

namespace {

JobInfo job(std::int32_t id) {
    return JobInfo::Builder(id, "Jobs").setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY).build().value();
}

struct Asked {
    std::optional<JobInfo> job;
    std::string space;
    std::optional<bool> newId;
};

/// Answers Schedule with `result` and `id`, and keeps what was asked.
FakeDaemon::Answer scheduling(Asked& asked, std::int32_t result, std::int32_t id) {
    return [&asked, result, id](wire::Reader& reader, wire::Writer& writer) -> Result<void> {
        asked.job = STINT_TRY(wire::readJob(reader));
        asked.space = STINT_TRY(reader.string());
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        STINT_TRY(options.take("newId", asked.newId).read(reader));
        writer.int32(result).int32(id);
        return {};
    };
}

} // namespace

TEST_CASE("schedule answers success, and the job arrives as it was built") { // jobs.md §2.1
    FakeDaemon daemon;
    Asked asked;
    daemon.on("Schedule", scheduling(asked, JobScheduler::RESULT_SUCCESS, 7));
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    CHECK(scheduler.schedule(job(7)).value() == JobScheduler::RESULT_SUCCESS);
    CHECK(asked.job == job(7));
    CHECK(asked.space.empty());
    CHECK_FALSE(asked.newId.has_value());
}

TEST_CASE("schedule answers failure without an error where the app is in no allowed state") { // jobs.md §2.3
    FakeDaemon daemon;
    Asked asked;
    daemon.on("Schedule", scheduling(asked, JobScheduler::RESULT_FAILURE, 7));
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    CHECK(scheduler.schedule(job(7)).value() == JobScheduler::RESULT_FAILURE);
    CHECK(scheduler.scheduleNew(job(7)).error().code == Errc::REFUSED);
}

TEST_CASE("a failure of the daemon's says why, and stays a number") { // jobs.md §2.3
    FakeDaemon daemon;
    bool asked = false;
    const auto refuse = [&](wire::Reader& reader, wire::Writer&) -> Result<void> {
        STINT_TRY(wire::readJob(reader));
        STINT_TRY(reader.string());
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        STINT_TRY(options.take("refusalIsError", asked).read(reader));
        return fail(Errc::REFUSED, "nobody looks");
    };
    daemon.on("Schedule", refuse);
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    const ScheduleResult result = scheduler.schedule(job(7)).value();
    CHECK(asked);
    CHECK(result == JobScheduler::RESULT_FAILURE);
    CHECK(result.getReason() == "nobody looks");
    CHECK(scheduler.scheduleNew(job(7)).error() == Error{Errc::REFUSED, "nobody looks"});
    daemon.on("Enqueue", [](wire::Reader&, wire::Writer&) { return Result<void>(fail(Errc::REFUSED, "nor here")); });
    CHECK(scheduler.enqueue(job(7), JobWorkItem()).value().getReason() == "nor here");
    daemon.on("Schedule", [](wire::Reader&, wire::Writer&) { return Result<void>(fail(Errc::SECURITY, "no")); });
    CHECK(scheduler.schedule(job(7)).error().code == Errc::SECURITY); // what is thrown on Android is no number
}

TEST_CASE("scheduleAll hands over its jobs and their places in one call") { // jobs.md §2.7
    FakeDaemon daemon;
    std::vector<JobOfList> asked;
    std::string space;
    const auto answer = [&](Result<void> said) {
        return [&, said](wire::Reader& reader, wire::Writer& writer) -> Result<void> {
            asked = STINT_TRY(wire::readJobs(reader));
            space = STINT_TRY(reader.string());
            writer.int32(JobScheduler::RESULT_SUCCESS).openArray("i").int32(7).int32(8).int32(9).close();
            return said;
        };
    };
    daemon.on("ScheduleAll", answer({}));
    auto connection = Connection::open().value();
    JobScheduler scheduler = JobScheduler(connection).forNamespace("sync").value();
    std::vector<ListedJob> jobs{job(7), job(8), job(9)};
    const ListedJob before = jobs[1];
    jobs[1].after(0).after(2);
    jobs[2].afterFailure(std::size_t{1} << 40); // no place of any list, and not taken for one
    CHECK(before.getAfter().empty());
    CHECK(scheduler.scheduleAll(jobs).value() == JobScheduler::RESULT_SUCCESS);
    CHECK(space == "sync");
    REQUIRE(asked.size() == 3);
    CHECK(asked[0].info == job(7));
    CHECK(asked[1].after == std::vector{0, 2});
    CHECK(asked[2].afterFailure == std::vector{std::numeric_limits<std::int32_t>::max()});
    daemon.on("ScheduleAll", answer(fail(Errc::REFUSED, "job 1 of the list: nobody looks")));
    CHECK(scheduler.scheduleAll(jobs).value().getReason() == "job 1 of the list: nobody looks");
    daemon.on("ScheduleAll", answer(fail(Errc::ILLEGAL_ARGUMENT, "job 1 of the list: no")));
    CHECK(scheduler.scheduleAll(jobs).error() == Error{Errc::ILLEGAL_ARGUMENT, "job 1 of the list: no"});
}

TEST_CASE("scheduleNew asks for a new id and answers it") {
    FakeDaemon daemon;
    Asked asked;
    daemon.on("Schedule", scheduling(asked, JobScheduler::RESULT_SUCCESS, 12));
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    CHECK(scheduler.scheduleNew(job(0)).value() == JobId(12));
    CHECK(asked.newId == true);
}

TEST_CASE("each kind of error the daemon answers is told apart, with its sentence") { // jobs.md §2.1
    FakeDaemon daemon;
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    for (const auto& row : wire::errorNames()) {
        daemon.on("Schedule", [&](wire::Reader&, wire::Writer&) {
            return Result<void>(Error{row.code, "no, since…"});
        });
        CHECK(scheduler.scheduleNew(job(7)).error() == Error{row.code, "no, since…"});
    }
}

TEST_CASE("a namespace is a handle of its own") { // jobs.md §2.1
    FakeDaemon daemon;
    Asked asked;
    daemon.on("Schedule", scheduling(asked, JobScheduler::RESULT_SUCCESS, 7));
    auto connection = Connection::open().value();
    const JobScheduler root(connection);
    auto sync = root.forNamespace("  sync ").value();
    CHECK(sync.getNamespace() == "sync");
    CHECK(root.getNamespace() == std::nullopt);
    CHECK(sync.schedule(job(7)).ok());
    CHECK(asked.space == "sync");

    CHECK(root.forNamespace("").error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(root.forNamespace("   ").error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(root.forNamespace(std::string(1000, 'x')).ok());
    CHECK(root.forNamespace(std::string(1001, 'x')).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("cancel, cancelAll and cancelInAllNamespaces each ask for their own") { // jobs.md §2.1
    FakeDaemon daemon;
    Lines asked;
    daemon.on("Cancel", [&](wire::Reader& reader, wire::Writer&) -> Result<void> {
        const auto id = STINT_TRY(reader.int32());
        const std::string space = STINT_TRY(reader.string());
        asked.push_back(fmt::format("cancel {} in {}", id, space));
        return {};
    });
    daemon.on("CancelAll", [&](wire::Reader& reader, wire::Writer&) -> Result<void> {
        const std::string space = STINT_TRY(reader.string());
        asked.push_back(fmt::format("cancel all in {}", space));
        return {};
    });
    daemon.on("CancelInAllNamespaces", [&](wire::Reader&, wire::Writer&) {
        asked.emplace_back("cancel all everywhere");
        return Result<void>();
    });
    auto connection = Connection::open().value();
    auto sync = JobScheduler(connection).forNamespace("sync").value();
    CHECK(sync.cancel(7).ok());
    CHECK(sync.cancelAll().ok());
    CHECK(sync.cancelInAllNamespaces().ok());
    CHECK(asked == Lines{"cancel 7 in sync", "cancel all in sync", "cancel all everywhere"});
}

TEST_CASE("a pending job is found, and a job that is not there is no error") { // jobs.md §2.1
    FakeDaemon daemon;
    daemon.on("GetPendingJob", [](wire::Reader& reader, wire::Writer& writer) -> Result<void> {
        const auto id = STINT_TRY(reader.int32());
        writer.openArray("a{sv}");
        if (id == 7) wire::writeJob(writer, job(7), wire::ClipFiles::LeftOut);
        writer.close();
        return {};
    });
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    CHECK(scheduler.getPendingJob(7).value() == job(7));
    CHECK(scheduler.getPendingJob(8).value() == std::nullopt);
}

TEST_CASE("all pending jobs are asked for page by page") {
    FakeDaemon daemon;
    daemon.on("GetAllPendingJobs", [](wire::Reader& reader, wire::Writer& writer) -> Result<void> {
        STINT_TRY(reader.string());
        std::int32_t after = 0;
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        STINT_TRY(options.take("after", after).read(reader));
        writer.openArray("a{sv}");
        for (int id = after + 1; id <= std::min(after + 100, 250); ++id)
            wire::writeJob(writer, job(id), wire::ClipFiles::LeftOut);
        writer.close();
        writer.boolean(after + 100 < 250);
        return {};
    });
    auto connection = Connection::open().value();
    const auto jobs = JobScheduler(connection).getAllPendingJobs().value();
    REQUIRE(jobs.size() == 250);
    CHECK(jobs.back().getId() == JobId(250));
}

TEST_CASE("jobs of all namespaces come by namespace, page by page") { // jobs.md §2.1
    FakeDaemon daemon;
    daemon.on("GetPendingJobsInAllNamespaces", [](wire::Reader& reader, wire::Writer& writer) -> Result<void> {
        std::string space;
        std::int32_t after = 0;
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        STINT_TRY(options.take("afterNamespace", space).take("afterId", after).read(reader));
        const bool first = space.empty() && after == 0;
        writer.openArray("(sa{sv})");
        for (const auto& [name, id] : {std::pair{first ? "" : "sync", 1}, std::pair{"sync", 2}}) {
            writer.openStruct("sa{sv}").string(name);
            wire::writeJob(writer, job(first ? id : id + 2), wire::ClipFiles::LeftOut);
            writer.close();
        }
        writer.close().boolean(first);
        return {};
    });
    auto connection = Connection::open().value();
    const auto jobs = JobScheduler(connection).getPendingJobsInAllNamespaces().value();
    REQUIRE(jobs.size() == 2);
    CHECK(jobs.at("").size() == 1);
    CHECK(jobs.at("sync").size() == 3);
    CHECK(jobs.at("sync").back().getId() == JobId(4));
}

TEST_CASE("pending reasons come in the daemon's order, and the single one is the first") { // jobs.md §2.1, §9
    FakeDaemon daemon;
    daemon.on("GetPendingJobReasons", [](wire::Reader& reader, wire::Writer& writer) -> Result<void> {
        const std::int32_t id = STINT_TRY(reader.int32());
        CHECK(id == 7);
        const std::string space = STINT_TRY(reader.string());
        CHECK(space == "sync");
        writer.openArray("i").int32(6).int32(9).close();
        return {};
    });
    daemon.on("GetPendingJobReasonsHistory", [](wire::Reader&, wire::Writer& writer) -> Result<void> {
        wire::writeList(writer,
                        std::vector<HistoryEntry>{{WallTime(5s), {PENDING_JOB_REASON_CONSTRAINT_CHARGING}},
                                                  {WallTime(6s), {PENDING_JOB_REASON_APP}}},
                        wire::writeRow<HistoryEntry>);
        return {};
    });
    auto connection = Connection::open().value();
    JobScheduler scheduler = JobScheduler(connection).forNamespace("sync").value();
    CHECK(scheduler.getPendingJobReasons(7).value() ==
          std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY});
    CHECK(scheduler.getPendingJobReason(7).value() == PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY);
    CHECK(scheduler.getPendingJobReasonsHistory(7).value() ==
          std::vector<PendingJobReasonsInfo>{{WallTime(5s), {PENDING_JOB_REASON_CONSTRAINT_CHARGING}},
                                             {WallTime(6s), {PENDING_JOB_REASON_APP}}});
}

TEST_CASE("an answer of wrong types is an error that names it, and the connection goes on") {
    FakeDaemon daemon;
    daemon.on("CanRunUserInitiatedJobs", [](wire::Reader&, wire::Writer& writer) {
        writer.string("perhaps");
        return Result<void>();
    });
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    const auto can = scheduler.canRunUserInitiatedJobs();
    CHECK(can.error().message.find("CanRunUserInitiatedJobs") != std::string::npos);
    CHECK(connection.package().value() == "org.stint.testapp");
}

TEST_CASE("without a daemon a connection is unavailable, and says what to do") {
    FakeDaemon daemon;
    daemon.die();
    const auto connection = Connection::open();
    REQUIRE_FALSE(connection.ok());
    CHECK(connection.error().code == Errc::UNAVAILABLE);
    CHECK(connection.error().message.find("stintd") != std::string::npos);
}

TEST_CASE("the pending reasons of a job are told by each daemon that comes, until it is gone") { // jobs.md §9.1
    FakeDaemon daemon;
    std::vector<std::string> asked;
    daemon.on("WatchPendingJobReasons", [&asked](wire::Reader& reader, wire::Writer&) -> Result<void> {
        const std::int32_t id = STINT_TRY(reader.int32());
        const std::string space = STINT_TRY(reader.string());
        asked.push_back(space + "#" + std::to_string(id));
        return {};
    });
    auto connection = Connection::open().value();
    auto sync = JobScheduler(connection).forNamespace("sync").value();
    using Reasons = std::vector<PendingReason>;
    std::vector<std::pair<std::int32_t, Reasons>> told;
    const auto watch = [&](std::int32_t id) {
        const auto note = [&told, id](const Reasons& reasons) { told.emplace_back(id, reasons); };
        REQUIRE(sync.onPendingJobReasons(JobId(id), note).ok());
    };
    const auto say = [&](std::int32_t id, PendingReason reason) {
        daemon.signal(wire::jobSchedulerInterface, "PendingJobReasons", [=](wire::Writer& writer) {
            writer.int32(id).string("sync").openArray("i").int32(static_cast<std::int32_t>(reason));
            writer.close();
        });
    };
    watch(7);
    say(8, PENDING_JOB_REASON_USER); // which nobody has asked for
    say(7, PENDING_JOB_REASON_QUOTA);
    CHECK(told.empty()); // from dispatch() alone
    CHECK(daemon.dispatchUntil(connection, [&] { return told.size() == 1; }));

    daemon.die();
    CHECK(connection.dispatch().value());
    watch(9); // while nobody is there
    daemon.revive();
    CHECK(daemon.dispatchUntil(connection, [&] { return connection.timeout() == std::nullopt; }));
    CHECK(asked == std::vector<std::string>{"sync#7", "sync#7", "sync#9"});
    say(7, PENDING_JOB_REASON_INVALID_JOB_ID);
    say(7, PENDING_JOB_REASON_USER);
    REQUIRE(sync.onPendingJobReasons(JobId(9), {}).ok());
    say(9, PENDING_JOB_REASON_USER);
    watch(10);
    say(10, PENDING_JOB_REASON_CONSTRAINT_CHARGING);
    CHECK(daemon.dispatchUntil(connection, [&] { return told.size() == 3; }));
    CHECK(told[0] == std::pair(7, Reasons{PENDING_JOB_REASON_QUOTA}));
    CHECK(told[1] == std::pair(7, Reasons{PENDING_JOB_REASON_INVALID_JOB_ID}));
    CHECK(told[2] == std::pair(10, Reasons{PENDING_JOB_REASON_CONSTRAINT_CHARGING}));
}

TEST_CASE("a daemon that does not know how to tell pending reasons takes nothing else from the app") { // decision 17
    FakeDaemon daemon;
    daemon.on("WatchPendingJobReasons", [](wire::Reader&, wire::Writer&) {
        return Result<void>(Error{Errc::ILLEGAL_ARGUMENT, "no such method"});
    });
    auto connection = Connection::open().value();
    JobScheduler scheduler(connection);
    CHECK(!scheduler.onPendingJobReasons(JobId(7), [](const auto&) {}).ok());
    CHECK(connection.package().ok());
}
