// The quota of expedited jobs over its ledger alone (limits.md §4, §12.3, example 96).
#include "contract/rules/expedited_quota.hpp"

#include <doctest/doctest.h>

#include "contract/rules/quota.hpp"
#include "quota_day.hpp"

using namespace stint;

namespace {

struct ExpeditedDay : Day {
    using Day::Day;

    ExpeditedLedger& ledger() { return app.memory.expedited; }
    bool mayStart() const { return inExpeditedQuota(app, world()); }
    bool mayGoOn() const { return inExpeditedQuota(app, world(), true); }
    Duration left() const { return expeditedLeft(app, world()); }
    std::optional<Duration> returns() const { return sinceBoot(expeditedReturn(app, world())); }
    std::optional<Duration> cutOff() const { return sinceBoot(expeditedCutOff(app, world())); }

    void start() {
        REQUIRE(mayStart());
        if (countsExpedited(app, world(), false)) openExpedited(ledger(), 1, now, constants);
    }
    void end() { closeExpedited(ledger(), now, constants); }
    void job(Duration from, Duration to) {
        until(from);
        start();
        until(to);
        end();
    }
    /// Expedited jobs without a break from `from` on; when their quota is out.
    Duration load(Duration from) { return loadUntilSpent(*this, from); }
    /// Time becomes free, or stops being so, with a job running.
    void freed() { expeditedFree(app, world()) ? end() : openExpedited(ledger(), 1, now, constants); }
    void open() {
        show(ProcessState::Top);
        app.memory.leftTop.reset();
        beginTop(ledger(), now);
    }
    void leave() {
        show(ProcessState::Background);
        app.memory.leftTop = now;
        endTop(ledger(), now, constants);
    }
    void click() { reward(ledger(), interactionReward(constants), now, constants); }
};

Constants withActiveLimit() {
    Constants constants = android15();
    constants.android15ActiveEjLimit = 30min;
    return constants;
}

} // namespace

TEST_CASE("each bucket's expedited limit is spent at its end and comes back a day after it was begun") {
    // limits.md §1.3, §1.5, §4; examples 35, 36 and 37, and exempted of §1.5
    struct Row {
        Bucket bucket;
        Constants constants;
        Duration stops;
    };
    using enum Bucket;
    // clang-format off
    for (const Row& row : {Row{Exempted,   {},                60min},
                           Row{Active,     {},                30min},
                           Row{Active,     withActiveLimit(), 30min},
                           Row{WorkingSet, {},                15min},
                           Row{WorkingSet, android15(),       30min},
                           Row{Frequent,   {},                10min},
                           Row{Frequent,   android15(),       10min},
                           Row{Rare,       {},                10min},
                           Row{Rare,       android15(),       10min},
                           Row{Restricted, {},                5min},
                           Row{Restricted, android15(),       5min}}) {
        // clang-format on
        CAPTURE(nameOf(row.bucket));
        ExpeditedDay day{row.bucket, row.constants};
        CHECK(day.load(0s) == row.stops);
        CHECK(day.left() == 0s);
        CHECK(day.returns() == 24h + 30s);
        day.until(24h + 30s);
        CHECK(day.left() == 30s);
        CHECK(day.load(24h + 30s) == 24h + 30s + row.stops);
    }
}

TEST_CASE("who is out of expedited quota is told how much there is, and when it is back") { // jobs.md §2.3 clause 4
    ExpeditedDay day{Bucket::Rare, {}};
    day.app.manifest.package.name = "com.example.mail";
    CHECK(day.load(0s) == 10min);
    CHECK(outOfExpeditedQuota(day.app, day.world()) ==
          "com.example.mail has used up its time for expedited jobs, 10min in 1d; it has some again in 23h50min");
    ExpeditedDay never{Bucket::Never, {}};
    never.app.manifest.package.name = "com.example.mail";
    CHECK(outOfExpeditedQuota(never.app, never.world()) ==
          "com.example.mail has no time for expedited jobs in the standby bucket never");
}

