#include <doctest/doctest.h>

#include "cli/follow/progress_reporter.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;

namespace {
Moment moment(Duration later) { return {later, at(later)}; }
} // namespace

TEST_CASE("a log has a line for each turn of events and each tenth of the way, and no other") {
    const Paper paper;
    ProgressReporter reporter(paper.screen());
    Duration now{0};
    auto next = [&](const JobView& job) { reporter.state(job, moment(now += 1s)); };
    next(waiting(PendingReason::ConstraintConnectivity));
    next(waiting(PendingReason::ConstraintConnectivity));
    next(waiting(PendingReason::ConstraintCharging));
    next(running(0));
    for (Bytes done = 1; done <= 25; ++done)
        next(running(done * 1_MiB));
    next(saved());
    CHECK(paper.err() == "waiting: no network that fits (CONSTRAINT_CONNECTIVITY)\n"
                         "waiting: the device is not charging (CONSTRAINT_CHARGING)\n"
                         "running\n"
                         " 10%  10 MiB of 100 MiB  1 MiB/s  1min30s left\n"
                         " 20%  20 MiB of 100 MiB  1 MiB/s  1min20s left\n");
    CHECK(paper.out().empty());
    CHECK(!reporter.nextDraw());
}

TEST_CASE("where the size is not known a log has a line every ten seconds") {
    const Paper paper;
    ProgressReporter reporter(paper.screen());
    for (int second = 0; second <= 20; ++second)
        reporter.state(running(second * 1_MiB, unknownBytes), moment(std::chrono::seconds(second)));
    CHECK(paper.err() == "running\n10 MiB  1 MiB/s\n20 MiB  1 MiB/s\n");
}

TEST_CASE("a terminal's line is drawn ten times a second at most") {
    const Paper paper({}, false, true);
    ProgressReporter reporter(paper.screen());
    reporter.state(running(1_MiB), moment(0ms));
    CHECK(reporter.nextDraw() == 0ms);
    reporter.draw(moment(0ms));
    CHECK(!reporter.nextDraw()); // nothing changes by time alone
    reporter.state(running(2_MiB), moment(30ms));
    CHECK(reporter.nextDraw() == 100ms);
    reporter.state(running(3_MiB), moment(60ms));
    CHECK(reporter.nextDraw() == 100ms);
    reporter.state(running(4_MiB), moment(500ms));
    CHECK(reporter.nextDraw() == 500ms);
}

TEST_CASE("a countdown and a stall are drawn by the clock, everything else by news") {
    const Paper paper({}, false, true);
    ProgressReporter reporter(paper.screen());
    auto job = waiting(PendingReason::ConstraintMinimumLatency);
    job.earliest = at(2s);
    reporter.state(job, moment(0s));
    reporter.draw(moment(0s));
    CHECK(reporter.nextDraw() == 1s);
    reporter.draw(moment(2s));
    CHECK(!reporter.nextDraw()); // counted down
    reporter.state(running(0), moment(3s));
    reporter.state(running(10_MiB), moment(4s));
    reporter.draw(moment(4s));
    CHECK(reporter.nextDraw() == 7s);
    reporter.draw(moment(7s));
    CHECK(paper.err().find("stalled") != std::string::npos);
    CHECK(!reporter.nextDraw());
}

TEST_CASE("a transfer that is begun anew says so once, on a terminal and in a log") {
    for (const bool terminal : {true, false}) {
        const Paper paper({}, false, terminal);
        ProgressReporter reporter(paper.screen());
        for (int second = 0; second < 3; ++second)
            reporter.state(saying(running(second), "1 MiB (begun anew: the file changed)"),
                           moment(std::chrono::seconds(second)));
        const std::string said = paper.err();
        auto first = said.find("begun anew: the file changed\n");
        REQUIRE(first != std::string::npos);
        CHECK(said.find("begun anew", first + 1) == std::string::npos);
    }
}

TEST_CASE("under --json each state is one object, and nothing else is said") {
    const Paper paper({.json = true});
    ProgressReporter reporter(paper.screen());
    reporter.state(running(1_MiB), moment(0s));
    reporter.state(saved(), moment(1s));
    CHECK(paper.err().empty());
    const std::string out = paper.out();
    CHECK(out.starts_with(R"({"schema":1,"event":"state","job":"org.stint.transfer/7",)"));
    CHECK(out.find("\n{\"schema\":1,\"event\":\"ended\",") != std::string::npos);
}

TEST_CASE("only the time a job runs counts for its rate") {
    const Paper paper;
    ProgressReporter reporter(paper.screen());
    reporter.state(running(10_MiB), moment(0s)); // joined on the way
    reporter.state(running(30_MiB), moment(10s));
    reporter.state(waiting(PendingReason::ConstraintConnectivity), moment(11s));
    auto again = running(30_MiB);
    reporter.state(again, moment(100s));
    reporter.state(saved(100_MiB), moment(110s));
    CHECK(reporter.seen().ran == 21s);
    CHECK(reporter.seen().moved == 70_MiB);
}
