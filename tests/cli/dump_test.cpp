// `stint dumpsys jobscheduler` (jobs.md §9.3).
#include <doctest/doctest.h>

#include "faces/cli/android/dump.hpp"
#include "faces/views/job.hpp"
#include "fake_daemon.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/reader.hpp"
#include "ran.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;
using wire::Reader;
using wire::Writer;

namespace {

Blocker by(PendingReason reason, std::string gate = {}, std::optional<WallTime> until = {}) {
    Blocker blocker;
    blocker.reason = reason;
    blocker.gate = std::move(gate);
    blocker.until = until;
    return blocker;
}

JobInfo syncJob() {
    return JobInfo::Builder(JobId(7), "Sync")
        .setRequiresCharging(true)
        .setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED)
        .setOverrideDeadline(1h)
        .setExtras(PersistableBundle().putString("url", "http://secret"))
        .build()
        .value();
}

DumpedJob waitingForPower() {
    DumpedJob dumped{waiting(PENDING_JOB_REASON_CONSTRAINT_CHARGING),
                     {by(PENDING_JOB_REASON_CONSTRAINT_CHARGING, "charging"),
                      by(PENDING_JOB_REASON_CONSTRAINT_DEADLINE, "deadline", at(1h))},
                     {{at(0s), {PENDING_JOB_REASON_CONSTRAINT_CHARGING}}},
                     {{.id = 4, .estimatedDown = 1_MiB, .deliveries = 2, .active = true}}};
    dumped.job.info = syncJob();
    dumped.job.latest = at(1h);
    dumped.job.lastFailure = at(0s);
    dumped.job.network = Network{.capabilities = {NET_CAPABILITY_INTERNET},
                                 .transports = {TRANSPORT_WIFI},
                                 .downstream = 50'000,
                                 .interface = "wlan0"};
    dumped.job.workItems = 300;
    return dumped;
}

AppView appOf(std::string package) {
    AppView app;
    app.manifest.package = AppId{std::move(package)};
    app.bias = 35;
    app.safeguards.regular = 3;
    return app;
}

SchedulerView whole() {
    SchedulerView view{.constants = {{"job.slots", "16"}}, .batteryMonitored = true, .batterySequence = 6};
    view.slots = 16;
    view.atOnce = 12;
    view.memory = "normal";
    view.types = {{.type = "bg", .reserved = 1, .most = 6, .running = 1, .ready = 2}};
    view.queue = {{AppId{"org.stint.transfer"}, "", JobId(9)}};
    view.queued = 1;
    return view;
}

/// A daemon with one app, whose one job waits for power, one that runs, and one that has ended.
void answer(Talk& talk, const wire::Message& call) {
    auto dumped = waitingForPower();
    auto active = running(1_MiB);
    active.key.id = JobId(8);
    active.clocks = RunClocks{.guaranteed = at(6h),
                              .limit = at(12h),
                              .timer = at(5min),
                              .slot = "ui",
                              .stop = Ending{STOP_REASON_TIMEOUT, InternalReason::Timeout}};
    std::string member(call.member());
    if (member == "Explain") {
        Reader reader(call);
        reader.skip("ss").value();
        if (reader.int32().value() == 8) {
            dumped.job = active;
            dumped.blockers.clear();
        }
    }
    bool finished = false;
    if (member == "ListJobs") {
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        options.take("finished", finished);
        Reader reader(call);
        options.read(reader).value();
    }
    talk.reply(call, [&](Writer& writer) {
        if (member == "ListApps") wire::writeList(writer, {appOf("org.stint.transfer")}, wire::writeRow<AppView>);
        if (member == "Get") wire::writeRows(writer, std::vector{wire::DeviceRow{"charging", "false", "set"}});
        if (member == "Overview") wire::writeSchedulerView(writer, whole());
        if (member == "ListWork") {
            wire::writeList(writer, dumped.work, wire::writeWork);
            writer.boolean(false);
        }
        if (member == "History") wire::writeList(writer, dumped.history, wire::writeRow<HistoryEntry>);
        if (member == "ListJobs") {
            wire::writeList(writer, finished ? std::vector{saved()} : std::vector{dumped.job, active},
                            wire::writeRow<JobView>);
            writer.boolean(false);
        }
        if (member == "Explain") {
            wire::writeRow<JobView>(writer, dumped.job);
            wire::writeRows(writer, dumped.blockers);
        }
    });
}

} // namespace

