// Changes of the ledger of regular jobs (limits.md §3.2, §3.4).
#include <algorithm>

#include "base/result/check.hpp"
#include "contract/rules/quota.hpp"

namespace stint {
namespace {

// limits.md §3.2: a fixed window, which opens at the first event after the one before it expired.
void note(RateWindow& rate, Instant now, const Constants& constants) {
    if (!rate.opened || now >= *rate.opened + constants.quotaRateWindow) rate = {now, 0};
    ++rate.count;
}

void store(QuotaLedger& ledger, Instant end, bool brokenOff, const Constants& constants) {
    STINT_CHECK(ledger.open);
    STINT_CHECK(end >= ledger.open->start); // no session gives time back
    ledger.sessions.push_back({ledger.open->start, end, ledger.open->jobs, brokenOff});
    ledger.open.reset();
    std::erase_if(ledger.sessions, [&](const Session& s) { return s.end <= end - constants.quotaHistory; });
}

} // namespace

void addJob(QuotaLedger& ledger, Instant now, const Constants& constants, bool counted) {
    if (!counted) return;
    note(ledger.jobStarts, now, constants);
    if (ledger.open) ++ledger.open->jobs;
}

void openRegular(QuotaLedger& ledger, std::int64_t jobs, Instant now, const Constants&) {
    if (!ledger.open) ledger.open = OpenSession{now, jobs};
}

void closeRegular(QuotaLedger& ledger, Instant now, const Constants& constants) {
    if (!ledger.open) return;
    const Instant end = std::max(now, ledger.open->start);
    store(ledger, end, false, constants);
    note(ledger.sessionEnds, end, constants);
}

void breakOffRegular(QuotaLedger& ledger, Instant now, const Constants& constants) {
    if (ledger.open) store(ledger, std::max(now, ledger.open->start), true, constants);
}

bool isBrokenOff(const QuotaLedger& ledger) { return !ledger.sessions.empty() && ledger.sessions.back().brokenOff; }

} // namespace stint
