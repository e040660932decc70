// The quotas of all apps (limits.md §3) as the bound keeps them: who is within it, in bits, and when that changes by
// time alone.
#pragma once
#include <algorithm>
#include <array>

#include "bench/bound_ages.hpp"
#include "bench/bound_ledger.hpp"

namespace stint::bench {

class Quotas {
public:
    Quotas(const DensePhone& phone, const Ages& ages) : phone_(phone), c_(phone.constants), ages_(ages) {}

    /// Those whose jobs may run, as last asked.
    Apps in() const { return in_; }
    /// When those that are not are to be asked again, at the earliest.
    Ms returns() const { return returns_; }
    /// When an open session has used up its app's time, at the earliest.
    Ms spentAt() const { return spentAt_; }

    bool isFree(int app, bool charging) const { return charging && !(ages_.restricted() & bitOf(app)); }

    void ask(int app, bool charging, Ms now) {
        const Ledger::Verdict verdict =
            isFree(app, charging) ? Ledger::Verdict{} : ledger(app).waiting(of(app), now, c_);
        in_ = verdict.in ? in_ | bitOf(app) : in_ & ~bitOf(app);
        returns_ = std::min(returns_, verdict.again);
    }
    /// Those that returns() was for: each is to be asked.
    Apps takeReturning() {
        returns_ = never;
        return ~in_;
    }

    /// True if a running job may run on.
    bool goesOn(int app, bool charging, Ms now) {
        const bool counted = (ages_.restricted() & bitOf(app)) != 0;
        return isFree(app, charging) || ledger(app).goesOn(of(app), counted, now, c_);
    }

    /// A job begins that counts; to be followed by account().
    void begin(int app, bool charging, Ms now) {
        if (!isFree(app, charging)) ledger(app).noteStart(now, c_);
        ++running_[static_cast<std::size_t>(app)];
    }
    void end(int app) { --running_[static_cast<std::size_t>(app)]; }
    /// Opens and closes the app's session by what runs and what is free.
    void account(int app, bool charging, Ms now) {
        const auto jobs = running_[static_cast<std::size_t>(app)];
        const bool counts = jobs > 0 && !isFree(app, charging);
        if (counts == ledger(app).open()) return;
        open_ ^= bitOf(app);
        if (!counts) return ledger(app).closeSession(now, c_);
        ledger(app).openSession(jobs, now);
        watch(app);
    }
    /// The app is in another bucket.
    void rebase(int app) {
        ledger(app).forgetVerdict();
        if (open_ & bitOf(app)) watch(app);
    }

    /// Those whose time is spent by now.
    Apps takeSpent(Ms now) {
        Apps spent = 0;
        spentAt_ = never;
        eachBit(open_, [&](int app) {
            const Ms at = ledger(app).spentAt(of(app), now);
            if (at <= now)
                spent |= bitOf(app);
            else
                spentAt_ = std::min(spentAt_, at);
        });
        return spent;
    }

private:
    Ledger& ledger(int app) { return ledgers_[static_cast<std::size_t>(app)]; }
    const DenseQuota& of(int app) const { return phone_.quotas[static_cast<std::size_t>(ages_.of(app))]; }
    void watch(int app) { spentAt_ = std::min(spentAt_, ledger(app).spentNotBefore(of(app))); }

    const DensePhone& phone_;
    const Constants& c_;
    const Ages& ages_;
    Apps in_ = 0;
    Apps open_ = 0; ///< with an open session
    Ms returns_ = never, spentAt_ = never;
    std::array<std::uint8_t, mostApps> running_{}; ///< jobs that count where nothing is free
    std::array<Ledger, mostApps> ledgers_;
};

} // namespace stint::bench