TEST_CASE("a job's constraints are told apart by its blockers") { // jobs.md §9.3
    auto dumped = waitingForPower();
    CHECK(reasonsToWaitOf(*dumped.job.info) ==
          std::vector{PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    CHECK(dumped.unsatisfied() == std::vector{PENDING_JOB_REASON_CONSTRAINT_CHARGING});
    CHECK(dumped.satisfied() == std::vector{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY});
    dumped.blockers = {by(PENDING_JOB_REASON_DEVICE_STATE, "slots")};
    CHECK(dumped.unsatisfied().empty());
}

TEST_CASE("each thing that keeps a job turns one term of its readiness") { // jobs.md §9.3
    struct Row {
        Blocker blocker;
        bool Readiness::*term;
    };
    // clang-format off
    for (const auto& r : {Row{by(PENDING_JOB_REASON_CONSTRAINT_CHARGING, "charging"),    &Readiness::job},
                          Row{by(PENDING_JOB_REASON_QUOTA, "quota"),                    &Readiness::job},
                          Row{by(PENDING_JOB_REASON_USER, "boot"),                      &Readiness::user},
                          Row{by(PENDING_JOB_REASON_DEVICE_STATE, "thermal"),            &Readiness::unrestricted},
                          Row{by(PENDING_JOB_REASON_DEVICE_STATE, "slots"),              &Readiness::notPending},
                          Row{by(PENDING_JOB_REASON_DEVICE_STATE, "earlier run"),        &Readiness::notPending},
                          Row{by(PENDING_JOB_REASON_APP, "app"),                        &Readiness::component}}) {
        // clang-format on
        auto ready = readinessOf({waiting(r.blocker.reason), {r.blocker}, {}, {}});
        CAPTURE(r.blocker.gate);
        CHECK(!(ready.*r.term));
        CHECK(!ready.all());
        ready.*r.term = true;
        CHECK(ready.all()); // and no other
    }
    CHECK(!readinessOf({running(0), {}, {}, {}}).notActive);
    CHECK(readinessOf({waiting(PENDING_JOB_REASON_APP), {}, {}, {}}).all());
}

TEST_CASE("a JobInfo is told by what is set, and of its extras the keys") {
    std::string told;
    for (const auto& fact : factsOf(syncJob()))
        told += std::string(fact.name) + "=" + textOf(fact) + "\n";
    CHECK(told == "priority=300\n"
                  "networkCapabilities=NOT_METERED INTERNET TRUSTED VALIDATED\n"
                  "initialBackoff=30s\n"
                  "backoffPolicy=exponential\n"
                  "requiresCharging=true\n"
                  "extras=url\n"
                  "overrideDeadline=1h\n");
}

TEST_CASE("the dump has every section, in the order of jobs.md") { // jobs.md §9.3
    const FakeDaemon fake(answer);
    auto made = ran({"dumpsys", "jobscheduler"});
    CHECK(made.code == 0);
    std::size_t from = 0;
    for (std::string_view part : {"Constants:\n  job.slots=16\n",
                                  "Safeguards, counted within their windows:\n",
                                  "REGULAR TIMEOUTS",
                                  "Power:\n  connected=true charging=true level=100 notLow=true\n",
                                  "  monitoring=on sequence=6\n",
                                  "Started users: 0\n",
                                  "Device:\n  charging=false (set)\n",
                                  "Registered 2 jobs:\n",
                                  "  JOB org.stint.transfer/7: Sync\n",
                                  "      requiresCharging=true\n",
                                  "    Required constraints: CHARGING CONNECTIVITY\n",
                                  "    Satisfied or passed over: CONNECTIVITY\n",
                                  "    Unsatisfied constraints: CHARGING\n",
                                  "Constraint changes, oldest first:\n",
                                  "ago: CONSTRAINT_CHARGING\n",
                                  "    Network: WIFI INTERNET; down 50Mbps, up 0; wlan0\n",
                                  "    Work items: 300\n",
                                  "      #4 in work, delivered 2 times; estimated down 1 MiB, up unknown\n",
                                  "      and 299 more\n",
                                  "failures: 0, system stops: 0; last success none, last failure ",
                                  ("    Ready: false (job=false user=true !restricted=true !pending=true !active=true "
                                   "!backingup=true comp=true)\n"),
                                  "  JOB org.stint.transfer/8: -\n",
                                  "!active=false",
                                  "Apps:\n",
                                  "org.stint.transfer",
                                  "Standby buckets and quotas:\n",
                                  "Pending queue, 1 in order:\n  org.stint.transfer/9\n",
                                  "Active jobs:\n",
                                  "executing",
                                  "TIMEOUT/timeout",
                                  "Completed and cancelled jobs",
                                  "successful_finish",
                                  "saved /home/a/x.iso",
                                  "Concurrency: 16 slots, 12 at once now (interactive=true, memory normal):\n",
                                  "Persistence:\n  tracked=0"}) {
        auto found = made.out.find(part, from);
        CAPTURE(part);
        REQUIRE(found != std::string::npos);
        from = found;
    }
}

TEST_CASE("the dump for programs is one object a line, each of a section") {
    const FakeDaemon fake(answer);
    auto lines = ran({"dumpsys", "jobscheduler", "org.stint.transfer", "--json"}).out;
    for (std::string_view part :
         {R"({"schema":1,"section":"scheduler","constants":{"job.slots":"16"},"power":{"connected":true,)",
          R"("queue":["org.stint.transfer/9"],"queued":1,)",
          R"("safeguards":{"userInitiated":0,"expedited":0,"regular":3,)",
          R"("workItems":300,"place":0,"work":[{"item":4,"deliveries":2,"active":true,"estimatedDown":1048576,)",
          R"("network":{"capabilities":["INTERNET"],"transports":["WIFI"],"downstream":50000,)",
          R"("slot":"ui","stop":{"reason":3,"name":"TIMEOUT","internal":"timeout"}})",
          R"({"schema":1,"section":"device","key":"charging",)", R"({"schema":1,"section":"app","package":)",
          R"({"schema":1,"section":"job","job":"org.stint.transfer/7",)", R"("info":{"priority":300,)",
          R"("required":[{"reason":5,)", R"("satisfied":[{"reason":6,)", R"("unsatisfied":[{"reason":5,)",
          R"("ready":{"all":false,"job":false,)", R"({"schema":1,"section":"job","job":"org.stint.transfer/8",)",
          R"("satisfied":null,)", R"({"schema":1,"section":"finished",)"}) {
        CAPTURE(part);
        CHECK(lines.find(part) != std::string::npos);
    }
}

TEST_CASE("a job that ends while the dump is made is left to the history") {
    const FakeDaemon fake([](Talk& talk, const wire::Message& call) {
        if (call.member() == "Explain") return talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "no such job");
        answer(talk, call);
    });
    auto made = ran({"dumpsys", "jobscheduler"});
    CHECK(made.code == 0);
    CHECK(made.out.find("Registered 0 jobs:\n") != std::string::npos);
}

TEST_CASE("a package that is not there ends the dump with 66, another service with 64") {
    const FakeDaemon fake(answer);
    auto gone = ran({"dumpsys", "jobscheduler", "com.example.gone"});
    CHECK(gone.code == 66);
    CHECK(gone.err == "stint: cannot dump jobscheduler: Invalid package: com.example.gone\n");
    CHECK(ran({"dumpsys", "batterystats"}).code == 64);
    CHECK(ran({"dumpsys"}).code == 64);
}
