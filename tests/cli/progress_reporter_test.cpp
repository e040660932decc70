#include <algorithm>

#include <doctest/doctest.h>

#include "faces/follow/follow.hpp"
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
    auto next = [&](const JobView& job) { reporter.state(0, job, moment(now += 1s)); };
    next(waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY));
    next(waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY));
    next(waiting(PENDING_JOB_REASON_CONSTRAINT_CHARGING));
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
        reporter.state(0, running(second * 1_MiB, NETWORK_BYTES_UNKNOWN), moment(std::chrono::seconds(second)));
    CHECK(paper.err() == "running\n10 MiB  1 MiB/s\n20 MiB  1 MiB/s\n");
}

TEST_CASE("a terminal's line is drawn ten times a second at most") {
    const Paper paper({}, false, true);
    ProgressReporter reporter(paper.screen());
    reporter.state(0, running(1_MiB), moment(0ms));
    CHECK(reporter.nextDraw() == 0ms);
    reporter.draw(moment(0ms));
    CHECK(!reporter.nextDraw()); // nothing changes by time alone
    reporter.state(0, running(2_MiB), moment(30ms));
    CHECK(reporter.nextDraw() == 100ms);
    reporter.state(0, running(3_MiB), moment(60ms));
    CHECK(reporter.nextDraw() == 100ms);
    reporter.state(0, running(4_MiB), moment(500ms));
    CHECK(reporter.nextDraw() == 500ms);
}

TEST_CASE("a countdown and a stall are drawn by the clock, everything else by news") {
    const Paper paper({}, false, true);
    ProgressReporter reporter(paper.screen());
    auto job = waiting(PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY);
    job.earliest = at(2s);
    reporter.state(0, job, moment(0s));
    reporter.draw(moment(0s));
    CHECK(reporter.nextDraw() == 1s);
    reporter.draw(moment(2s));
    CHECK(!reporter.nextDraw()); // counted down
    reporter.state(0, running(0), moment(3s));
    reporter.state(0, running(10_MiB), moment(4s));
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
            reporter.state(0, saying(running(second), "1 MiB (begun anew: the file changed)"),
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
    reporter.state(0, running(1_MiB), moment(0s));
    reporter.state(0, saved(), moment(1s));
    CHECK(paper.err().empty());
    const std::string out = paper.out();
    CHECK(out.starts_with(R"({"schema":1,"event":"state","job":"org.stint.transfer/7",)"));
    CHECK(out.find("\n{\"schema\":1,\"event\":\"ended\",") != std::string::npos);
}

TEST_CASE("only the time a job runs counts for its rate") {
    const Paper paper;
    ProgressReporter reporter(paper.screen());
    reporter.state(0, running(10_MiB), moment(0s)); // joined on the way
    reporter.state(0, running(30_MiB), moment(10s));
    reporter.state(0, waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY), moment(11s));
    reporter.state(0, running(30_MiB), moment(100s));
    reporter.state(0, saved(100_MiB), moment(110s));
    CHECK(reporter.seen(0).ran == 21s);
    CHECK(reporter.seen(0).moved == 90_MiB);
}

TEST_CASE("what was in place when a run began is no part of its rate, however late the run says so") {
    const Paper paper({}, false, true);
    ProgressReporter reporter(paper.screen());
    reporter.state(0, starting(), moment(0s));
    reporter.state(0, running(80_MiB), moment(1s));
    for (int second = 2; second <= 4; ++second)
        reporter.state(0, running(80_MiB + (second - 1) * 1_MiB), moment(std::chrono::seconds(second)));
    reporter.draw(moment(4s));
    CHECK(paper.err().find("83 MiB of 100 MiB  1 MiB/s  17s left") != std::string::npos);
    reporter.state(0, saved(), moment(21s));
    CHECK(reporter.seen(0).moved == 20_MiB);
    CHECK(reporter.seen(0).ran == 20s);
}

namespace {

JobView called(JobView view, std::string label) {
    view.label = std::move(label);
    return view;
}

/// The lines that were drawn last, without what steers the terminal.
std::vector<std::string> lastDrawn(const Paper& paper) {
    std::string drawn = paper.err();
    drawn = drawn.substr(0, drawn.rfind("\x1b[J\r"));
    const auto begin = drawn.rfind('\r');
    drawn = drawn.substr(begin == std::string::npos ? 0 : begin + 1);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at != std::string::npos;) {
        const auto end = drawn.find("\x1b[K", at);
        if (end == std::string::npos) break;
        lines.push_back(drawn.substr(at, end - at));
        at = drawn.find('\n', end);
        if (at != std::string::npos) ++at;
    }
    return lines;
}

} // namespace

