// The time of regular jobs over their ledger alone: what is left, where it ends, when it is back (limits.md §3, §12.1).
#include "regular_day.hpp"

using namespace stint;

namespace {

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
    CHECK(sinceBoot(regularQuota(day.app, day.world()).sooner) == 4h); // nobody need ask before
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
