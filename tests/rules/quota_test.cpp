// The quota of regular jobs over its ledger alone (limits.md §3, §5, §12.1 and what of §12.2 and §12.7 it can say).
#include "rules/quota.hpp"

#include <doctest/doctest.h>

#include "quota_day.hpp"

using namespace stint;

namespace {

struct RegularDay : Day {
    using Day::Day;

    QuotaLedger& ledger() { return app.memory.quota; }
    bool mayStart() const { return inRegularQuota(app, world(), false); }
    bool mayGoOn() const { return inRegularQuota(app, world(), true); }
    std::optional<Duration> returns() const { return sinceBoot(regularReturn(app, world())); }
    std::optional<Duration> cutOff() const { return sinceBoot(regularCutOff(app, world())); }

    /// What the core does when a job starts.
    void start() {
        REQUIRE(mayStart());
        const bool counted = countsRegular(app, world(), false);
        addJob(ledger(), now, constants, counted);
        if (counted) openRegular(ledger(), 1, now, constants);
    }
    void end() { closeRegular(ledger(), now, constants); }
    void job(Duration from, Duration to) {
        until(from);
        start();
        until(to);
        CHECK(mayGoOn());
        end();
    }
    /// Jobs without a break from `from` on; when the quota stops them.
    Duration load(Duration from) {
        until(from);
        start();
        const auto stop = cutOff();
        REQUIRE(stop);
        until(*stop - Duration{1});
        CHECK(mayGoOn());
        CHECK(cutOff() == stop);
        until(*stop);
        CHECK_FALSE(mayGoOn());
        end();
        CHECK_FALSE(mayStart());
        return *stop;
    }
    /// Time becomes free or stops being so, with `jobs` running.
    void freed(std::int64_t jobs) {
        if (regularFree(app, world())) return end();
        if (jobs > 0) openRegular(ledger(), jobs, now, constants);
    }
};

Constants withDailyCap() {
    Constants constants = android15();
    constants.android15DailyCap = 4h;
    return constants;
}

} // namespace

TEST_CASE("each bucket's allowance is spent at its end and comes back with half a minute in hand") {
    // limits.md §1.3, §1.5, §3.7; examples 1, 3, 4, 5, 10, and the pair of 3 and 4 for Android 15
    struct Row {
        Bucket bucket;
        Constants constants;
        Duration stops, returns, stopsAgain;
    };
    using enum Bucket;
    // clang-format off
    for (const Row& row : {Row{Active,     {},          20min, 1h + 30s,    1h + 20min + 30s},
                           Row{WorkingSet, {},          10min, 4h + 30s,    4h + 10min + 30s},
                           Row{WorkingSet, android15(), 10min, 2h + 30s,    2h + 10min + 30s},
                           Row{Frequent,   {},          10min, 12h + 30s,   12h + 10min + 30s},
                           Row{Frequent,   android15(), 10min, 8h + 30s,    8h + 10min + 30s},
                           Row{Rare,       {},          10min, 24h + 30s,   24h + 10min + 30s},
                           Row{Rare,       android15(), 10min, 24h + 30s,   24h + 10min + 30s},
                           Row{Exempted,   {},          20min, 40min + 30s, 1h + 30s}}) {
        // clang-format on
        CAPTURE(nameOf(row.bucket));
        RegularDay day{row.bucket, row.constants};
        CHECK(day.load(0s) == row.stops);
        CHECK(day.returns() == row.returns);
        CHECK(regularLeft(day.app, day.world()) == 0s);
        day.until(row.returns);
        CHECK(regularLeft(day.app, day.world()) == 30s);
        CHECK(day.load(row.returns) == row.stopsAgain);
    }
}

TEST_CASE("before Android 16 the active and the exempted bucket have no limit of time but their counts") {
    // limits.md §1.5, §3.6; examples 2 and 10
    for (const Bucket bucket : {Bucket::Active, Bucket::Exempted}) {
        RegularDay day{bucket, android15()};
        day.start();
        CHECK_FALSE(day.cutOff());
        CHECK(quotaRunCap(day.app, day.world(), false) == Duration::max());
        day.until(30h);
        CHECK(day.mayGoOn());
        CHECK(regularLeft(day.app, day.world()) == Duration::max());
        day.ledger().open->jobs = 75;
        CHECK_FALSE(day.mayStart());
        CHECK(day.mayGoOn());
    }
    RegularDay capped{Bucket::Active, withDailyCap()};
    CHECK(capped.load(0s) == 4h);
    CHECK(capped.returns() == 24h + 30s);
}