TEST_CASE("before Android 16 the active and the exempted bucket have no expedited limit") { // limits.md §1.5; 35
    for (const Bucket bucket : {Bucket::Active, Bucket::Exempted}) {
        ExpeditedDay day{bucket, android15()};
        day.start();
        CHECK_FALSE(day.cutOff());
        day.until(30h);
        CHECK(day.mayGoOn());
        CHECK(day.left() == Duration::max());
        CHECK(expeditedRunCap(day.app, day.world(), false) == Duration::max());
    }
}

TEST_CASE("a never app has no expedited time but what its state frees") { // limits.md §4; example 9
    ExpeditedDay day{Bucket::Never};
    CHECK_FALSE(day.mayStart());
    CHECK_FALSE(day.returns());
    day.state.charging = true;
    day.app.memory.allowlistedUntil = day.now + 20s;
    CHECK_FALSE(day.mayStart());
    day.show(ProcessState::Top);
    CHECK(day.mayStart());
}

TEST_CASE("expedited time of the morning counts until the next morning") { // limits.md §4; example 38
    ExpeditedDay day{Bucket::Rare};
    day.job(0s, 4min);
    CHECK(day.load(5h) == 5h + 6min);
    CHECK(day.returns() == 24h + 30s);
    CHECK(day.load(24h + 30s) == 24h + 4min + 30s);
}

TEST_CASE("an open app's expedited jobs are free, a minute longer, and its stay is rewarded") { // §4; example 39
    ExpeditedDay day{Bucket::Active};
    day.load(0s);
    day.until(1h);
    day.open();
    CHECK(day.mayStart());
    CHECK_FALSE(expeditedFreeUntil(day.app, day.world()));
    day.until(1h + 12min);
    CHECK(day.left() == 30s); // pending
    day.leave();
    CHECK(day.left() == 30s);
    CHECK(expeditedFreeUntil(day.app, day.world()) == Instant{1h + 13min});
    day.until(1h + 12min + 20s);
    CHECK_FALSE(countsExpedited(day.app, day.world(), false));
    day.until(1h + 13min - Duration{1});
    CHECK(expeditedFree(day.app, day.world()));
    CHECK(day.load(1h + 13min) == 1h + 13min + 30s);
}

TEST_CASE("the last piece of a stay is a chunk if it lasted a second") { // limits.md §4
    CHECK(topReward(0s, {}) == 0s);
    CHECK(topReward(Duration{999}, {}) == 0s);
    CHECK(topReward(1s, {}) == 10s);
    CHECK(topReward(5min, {}) == 10s);
    CHECK(topReward(5min + Duration{999}, {}) == 10s);
    CHECK(topReward(5min + 1s, {}) == 20s);
    CHECK(topReward(2h, {}) == 4min);
    CHECK(topReward(2h, android15()) == 40min); // §1.5
}

TEST_CASE("an interaction earns five seconds, fifteen before Android 16") { // limits.md §1.5, §4
    CHECK(interactionReward({}) == 5s);
    CHECK(interactionReward(android15()) == 15s);
}

TEST_CASE("a click lifts the tally, and the limit follows the bucket") { // limits.md §4; example 40
    ExpeditedDay day{Bucket::Frequent};
    day.load(0s);
    day.until(2h);
    day.click();
    day.force(Bucket::Active);
    CHECK(day.left() == 20min + 5s);
    day.force(Bucket::Frequent);
    CHECK(day.left() == 5s);
}

TEST_CASE("the temporary allowlist frees expedited jobs, and three minutes longer") { // limits.md §4; example 41
    ExpeditedDay day{Bucket::Rare};
    day.load(0s);
    day.until(2h);
    day.app.memory.allowlistedUntil = Instant{2h + 20s};
    CHECK(expeditedFreeUntil(day.app, day.world()) == Instant{2h + 3min + 20s});
    CHECK_FALSE(day.cutOff());
    day.until(2h + 3min + 20s - Duration{1});
    CHECK(day.mayStart());
    day.until(2h + 3min + 20s);
    CHECK_FALSE(day.mayStart());
    CHECK_FALSE(expeditedFreeUntil(day.app, day.world()));
    CHECK(day.ledger().tally == 10min);

    ExpeditedDay restricted{Bucket::Restricted};
    restricted.load(0s);
    restricted.app.memory.allowlistedUntil = Instant{2h + 20s};
    CHECK_FALSE(restricted.mayStart());
}

