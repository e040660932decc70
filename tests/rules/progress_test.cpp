// Progress that is never lost (jobs.md §4.7, §9.4): what runs have moved together, and how fast one moves.
#include <doctest/doctest.h>

#include "contract/rules/ending.hpp"
#include "contract/rules/transfer_rate.hpp"
#include "rules/instant.hpp"

namespace stint {
namespace {

constexpr WallTime noon{1'700'000'000s};
const Ending paused{STOP_REASON_USER, InternalReason::Held};
const Ending finished{STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish};

PastRun pastRun(WallTime began, Bytes down, Ending ending) {
    return {.began = began, .ended = began + 10s, .ending = ending, .transferredDown = down};
}

Run moving(Bytes resumedAt, Bytes gained) {
    Run run;
    run.resumedAt = resumedAt;
    run.gained = gained;
    run.estimatedDown = 200;
    return run;
}

void report(Run& run, Bytes down, Duration when) {
    run.state = RunState::Executing;
    run.transferredDown = down;
    notePace(run, at(when));
}

} // namespace

TEST_CASE("the runs of a transfer count together, from the first that has moved a byte") { // jobs.md §4.7
    PastRun nothing = pastRun(noon, 0, paused);
    countTogether(nothing, {}, moving(0, 0));
    CHECK(nothing.runs == 0);

    PastRun first = pastRun(noon + 1min, 80, paused);
    countTogether(first, nothing, moving(0, 80));
    PastRun last = pastRun(noon + 1h, 200, finished);
    countTogether(last, first, moving(80, 120));
    CHECK(last.runs == 2);
    CHECK(last.moved == 200);
    CHECK(last.firstBegan == noon + 1min);
    CHECK(last.estimatedDown == 200);

    PastRun another = pastRun(noon + 2h, 50, paused); // of the next period: the one before did all of its payload
    countTogether(another, last, moving(0, 50));
    CHECK(another.runs == 1);
    CHECK(another.moved == 50);
    CHECK(another.firstBegan == noon + 2h);
}

TEST_CASE("a run that reports nothing keeps what its job had") { // jobs.md §4.7
    PastRun first = pastRun(noon, 80, paused);
    countTogether(first, {}, moving(0, 80));
    PastRun second = pastRun(noon + 1min, 0, paused);
    countTogether(second, first, Run{});
    CHECK(second.transferredDown == 80);
    CHECK(second.estimatedDown == 200);
    CHECK(second.runs == 1);
}

TEST_CASE("a run that was killed unseen is counted once the next one tells how far it had come") { // jobs.md §9.4
    PastRun first = pastRun(noon, 80, paused);
    countTogether(first, {}, moving(0, 80));
    PastRun lost{.began = noon + 1min, .ended = noon + 1min, .atLeast = true};
    goOnFrom(lost, first);
    CHECK(lost.transferredDown == 80);
    PastRun last = pastRun(noon + 2min, 200, finished);
    countTogether(last, lost, moving(150, 50));
    CHECK(last.moved == 200);
    CHECK(last.runs == 3);
    CHECK(last.firstBegan == noon);
}

TEST_CASE("a run that was killed unseen after some of it was written is one run all the same") { // jobs.md §9.4
    PastRun lost = pastRun(noon, 80, {});
    countTogether(lost, {}, moving(0, 80));
    lost.atLeast = true;
    PastRun last = pastRun(noon + 2min, 200, finished);
    countTogether(last, lost, moving(150, 50));
    CHECK(last.moved == 200);
    CHECK(last.runs == 2);
}

TEST_CASE("a rate is that of a run's own reports, and of the last seconds") { // jobs.md §4.7
    Run run;
    CHECK(paceOf(run, at(0s)) == NETWORK_BYTES_UNKNOWN);
    report(run, 1'000'000, 0s); // there before it
    CHECK(paceOf(run, at(0s)) == NETWORK_BYTES_UNKNOWN);
    report(run, 1'000'100, 400ms);
    CHECK(paceOf(run, at(400ms)) == NETWORK_BYTES_UNKNOWN); // half a second is the least
    report(run, 1'001'000, 1s);
    CHECK(paceOf(run, at(1s)) == 1000);
    CHECK(run.gained == 1000);
    for (int second = 2; second <= 20; ++second)
        report(run, 1'001'000 + (second - 1) * 10, second * 1s);
    CHECK(paceOf(run, at(20s)) == 10);
    CHECK(paceOf(run, at(22999ms)) == 10);
    CHECK(paceOf(run, at(23s)) == 0);
    report(run, 5, 24s); // begun anew
    CHECK(paceOf(run, at(24s)) == NETWORK_BYTES_UNKNOWN);
}

} // namespace stint