TEST_CASE("a number that a policy has set holds in both versions, and the switch of the numbers alone is enough") {
    // limits.md §1.5
    Constants constants;
    constants.legacyQuotaConstants = true;
    CHECK(regularAllowance(Bucket::Frequent, {}, constants).window == 8h);
    CHECK_FALSE(regularAllowance(Bucket::Active, {}, constants).allowed);
    constants.quotaWindowFrequent = 3h;
    CHECK(regularAllowance(Bucket::Frequent, {}, constants).window == 3h);
    RegularDay day{Bucket::Frequent, constants};
    day.show(ProcessState::ForegroundService);
    CHECK_FALSE(regularFree(day.app, day.world()));
}

TEST_CASE("a system installer's extra is clipped to the window") { // limits.md §3.9
    App installer;
    installer.manifest.system = true;
    CHECK(regularAllowance(Bucket::Exempted, installer, {}).allowed == 20min);
    installer.manifest.permissions.insert("INSTALL_PACKAGES");
    CHECK_FALSE(regularAllowance(Bucket::Exempted, installer, {}).allowed); // 40 of 40 min
    CHECK(regularAllowance(Bucket::Exempted, installer, {}).dayCap == 4h);
    CHECK(regularAllowance(Bucket::Active, installer, {}).allowed == 20min);
    CHECK(expeditedLimit(Bucket::Exempted, installer, {}) == 90min);
    CHECK(expeditedLimit(Bucket::Never, installer, {}) == 0s);
}

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

TEST_CASE("the tenth job of a restricted app's day puts its whole session out of quota") { // limits.md §5
    RegularDay day{Bucket::Restricted};
    for (int job = 0; job < 9; ++job) {
        day.start();
        day.until(Duration{day.now.time_since_epoch()} + 5s);
    }
    CHECK(day.mayGoOn());
    day.start();
    CHECK_FALSE(day.mayGoOn());
}

TEST_CASE("a never app is in quota only while its state frees it") { // limits.md §2.1, §3.5; example 9
    RegularDay day{Bucket::Never};
    CHECK_FALSE(day.mayStart());
    CHECK_FALSE(day.returns());
    day.state.charging = true;
    CHECK_FALSE(day.mayStart());
    day.show(ProcessState::Visible);
    CHECK(day.mayStart());
}

TEST_CASE("pieces of time add up and roll out one by one") { // limits.md §3.4, §3.6; examples 11, 12 and 13
    RegularDay three{Bucket::WorkingSet};
    three.job(0s, 4min);
    three.job(1h, 1h + 3min);
    CHECK(three.load(2h) == 2h + 3min);
    CHECK(three.returns() == 4h + 30s);
    CHECK(three.load(4h + 30s) == 4h + 4min + 30s);
    CHECK(three.returns() == 5h + 30s);

    RegularDay two{Bucket::WorkingSet};
    two.job(0s, 6min);
    CHECK(two.load(3h) == 3h + 4min);
    CHECK(two.returns() == 4h + 30s);
    CHECK(two.load(4h + 30s) == 4h + 6min + 30s);

    RegularDay both{Bucket::WorkingSet};
    both.start();
    both.start();
    both.until(5min);
    both.end();
    CHECK(regularUsed(both.ledger(), 4h, both.now) == 5min);
    CHECK(both.load(30min) == 35min);
}

TEST_CASE("the buffer delays only the wake-up") { // limits.md §3.7; example 14
    RegularDay day{Bucket::WorkingSet};
    day.load(0s);
    day.until(4h);
    CHECK_FALSE(day.mayStart());
    CHECK(day.load(4h + 10s) == 4h + 10min + 10s);
}