TEST_CASE("two frees end with the later one") { // limits.md §4
    ExpeditedDay day{Bucket::Rare};
    day.until(1h);
    day.app.memory.leftTop = Instant{1h};
    day.app.memory.allowlistedUntil = Instant{50min};
    CHECK(expeditedFreeUntil(day.app, day.world()) == Instant{1h + 1min});
    day.app.memory.allowlistedUntil = Instant{1h};
    CHECK(expeditedFreeUntil(day.app, day.world()) == Instant{1h + 3min});
    day.state.charging = true;
    CHECK_FALSE(expeditedFreeUntil(day.app, day.world())); // an event ends it
}

TEST_CASE("charging frees a rare app's expedited jobs, a restricted one's not") { // limits.md §4, §5; example 42
    for (const Bucket bucket : {Bucket::Rare, Bucket::Restricted}) {
        ExpeditedDay day{bucket};
        day.load(0s);
        day.state.charging = true;
        CHECK(day.mayStart() == (bucket == Bucket::Rare));
    }
}

TEST_CASE("a foreground service frees expedited jobs before Android 16 only, as does a start on top") { // §4, §1.5
    ExpeditedDay day{Bucket::Frequent};
    day.show(ProcessState::ForegroundService);
    CHECK_FALSE(expeditedFree(day.app, day.world()));
    CHECK(countsExpedited(day.app, day.world(), true));
    day.constants = android15();
    CHECK(expeditedFree(day.app, day.world()));
    day.show(ProcessState::Background);
    CHECK_FALSE(countsExpedited(day.app, day.world(), true));
    CHECK(countsExpedited(day.app, day.world(), false));
    CHECK(expeditedRunCap(day.app, day.world(), true) == Duration::max());
}

TEST_CASE("expedited time and regular time are two ledgers") { // limits.md §4; examples 36 and 43
    ExpeditedDay day{Bucket::Rare};
    day.load(0s);
    CHECK(inRegularQuota(day.app, day.world(), false));
    CHECK(regularLeft(day.app, day.world()) == 10min);
    openRegular(day.app.memory.quota, 1, day.now, day.constants);
    day.until(20min);
    CHECK_FALSE(inRegularQuota(day.app, day.world(), true));
    closeRegular(day.app.memory.quota, day.now, day.constants);
    CHECK(day.returns() == 24h + 30s);
    CHECK(sinceBoot(regularReturn(day.app, day.world())) == 24h + 10min + 30s);
}

TEST_CASE("a session of two jobs is counted once") { // limits.md §4; example 44
    ExpeditedDay day{Bucket::Rare};
    day.until(0s);
    day.start();
    day.start();
    day.until(5min);
    day.end();
    CHECK(day.load(10min) == 15min);
}

TEST_CASE("the limit follows the bucket at once, and may be overdrawn") { // limits.md §4; example 96
    ExpeditedDay promoted{Bucket::Rare};
    promoted.load(0s);
    promoted.force(Bucket::WorkingSet);
    CHECK(promoted.left() == 5min);

    ExpeditedDay demoted{Bucket::WorkingSet};
    demoted.start();
    demoted.until(12min);
    demoted.force(Bucket::Rare);
    CHECK(demoted.left() == -2min);
    CHECK_FALSE(demoted.mayGoOn());
    CHECK(demoted.cutOff() == 12min);
    demoted.end();
    CHECK(demoted.returns() == 24h + 2min + 30s);
}

TEST_CASE("free time closes the session, and counting begins anew when it ends") { // limits.md §4
    ExpeditedDay day{Bucket::Rare};
    day.start();
    day.until(4min);
    day.state.charging = true;
    day.freed();
    CHECK(day.ledger().tally == 4min);
    day.until(1h);
    CHECK(day.left() == 6min);
    day.state.charging = false;
    day.freed();
    CHECK(day.cutOff() == 1h + 6min);
}