TEST_CASE("several have a line each that moves, those that wait for the same share one, and the last is their total") {
    const Paper paper({}, false, true, 74);
    ProgressReporter reporter(paper.screen(), 5);
    reporter.state(0, called(saved(10_MiB), "a.bin"), moment(0s));
    reporter.state(1, called(waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY), "b.bin"), moment(0s));
    for (int second = 0; second <= 2; ++second)
        reporter.state(2, called(running(second * 1_MiB), "longer.bin"), moment(std::chrono::seconds(second)));
    reporter.state(3, called(waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY), "d.bin"), moment(2s));
    reporter.state(4, called(waiting(PENDING_JOB_REASON_CONSTRAINT_CHARGING), "e.bin"), moment(2s));
    reporter.draw(moment(2s));
    const auto lines = lastDrawn(paper);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == "longer.bin    2% [>            ]  2 MiB of 100 MiB  1 MiB/s  1min38s left");
    CHECK(lines[1] == "2 waiting: no network that fits (CONSTRAINT_CONNECTIVITY)");
    CHECK(lines[2] == "e.bin       waiting: the device is not charging (CONSTRAINT_CHARGING)");
    CHECK(lines[3] == "1 of 5 ended  12 MiB  1 MiB/s");
}

TEST_CASE("there are never more lines than the terminal has: the rest is counted") {
    for (const std::size_t rows : {1, 3, 5, 24}) {
        const Paper paper({}, false, true, 40, rows);
        ProgressReporter reporter(paper.screen(), 60);
        for (std::size_t i = 0; i < 60; ++i)
            reporter.state(i, called(i < 8 ? running(1_MiB) : waiting(PENDING_JOB_REASON_DEVICE_STATE), "f"),
                           moment(0s));
        reporter.draw(moment(0s));
        const auto lines = lastDrawn(paper);
        CAPTURE(rows);
        CHECK(lines.size() == std::clamp<std::size_t>(rows - 1, 2, 10));
        CHECK(lines.back().starts_with("0 of 60 ended"));
        if (rows == 5) CHECK(lines[2] == "and 58 more");
        if (rows == 24) CHECK(lines[8] == "52 waiting: the device's state keeps i…");
        for (const auto& line : lines)
            CHECK(line.size() <= 41); // "…" has three bytes
    }
    const Paper paper({}, false, true, 80, 12);
    ProgressReporter reporter(paper.screen(), 60);
    for (std::size_t i = 0; i < 60; ++i) { // each waits for a time of its own
        auto job = called(waiting(PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY), "f");
        job.earliest = at(std::chrono::seconds(i + 10));
        reporter.state(i, job, moment(0s));
    }
    reporter.draw(moment(0s));
    REQUIRE(lastDrawn(paper).size() == 11);
    CHECK(lastDrawn(paper)[9] == "and 51 more wait");
}

TEST_CASE("what is told of several names each, in a log; that they begin is not told, and their progress is the sum") {
    const Paper paper;
    ProgressReporter reporter(paper.screen(), 2);
    reporter.state(0, called(running(0, 10_MiB), "a"), moment(0s));
    reporter.state(1, called(running(0, 10_MiB), "b"), moment(0s));
    reporter.state(0, called(running(2_MiB, 10_MiB), "a"), moment(1s));
    reporter.state(1, called(waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY), "b"), moment(2s));
    reporter.state(1, called(running(0, 10_MiB), "b"), moment(3s));
    reporter.state(0, called(saved(10_MiB), "a"), moment(4s));
    reporter.state(1, called(running(1_MiB, 10_MiB), "b"), moment(4s));
    CHECK(paper.err() == "0 of 2 ended   10%  2 MiB of 20 MiB  2 MiB/s  9s left\n"
                         "b: waiting: no network that fits (CONSTRAINT_CONNECTIVITY)\n"
                         "b: running\n"
                         "1 of 2 ended   55%  11 MiB of 20 MiB  2.8 MiB/s  4s left\n");
}