TEST_CASE("another bucket judges the same history at once") { // limits.md §3.4; examples 15, 16, 17 and 32
    RegularDay demoted{Bucket::WorkingSet};
    demoted.job(0s, 8min);
    demoted.force(Bucket::Rare);
    CHECK(demoted.load(40min) == 42min);
    CHECK(demoted.returns() == 24h + 30s);

    RegularDay running{Bucket::Active};
    running.start();
    running.until(12min);
    running.force(Bucket::WorkingSet);
    CHECK_FALSE(running.mayGoOn());
    CHECK(running.cutOff() == 12min);
    CHECK(regularLeft(running.app, running.world()) == -2min);
    running.end();
    CHECK(running.returns() == 4h + 2min + 30s);

    RegularDay promoted{Bucket::Rare};
    promoted.load(0s);
    promoted.force(Bucket::Active);
    CHECK(promoted.load(2h + 1min) == 2h + 21min);

    RegularDay unrestricted{Bucket::Rare};
    unrestricted.load(0s);
    unrestricted.app.memory.batteryUse = BatteryUse::Unrestricted;
    CHECK(unrestricted.load(15min) == 25min);
    CHECK(unrestricted.returns() == 40min + 30s);
}

TEST_CASE("no bucket gets more than four hours a day") { // limits.md §3.2; example 18
    RegularDay day{Bucket::Active};
    for (int hour = 0; hour < 12; ++hour)
        day.job(std::chrono::hours{hour}, std::chrono::hours{hour} + 19min);
    CHECK(day.load(12h) == 12h + 12min);
    CHECK(day.returns() == 24h + 30s);
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

TEST_CASE("charging frees what is not restricted, and closes the session") { // limits.md §3.3, §3.4; examples 23, 24
    RegularDay rare{Bucket::Rare};
    rare.load(0s);
    rare.until(30min);
    rare.state.charging = true;
    CHECK(rare.mayStart());
    CHECK_FALSE(rare.cutOff());
    rare.until(55min);
    rare.state.charging = false;
    rare.freed(1);
    CHECK_FALSE(rare.mayGoOn());

    RegularDay working{Bucket::WorkingSet};
    working.start();
    working.until(6min);
    working.state.charging = true;
    working.freed(1);
    working.until(20min);
    CHECK(working.mayGoOn());
    working.state.charging = false;
    working.freed(1);
    CHECK(working.cutOff() == 24min);

    RegularDay restricted{Bucket::Restricted};
    restricted.load(0s);
    restricted.state.charging = true;
    CHECK_FALSE(restricted.mayStart());
}

TEST_CASE("free time that ends on a spent budget ends the job, be time just rolling out or not") { // limits.md §3.5
    RegularDay day{Bucket::Active};
    day.load(0s);
    day.until(30min);
    day.state.charging = true;
    day.until(1h); // the first session begins to roll out now
    day.state.charging = false;
    day.freed(1);
    CHECK_FALSE(day.mayGoOn());
    day.end();
    CHECK(day.returns() == 1h + 30s);
}

TEST_CASE("a run whose budget ends as an old session rolls out goes on with what that gives back") { // limits.md §3.6
    RegularDay day{Bucket::Active};
    day.job(0s, 10min);
    day.until(50min);
    day.start();
    CHECK(day.cutOff() == 70min); // the gap of 10 min is paid to the end
    day.until(65min);
    CHECK(regularLeft(day.app, day.world()) == 0s);
    CHECK(day.mayGoOn());
    CHECK_FALSE(day.mayStart());
    day.until(70min);
    CHECK_FALSE(day.mayGoOn());
}

TEST_CASE("what is free by the app's state follows the version") { // limits.md §1.5, §3.3; examples 28, 29 and 30
    struct Row {
        ProcessState shown;
        bool free16, free15;
    };
    using enum ProcessState;
    // clang-format off
    for (const Row& row : {Row{Top, true, true}, Row{Visible, true, true}, Row{ForegroundService, false, true},
                           Row{Background, false, false}, Row{NotRunning, false, false}}) {
        // clang-format on
        CAPTURE(nameOf(row.shown));
        for (const Bucket bucket : {Bucket::Frequent, Bucket::Restricted}) {
            RegularDay day{bucket};
            day.show(row.shown);
            CHECK(regularFree(day.app, day.world()) == row.free16);
            day.constants = android15();
            CHECK(regularFree(day.app, day.world()) == row.free15);
            day.constants = {};
            day.constants.legacyFgsJobsFree = true;
            CHECK(regularFree(day.app, day.world()) == row.free15);
        }
    }
}

TEST_CASE("a job that began on top counts from when the app leaves, or never in Android 15") { // example 29
    RegularDay day{Bucket::Active};
    CHECK(countsRegular(day.app, day.world(), true));
    CHECK(day.load(5min) == 25min);
    day.constants = android15();
    CHECK_FALSE(countsRegular(day.app, day.world(), true));
    CHECK(countsRegular(day.app, day.world(), false));
    CHECK(quotaRunCap(day.app, day.world(), true) == Duration::max());
    day.constants = {};
    day.constants.legacyTopStartedJobsFree = true;
    CHECK_FALSE(countsRegular(day.app, day.world(), true));
}

TEST_CASE("an active uid is judged as active where the switch says so, an exempted app never") { // §3.5; example 30
    RegularDay day{Bucket::Frequent};
    day.show(ProcessState::ForegroundService);
    CHECK(effectiveBucket(day.app, day.world()) == Bucket::Frequent);
    day.constants.activeUidUsesActiveBucket = true;
    CHECK(day.load(0s) == 20min);
    day.show(ProcessState::Background);
    CHECK(effectiveBucket(day.app, day.world()) == Bucket::Frequent);
    day.force(Bucket::Exempted);
    day.show(ProcessState::ForegroundService);
    CHECK(effectiveBucket(day.app, day.world()) == Bucket::Exempted);
}

TEST_CASE("the system's own apps are always free") { // limits.md §3.1
    RegularDay day{Bucket::Active};
    day.app.manifest.system = true;
    CHECK(regularFree(day.app, day.world()));
    CHECK(day.mayStart());
}

TEST_CASE("a switch of the policy judges what was recorded under the other") { // limits.md §1.5; example 101
    RegularDay day{Bucket::Active};
    CHECK(day.load(0s) == 20min);
    day.until(30min);
    day.constants = android15();
    day.start();
    day.until(50min);
    CHECK(day.mayGoOn());
    day.constants = {};
    CHECK_FALSE(day.mayGoOn());
    CHECK(regularUsed(day.ledger(), 1h, day.now) == 40min);
    day.end();
    CHECK(day.returns() == 1h + 30min + 30s);
}

TEST_CASE("jobs that outlive free time begin a session with all of them in it") { // limits.md §3.4; example 102
    RegularDay day{Bucket::WorkingSet};
    day.show(ProcessState::Visible);
    day.start();
    CHECK_FALSE(day.ledger().open);
    CHECK(day.ledger().jobStarts.count == 0);
    day.until(30min);
    day.show(ProcessState::Background);
    day.freed(2);
    CHECK(day.ledger().open == OpenSession{day.now, 2});
    CHECK(day.cutOff() == 40min);
    day.until(40min);
    day.end();
    CHECK(day.ledger().sessions == std::vector{Session{Instant{30min}, Instant{40min}, 2}});
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

TEST_CASE("returns are spaced from the boot on where the policy says so") { // limits.md §3.7, quota.check_min_delay
    RegularDay day{Bucket::WorkingSet};
    day.constants.quotaCheckMinDelay = 1min;
    day.load(0s);
    CHECK(day.returns() == 4h + 1min);
}

TEST_CASE("a buffer of nothing, and one larger than the allowance, still bring the app back") { // limits.md §3.7
    RegularDay none{Bucket::WorkingSet};
    none.constants.quotaBuffer = 0s;
    none.load(0s);
    CHECK(none.returns() == 4h);
    none.until(4h);
    CHECK_FALSE(none.mayStart());
    CHECK(none.returns() == 4h + Duration{1});
    none.until(4h + Duration{1});
    CHECK(none.mayStart());

    RegularDay all{Bucket::WorkingSet};
    all.constants.quotaAllowedWorking = 1min;
    all.constants.quotaBuffer = 5min;
    CHECK(all.load(0s) == 1min);
    CHECK(all.returns() == 4h + 1min);
}

TEST_CASE("instants before the boot count like any other, those ahead of the clock not yet") { // limits.md §3.4
    RegularDay day{Bucket::WorkingSet};
    day.ledger().sessions = {{Instant{-2h}, Instant{-2h + 6min}, 1}, {Instant{1h}, Instant{1h + 30min}, 1}};
    day.until(10min);
    CHECK(regularUsed(day.ledger(), 4h, day.now) == 6min);
    CHECK(day.load(10min) == 14min);
    CHECK(day.returns() == 2h + 30s);
    day.until(1h + 5min);
    CHECK(regularUsed(day.ledger(), 4h, day.now) == 15min);

    day.ledger() = {.open = OpenSession{Instant{3h}, 1}};
    day.until(1h);
    CHECK(regularUsed(day.ledger(), 4h, day.now) == 0s);
    day.end();
    CHECK(regularUsed(day.ledger(), 4h, Instant{4h}) == 0s);
}
