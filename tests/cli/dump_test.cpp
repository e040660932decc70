// `stint dumpsys jobscheduler` (jobs.md §9.3).
#include <doctest/doctest.h>

#include "cli/dump.hpp"
#include "cli/job_info_facts.hpp"
#include "fake_daemon.hpp"
#include "ran.hpp"
#include "samples.hpp"
#include "wire/codec.hpp"
#include "wire/reader.hpp"

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

JobInfoPtr syncJob() {
    return std::make_shared<const JobInfo>(JobInfo::Builder(JobId(7), "Sync")
                                               .setRequiresCharging(true)
                                               .setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED)
                                               .setOverrideDeadline(1h)
                                               .setExtras(PersistableBundle().putString("url", "http://secret"))
                                               .build()
                                               .value());
}

DumpedJob waitingForPower() {
    DumpedJob dumped{
        waiting(PendingReason::ConstraintCharging),
        {by(PendingReason::ConstraintCharging, "charging"), by(PendingReason::ConstraintDeadline, "deadline", at(1h))},
        {{at(0s), {PendingReason::ConstraintCharging}}}};
    dumped.job.info = syncJob();
    return dumped;
}

AppView appOf(std::string package) {
    AppView app;
    app.manifest.package = AppId{std::move(package)};
    return app;
}

/// A daemon with one app, whose one job waits for power, one that runs, and one that has ended.
void answer(Talk& talk, const wire::Message& call) {
    auto dumped = waitingForPower();
    auto active = running(1_MiB);
    active.key.id = JobId(8);
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
        if (member == "ListApps") wire::writeList(writer, {appOf("org.stint.transfer")}, wire::writeAppView);
        if (member == "Get")
            wire::writeList(writer, {wire::DeviceRow{"charging", "false", "set"}}, wire::writeDeviceRow);
        if (member == "History") wire::writeList(writer, dumped.history, wire::writeHistoryEntry);
        if (member == "ListJobs") {
            wire::writeList(writer, finished ? std::vector{saved()} : std::vector{dumped.job, active},
                            wire::writeJobView);
            writer.boolean(false);
        }
        if (member == "Explain") {
            wire::writeJobView(writer, dumped.job);
            wire::writeList(writer, dumped.blockers, wire::writeBlocker);
        }
    });
}

} // namespace

TEST_CASE("a job's constraints are told apart by its blockers") { // jobs.md §9.3
    auto dumped = waitingForPower();
    CHECK(constraintsOf(*dumped.job.info) ==
          std::vector{PendingReason::ConstraintCharging, PendingReason::ConstraintConnectivity});
    CHECK(dumped.unsatisfied() == std::vector{PendingReason::ConstraintCharging});
    CHECK(dumped.satisfied() == std::vector{PendingReason::ConstraintConnectivity});
    CHECK(dumped.latest() == at(1h));
    dumped.blockers = {by(PendingReason::DeviceState, "slots")};
    CHECK(dumped.unsatisfied().empty());
    CHECK(!dumped.latest());
}

TEST_CASE("each thing that keeps a job turns one term of its readiness") { // jobs.md §9.3
    struct Row {
        Blocker blocker;
        bool Readiness::*term;
    };
    // clang-format off
    for (const auto& r : {Row{by(PendingReason::ConstraintCharging, "charging"),    &Readiness::job},
                          Row{by(PendingReason::Quota, "quota"),                    &Readiness::job},
                          Row{by(PendingReason::User, "boot"),                      &Readiness::user},
                          Row{by(PendingReason::DeviceState, "thermal"),            &Readiness::unrestricted},
                          Row{by(PendingReason::DeviceState, "slots"),              &Readiness::notPending},
                          Row{by(PendingReason::DeviceState, "earlier run"),        &Readiness::notPending},
                          Row{by(PendingReason::App, "app"),                        &Readiness::component}}) {
        // clang-format on
        auto ready = readinessOf({waiting(r.blocker.reason), {r.blocker}, {}});
        CAPTURE(r.blocker.gate);
        CHECK(!(ready.*r.term));
        CHECK(!ready.all());
        ready.*r.term = true;
        CHECK(ready.all()); // and no other
    }
    CHECK(!readinessOf({running(0), {}, {}}).notActive);
    CHECK(readinessOf({waiting(PendingReason::App), {}, {}}).all());
}