TEST_CASE("what is earned beyond the tally is lost, unless a session runs: then it shortens that") { // limits.md §4
    ExpeditedDay idle{Bucket::Rare};
    idle.click();
    CHECK(idle.left() == 10min);
    CHECK(idle.load(1h) == 1h + 10min);

    ExpeditedDay running{Bucket::Rare};
    running.start();
    running.until(2s);
    running.click(); // 2 s of the 5 s: never below 0
    CHECK(running.left() == 10min);
    running.until(1min);
    running.click();
    CHECK(running.cutOff() == 10min + 7s);
    running.until(2min);
    running.end();
    CHECK(running.ledger().tally == 2min - 7s);
    CHECK(running.ledger().credit == 0s);
    running.until(1h);
    running.click();
    CHECK(running.ledger().tally == 2min - 12s);
}

TEST_CASE("a session that leaves the window takes its length off the tally, but never below nothing") { // limits.md §4
    ExpeditedDay day{Bucket::Rare};
    day.job(0s, 6min);
    for (int click = 0; click < 60; ++click)
        day.click(); // 5 min
    CHECK(day.left() == 9min);
    day.job(12h, 12h + 4min); // a tally of 5 min, one of them the first session's
    CHECK(day.left() == 5min);
    day.until(24h + 3min);
    CHECK(day.left() == 8min);
    day.until(24h + 6min);
    CHECK(day.left() == 10min); // the first session's 6 min are more than all that is owed; never more than the limit
    reward(day.ledger(), 0s, day.now, day.constants);
    CHECK(day.ledger().sessions.size() == 1);
    CHECK(day.ledger().tally == 0s);
}

TEST_CASE("what leaves the window unnoticed takes nothing off what comes later") { // limits.md §4
    ExpeditedDay day{Bucket::Rare};
    day.job(0s, 6min);
    reward(day.ledger(), 5min, day.now, day.constants);
    day.job(30h, 30h + 4min);
    CHECK(day.ledger().tally == 4min);
    CHECK(day.left() == 6min);
}

TEST_CASE("a run lasts only as long as what leaves the window is owed") { // limits.md §4
    // The first session gives 6 min back while it rolls out, and takes 5 of them back when it is gone.
    ExpeditedDay day{Bucket::Rare};
    day.job(0s, 6min);
    reward(day.ledger(), 5min, day.now, day.constants);
    day.until(24h);
    day.start();
    CHECK(day.left() == 9min);
    CHECK(day.cutOff() == 24h + 6min + 4min);
    day.until(24h + 6min);
    CHECK(day.left() == 4min);
    CHECK(day.cutOff() == 24h + 10min);
}

TEST_CASE("returns do not look at what was earned") { // limits.md §4: newest to oldest, the lengths of the sessions
    ExpeditedDay day{Bucket::Rare};
    day.load(0s);
    day.until(1h);
    day.click();
    CHECK(day.load(1h) == 1h + 5s);
    CHECK(day.returns() == 24h + 35s);
}

TEST_CASE("expedited returns are spaced from the boot on where the policy says so") { // quota.check_min_delay
    ExpeditedDay day{Bucket::Rare};
    day.constants.quotaCheckMinDelay = 1min;
    day.load(0s);
    CHECK(day.returns() == 24h + 1min);
}

TEST_CASE("a session before the boot counts, one ahead of the clock gives nothing back") { // limits.md §4
    ExpeditedDay day{Bucket::Rare};
    day.ledger().sessions = {{Instant{-23h}, Instant{-23h + 6min}, 1}};
    day.ledger().tally = 6min;
    CHECK(day.left() == 4min);
    CHECK(day.load(30min) == 34min);
    CHECK(day.returns() == 1h + 30s);

    ExpeditedDay ahead{Bucket::Rare};
    ahead.ledger().sessions = {{Instant{2h}, Instant{2h + 6min}, 1}};
    ahead.ledger().tally = 6min;
    CHECK(ahead.left() == 4min);
    CHECK(ahead.load(0s) == 4min);
    beginTop(ahead.ledger(), Instant{3h});
    CHECK(ahead.left() == 0s);
}
