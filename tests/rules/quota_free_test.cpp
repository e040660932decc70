// Which time of regular jobs is free, and in which version (limits.md §1.5, §3.3, §12.2, §12.7).
#include "regular_day.hpp"

using namespace stint;

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

TEST_CASE("a never app is in quota only while its state frees it") { // limits.md §2.1, §3.5; example 9
    RegularDay day{Bucket::Never};
    CHECK_FALSE(day.mayStart());
    CHECK_FALSE(day.returns());
    day.state.charging = true;
    CHECK_FALSE(day.mayStart());
    day.show(ProcessState::Visible);
    CHECK(day.mayStart());
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
            day.constants = {};
            day.app.manifest.legacyFgsJobsFree = true; // limits.md §1.5: by app
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
    day.constants = {};
    day.app.manifest.legacyTopStartedJobsFree = true;
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
