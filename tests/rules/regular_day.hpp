// One app's regular jobs through a day, its ledger kept as the core keeps it.
#pragma once
#include <doctest/doctest.h>

#include "contract/rules/quota.hpp"
#include "quota_day.hpp"

namespace stint {

struct RegularDay : Day {
    using Day::Day;

    QuotaLedger& ledger() { return app.memory.quota; }
    bool mayStart() const { return inRegularQuota(app, world(), false); }
    bool mayGoOn() const { return inRegularQuota(app, world(), true); }
    std::optional<Duration> returns() const { return sinceBoot(regularReturn(app, world())); }
    std::optional<Duration> cutOff() const { return sinceBoot(regularCutOff(app, world())); }

    /// Does the core's part when a job starts.
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
    Duration load(Duration from) { return loadUntilSpent(*this, from); }
    /// Time becomes free or stops being so, with `jobs` running.
    void freed(std::int64_t jobs) {
        if (regularFree(app, world())) return end();
        if (jobs > 0) openRegular(ledger(), jobs, now, constants);
    }
};

} // namespace stint
