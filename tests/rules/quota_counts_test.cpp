// How often an app's regular jobs may run: jobs, sessions, starts in a minute (limits.md §3.2, §3.4, §5, §12.1).
#include "regular_day.hpp"

using namespace stint;

TEST_CASE("a restricted app has one session a day") { // limits.md §3.2, §5; examples 6, 7 and 8
    RegularDay brief{Bucket::Restricted};
    brief.job(0s, 3min);
    brief.until(1h);
    CHECK_FALSE(brief.mayStart());
    CHECK(regularLeft(brief.app, brief.world()) == 7min);
    CHECK(brief.returns() == 24h + 3min);

    RegularDay longer{Bucket::Restricted};
    CHECK(longer.load(0s) == 10min);
    CHECK(longer.returns() == 24h + 10min);

    RegularDay second{Bucket::Restricted};
    second.start();
    second.until(2min);
    second.start(); // the active session is not counted
    second.until(4min);
    second.end();
    second.until(4min + 1s);
    CHECK_FALSE(second.mayStart());
    CHECK(second.returns() == 24h + 4min);
}

TEST_CASE("what a sleep or a restart breaks off is one session with the next") { // limits.md §3.4, §13, Suspend
    RegularDay day(Bucket::Restricted);
    day.until(0min);
    day.start();
    day.until(4min);
    breakOffRegular(day.ledger(), day.now, day.constants);
    CHECK(day.mayGoOn());
    CHECK_FALSE(day.returns());
    day.until(2h);
    day.job(2h, 2h + 3min);
    CHECK_FALSE(day.mayStart());
    CHECK(day.returns() == 26h + 3min); // one session, which has ended with its second part
    CHECK(regularUsed(day.ledger(), 24h, day.now) == 7min);
    CHECK(day.ledger().sessionEnds.count == 1);

    RegularDay spent(Bucket::Restricted);
    spent.until(0min);
    spent.start();
    spent.until(10min);
    breakOffRegular(spent.ledger(), spent.now, spent.constants);
    CHECK_FALSE(spent.mayStart()); // its time counts as any other
    CHECK(spent.returns() == 24h + 30s);
}

TEST_CASE("the count keeps a restricted app's eleventh job from starting, and stops none") { // limits.md §5
    RegularDay day{Bucket::Restricted};
    for (int job = 0; job < 10; ++job) {
        CHECK(day.mayStart());
        day.start();
        day.until(Duration{day.now.time_since_epoch()} + 5s);
    }
    CHECK_FALSE(day.mayStart());
    CHECK(day.mayGoOn());
}

TEST_CASE("sessions are counted, those near each other once") { // limits.md §3.2, §3.7; examples 19 and 20
    RegularDay near{Bucket::Rare};
    near.job(0s, 20s);
    near.job(24s, 40s);
    near.job(1h, 1h + 10s);
    near.job(2h, 2h + 10s);
    near.until(3h);
    CHECK_FALSE(near.mayStart());
    CHECK(near.returns() == 24h + 40s);
    near.until(24h + 40s - Duration{1});
    CHECK_FALSE(near.mayStart());
    near.until(24h + 40s);
    CHECK(near.mayStart());

    RegularDay apart{Bucket::Rare};
    apart.job(0s, 20s);
    apart.job(30s, 46s);
    apart.job(1h, 1h + 10s);
    apart.until(2h);
    CHECK_FALSE(apart.mayStart());
    CHECK(apart.returns() == 24h + 20s);

    RegularDay working{Bucket::WorkingSet};
    for (int job = 0; job < 10; ++job)
        working.job(job * 10min, job * 10min + 30s);
    working.until(100min);
    CHECK_FALSE(working.mayStart());
    CHECK(working.returns() == 4h + 30s);
}

TEST_CASE("five seconds apart is one session, a millisecond more is two") { // limits.md §3.2
    for (const Duration gap : {Duration{5000}, Duration{5001}}) {
        RegularDay day{Bucket::Rare};
        day.job(0s, 10s);
        day.job(10s + gap, 30s);
        day.job(1h, 1h + 10s);
        day.until(2h);
        CHECK(day.mayStart() == (gap == 5s));
    }
}

TEST_CASE("a minute takes twenty starts, and running jobs are not touched") { // limits.md §3.2; example 21
    RegularDay day{Bucket::Active};
    for (int job = 0; job < 20; ++job) {
        day.until(sec(job));
        day.start();
    }
    day.until(20s);
    CHECK_FALSE(day.mayStart());
    CHECK(day.mayGoOn());
    CHECK(day.returns() == 1min);
    day.until(1min);
    CHECK(day.mayStart());
}

TEST_CASE("a minute takes twenty sessions, and the minute begins as the first one is stored") { // limits.md §3.2
    RegularDay day{Bucket::Active};
    day.constants.quotaRateMaxJobs = 1000;
    for (int session = 0; session < 20; ++session)
        day.job(sec(2 * session), sec(2 * session + 1));
    CHECK(day.returns() == 61s);
}

TEST_CASE("the job after the bucket's last one waits, whatever time is left") { // limits.md §3.2, §3.7; example 22
    RegularDay day{Bucket::Rare};
    for (int job = 0; job < 48; ++job) {
        day.until(sec(5 * job));
        day.start();
    }
    day.until(4min);
    CHECK_FALSE(day.mayStart());
    CHECK(day.mayGoOn());
    CHECK(day.returns() == 24h + 4min);
    day.until(4min + 1s);
    day.end();
    CHECK(day.returns() == 24h + 4min + 1s);
}

TEST_CASE("sessions are kept until their end is as old as the history") { // limits.md §3.4
    RegularDay day{Bucket::Active};
    day.job(0s, 10s);
    day.job(10h, 10h + 10s);
    day.job(24h, 24h + 9s);
    CHECK(day.ledger().sessions.size() == 3);
    day.job(24h + 20s, 24h + 30s);
    CHECK(day.ledger().sessions.size() == 3);
    CHECK(day.ledger().sessions.front().start == Instant{10h});
}