TEST_CASE("a JobInfo is told by what is set, and of its extras the keys") {
    std::string told;
    for (const auto& fact : factsOf(*syncJob()))
        told += std::string(fact.name) + "=" + textOf(fact) + "\n";
    CHECK(told == "priority=300\n"
                  "networkCapabilities=NOT_METERED INTERNET TRUSTED VALIDATED\n"
                  "requiresCharging=true\n"
                  "overrideDeadline=1h\n"
                  "initialBackoff=30s\n"
                  "backoffPolicy=exponential\n"
                  "extras=url\n");
}

TEST_CASE("the dump has every section, and says what it has not") { // jobs.md §9.3
    FakeDaemon fake(answer);
    auto made = ran({"dumpsys", "jobscheduler"});
    CHECK(made.code == 0);
    std::size_t from = 0;
    for (std::string_view part : {"Device:\n  charging=false (set)\n",
                                  "Apps:\n",
                                  "org.stint.transfer",
                                  "Registered 2 jobs:\n",
                                  "  JOB org.stint.transfer/7: Sync\n",
                                  "      requiresCharging=true\n",
                                  "    Required constraints: CHARGING CONNECTIVITY\n",
                                  "    Satisfied or passed over: CONNECTIVITY\n",
                                  "    Unsatisfied constraints: CHARGING\n",
                                  "Constraint changes, oldest first:\n",
                                  "ago: CONSTRAINT_CHARGING\n",
                                  "    Ready: false (job=false user=true !restricted=true !pending=true !active=true "
                                  "!backingup=true comp=true)\n",
                                  "  JOB org.stint.transfer/8: -\n",
                                  "!active=false",
                                  "Active jobs:\n",
                                  "executing",
                                  "Completed and cancelled jobs",
                                  "successful_finish",
                                  "saved /home/a/x.iso",
                                  "Not told by stintd:\n",
                                  "constants"}) {
        auto found = made.out.find(part, from);
        CAPTURE(part);
        REQUIRE(found != std::string::npos);
        from = found;
    }
}

TEST_CASE("the dump for programs is one object a line, each of a section") {
    FakeDaemon fake(answer);
    auto lines = ran({"dumpsys", "jobscheduler", "org.stint.transfer", "--json"}).out;
    for (std::string_view part :
         {R"({"schema":1,"section":"device","key":"charging",)", R"({"schema":1,"section":"app","package":)",
          R"({"schema":1,"section":"job","job":"org.stint.transfer/7",)", R"("info":{"priority":300,)",
          R"("required":[{"reason":5,)", R"("satisfied":[{"reason":6,)", R"("unsatisfied":[{"reason":5,)",
          R"("ready":{"all":false,"job":false,)", R"({"schema":1,"section":"job","job":"org.stint.transfer/8",)",
          R"("satisfied":null,)", R"({"schema":1,"section":"finished",)",
          R"({"schema":1,"section":"missing","what":[)"}) {
        CAPTURE(part);
        CHECK(lines.find(part) != std::string::npos);
    }
}

TEST_CASE("a job that ends while the dump is made is left to the history") {
    FakeDaemon fake([](Talk& talk, const wire::Message& call) {
        if (call.member() == "Explain") return talk.refuse(call, Errc::IllegalArgument, "no such job");
        answer(talk, call);
    });
    auto made = ran({"dumpsys", "jobscheduler"});
    CHECK(made.code == 0);
    CHECK(made.out.find("Registered 0 jobs:\n") != std::string::npos);
}

TEST_CASE("a package that is not there ends the dump with 66, another service with 64") {
    FakeDaemon fake(answer);
    auto gone = ran({"dumpsys", "jobscheduler", "com.example.gone"});
    CHECK(gone.code == 66);
    CHECK(gone.err == "stint: cannot dump jobscheduler: Invalid package: com.example.gone\n");
    CHECK(ran({"dumpsys", "batterystats"}).code == 64);
    CHECK(ran({"dumpsys"}).code == 64);
}
