#include <doctest/doctest.h>

#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;

TEST_CASE("a job's object has every key, in one order, whatever is known") {
    // Scripts read this: within schema 1 keys are only added, at the end of what is there.
    CHECK(
        jsonOfRow(waiting(PENDING_JOB_REASON_CONSTRAINT_CHARGING)) ==
        R"({"schema":1,"job":"org.stint.transfer/7","package":"org.stint.transfer","namespace":"","id":7,)"
        R"("service":null,"label":"x.iso","kind":"user_initiated","demoted":false,"state":"pending","runState":null,)"
        R"("reasons":[{"reason":5,"name":"CONSTRAINT_CHARGING"}],"failures":0,"systemStops":0,)"
        R"("enqueued":1767600000000,"earliest":null,"started":null,"transferredDown":0,"transferredUp":0,)"
        R"("estimatedDown":null,"estimatedUp":null,"title":null,"text":null,"progressMaximum":null,)"
        R"("progressValue":null,"ended":null,"stopReason":null,"stopReasonName":null,"exitCode":null,)"
        R"("outcome":null,"requested":null,"persisted":null,"periodicInterval":null,"periodicFlex":null,)"
        R"("internalReason":null,"internalReasonName":null,"status":"waiting",)"
        R"("waitsFor":"","held":false,"terms":{"after":[],"at":null,"calendar":"","afterFailure":[],"loosensAt":null,"then":[],"meteredBytes":-1,"meteredUsed":0,"guard":"","guardElse":"freeze","promised":null,"pool":"","poolDepth":0,"ended":[]},"lastRun":null,)"
        R"("url":null,"path":null,"limits":null,"keepsAwake":false,"guarded":null,"clocks":null,"waitsAlso":[],"want":null,)"
        R"("rate":null,"moved":null,"movingRuns":null,"firstBegan":null,"rateLimit":0,"rateLimitUntil":null})");
}

TEST_CASE("a run tells until when it may go on, and where a transfer goes before it has ended") { // jobs.md §9.3
    JobView job = running(0);
    job.clocks =
        RunClocks{.guaranteed = WallTime(1000ms), .limit = WallTime(2000ms), .timer = {}, .slot = "bg", .stop = {}};
    job.info = JobInfo::Builder(JobId(7), "Transfers")
                   .setExtras(PersistableBundle()
                                  .putString("url", "https://me:secret@example.org/x.iso")
                                  .putString("output", "/home/me/x.iso"))
                   .build()
                   .value();
    const std::string told = jsonOfRow(job);
    CHECK(told.ends_with(
        R"("clocks":{"guaranteed":1000,"limit":2000},"waitsAlso":[],"want":null,"rate":null,"moved":null,"movingRuns":null,"firstBegan":null,"rateLimit":0,"rateLimitUntil":null})"));
    CHECK(told.find(R"("url":"https://example.org/x.iso","path":"/home/me/x.iso")") != std::string::npos);
}

TEST_CASE("what a job was asked for as is told beside what it runs as") { // jobs.md §1.4
    JobView job = running(0);
    job.kind = JobClass::Regular;
    job.demoted = true;
    job.info = JobInfo::Builder(JobId(7), "Transfers")
                   .setUserInitiated(true)
                   .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
                   .build()
                   .value();
    CHECK(jsonOfRow(job).find(R"("kind":"regular","demoted":true,)") != std::string::npos);
    CHECK(jsonOfRow(job).find(R"("requested":"user_initiated","persisted":false,"periodicInterval":null,)") !=
          std::string::npos);
    job.info = JobInfo::Builder(JobId(7), "Transfers").setPeriodic(1h, 15min).build().value();
    CHECK(jsonOfRow(job).find(R"("periodicInterval":3600000,"periodicFlex":900000,)") != std::string::npos);
}

TEST_CASE("a blocked job may not run, a running one and one without blockers may") {
    const Blocker blocker{.reason = PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY,
                          .gate = "connectivity",
                          .want = "a network",
                          .detail = "no network",
                          .clears = "a network",
                          .since = at(0s),
                          .until = std::nullopt};
    const std::string blocked = jsonOf(waiting(blocker.reason), {blocker});
    CHECK(blocked.ends_with(R"("mayRun":false,"blockers":[{"reason":6,"name":"CONSTRAINT_CONNECTIVITY",)"
                            R"("gate":"connectivity","detail":"no network","since":1767600000000,"until":null,)"
                            R"("clears":"a network","want":"a network"}]})"));
    CHECK(jsonOf(running(0), std::vector<Blocker>{}).ends_with(R"("mayRun":true,"blockers":[]})"));
    CHECK(jsonOf(waiting(PENDING_JOB_REASON_APP), std::vector<Blocker>{}).ends_with(R"("mayRun":true,"blockers":[]})"));
    CHECK(jsonOf(saved(), std::vector<Blocker>{}).ends_with(R"("mayRun":false,"blockers":[]})"));
}

TEST_CASE("a label that is no UTF-8 or holds a line's end breaks no line") {
    auto job = running(0);
    job.label = "\xff\n\"";
    const std::string line = jsonOfRow(job);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find("\"label\":\"\xEF\xBF\xBD\\n\\\"\"") != std::string::npos);
}

TEST_CASE("rows of the device, of apps and of tasks name their schema first") {
    CHECK(jsonOfRow(wire::DeviceRow{"charging", "true", "set"}) ==
          R"({"schema":1,"key":"charging","value":"true","source":"set","decides":"","since":null})");
    AppView app;
    app.manifest.package = {"com.example.mail"};
    app.manifest.services["Jobs"].name = "Jobs";
    CHECK(jsonOfRow(app).starts_with(R"({"schema":1,"package":"com.example.mail",)"));
    CHECK(jsonOfRow(app).ends_with(R"("maybeVisible":false})"));
    CHECK(jsonOfRow(app).find(
              R"("permissions":[],"revoked":[],"services":["Jobs"],"bucket":"never","bucketValue":50,)") !=
          std::string::npos);
    TaskRow row;
    row.app = {"com.example.mail"};
    row.jobs = {running(1)};
    CHECK(
        jsonOfRow(row).starts_with(R"({"schema":1,"package":"com.example.mail","label":"","started":null,"stop":true,)"
                                   R"("jobs":[{"job":"org.stint.transfer/7",)"));
}
