// Properties of both quotas for every history (limits.md §3.4 to §3.7, §4), against searches that try each minute.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/quota.hpp"
#include "quota_day.hpp"

using namespace stint;

namespace {

constexpr Duration day24 = 24h;

/// Alternating pauses and runs, in whole units from 0 on.
std::vector<Session> history(Duration unit, int most) {
    const auto lengths = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, most), rc::gen::inRange(1, most)));
    std::vector<Session> sessions;
    Instant now{};
    for (const auto& [pause, run] : lengths) {
        const Instant start = now + pause * unit;
        now = start + run * unit;
        sessions.push_back({start, now, *rc::gen::inRange<std::int64_t>(1, 4)});
    }
    return sessions;
}

Instant endOf(const std::vector<Session>& sessions) { return sessions.empty() ? Instant{} : sessions.back().end; }

/// A bucket small enough that minutes matter; no rate limits.
Constants smallBucket() {
    Constants constants;
    constants.quotaRateMaxJobs = constants.quotaRateMaxSessions = 1'000'000;
    constants.quotaAllowedWorking = min(*rc::gen::inRange(1, 30));
    constants.quotaWindowWorking = constants.quotaAllowedWorking + min(*rc::gen::inRange(1, 120));
    constants.quotaBuffer = min(*rc::gen::inRange(1, 4));
    constants.quotaMaxExecution24h = min(*rc::gen::inRange(60, 100));
    constants.quotaMaxSessionsWorking = *rc::gen::inRange(1, 8);
    constants.quotaMaxJobsWorking = *rc::gen::inRange(10, 20);
    constants.quotaCoalesce = min(*rc::gen::inRange(0, 3));
    return constants;
}

/// Which minutes were busy; the one that ends at `minute` is busy.contains(minute).
std::set<std::int64_t> busyMinutes(const std::vector<Session>& sessions) {
    std::set<std::int64_t> busy;
    for (const Session& session : sessions)
        for (Instant t = session.start + 1min; t <= session.end; t += 1min)
            busy.insert(t.time_since_epoch() / 1min);
    return busy;
}

std::int64_t minutesIn(const std::set<std::int64_t>& busy, Duration window, std::int64_t now) {
    return std::distance(busy.upper_bound(now - window / 1min), busy.upper_bound(now));
}

/// limits.md §3.7, one limit of time: from now + 1 ms on less than the target is used.
bool underTarget(const std::set<std::int64_t>& busy, Duration allowed, Duration window, Duration buffer,
                 std::int64_t now) {
    const std::int64_t used = minutesIn(busy, window, now);
    const std::int64_t target = std::max<std::int64_t>((allowed - buffer) / 1min, 0);
    return used < target || (used == target && (used == 0 || busy.contains(now - window / 1min + 1)));
}

bool countsOk(const std::vector<Session>& sessions, const Constants& constants, Instant now) {
    std::int64_t jobs = 0, count = 0;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        if (sessions[i].end <= now - constants.quotaWindowWorking) continue;
        jobs += sessions[i].jobs;
        const bool merged =
            i + 1 < sessions.size() && sessions[i + 1].start - sessions[i].end <= constants.quotaCoalesce;
        count += !merged;
    }
    return jobs < constants.quotaMaxJobsWorking && count < constants.quotaMaxSessionsWorking;
}

} // namespace

TEST_CASE("cut off where the rule says, no window ever holds more than its allowance") { // limits.md §3.5, §3.6
    CHECK(rc::check("used <= allowed", [] {
        Day day{Bucket::WorkingSet, smallBucket()};
        day.constants.quotaMaxSessionsWorking = day.constants.quotaMaxJobsWorking = 1'000'000;
        QuotaLedger& ledger = day.app.memory.quota;
        const auto tries = *rc::gen::container<std::vector<std::pair<int, int>>>(
            40, rc::gen::pair(rc::gen::inRange(0, 5000), rc::gen::inRange(1, 3000)));
        for (const auto& [pause, wish] : tries) {
            day.now += sec(pause);
            if (!inRegularQuota(day.app, day.world(), false)) {
                const auto [in, returns, sooner] = regularQuota(day.app, day.world());
                RC_ASSERT(returns && *returns > day.now);
                // limits.md §3.7: whoever is asked before it returns need not be before that.
                const Instant last = std::max(day.now, std::min(sooner, *returns - Duration{1}));
                day.now += Duration{*rc::gen::inRange<std::int64_t>(0, (last - day.now).count() + 1)};
                RC_ASSERT(!inRegularQuota(day.app, day.world(), false));
                day.now = *returns;
            }
            RC_ASSERT(inRegularQuota(day.app, day.world(), false));
            openRegular(ledger, 1, day.now, day.constants);
            const auto cutOff = regularCutOff(day.app, day.world());
            RC_ASSERT(cutOff && *cutOff > day.now);
            day.now = std::min(day.now + sec(wish), *cutOff);
            RC_ASSERT(inRegularQuota(day.app, day.world(), true) == (day.now < *cutOff));
            RC_ASSERT(regularCutOff(day.app, day.world()) == cutOff);
            closeRegular(ledger, day.now, day.constants);
        }
        // A window holds most as a session ends or just as one begins to leave it.
        for (const Session& session : ledger.sessions) {
            for (const Duration window : {day.constants.quotaWindowWorking, day24}) {
                const Duration allowed =
                    window == day24 ? day.constants.quotaMaxExecution24h : day.constants.quotaAllowedWorking;
                RC_ASSERT(timeWithin(ledger.sessions, window, session.end) <= allowed);
                RC_ASSERT(timeWithin(ledger.sessions, window, session.start + window) <= allowed);
            }
        }
    }));
}

TEST_CASE("an app comes back in the very minute in which nothing holds it any more") { // limits.md §3.7
    CHECK(rc::check("return == search", [] {
        Day day{Bucket::WorkingSet, smallBucket()};
        const auto sessions = history(1min, 40);
        day.app.memory.quota.sessions = sessions;
        day.now = endOf(sessions);
        const auto returns = regularReturn(day.app, day.world());
        const Constants& c = day.constants;
        const auto busy = busyMinutes(sessions);
        const std::int64_t now = day.now.time_since_epoch() / 1min;
        const bool timeOk = minutesIn(busy, c.quotaWindowWorking, now) < c.quotaAllowedWorking / 1min &&
                            minutesIn(busy, day24, now) < c.quotaMaxExecution24h / 1min;
        RC_ASSERT(returns.has_value() == !(timeOk && countsOk(sessions, c, day.now)));
        if (!returns) return;
        std::int64_t minute = now;
        while (!underTarget(busy, c.quotaAllowedWorking, c.quotaWindowWorking, c.quotaBuffer, minute) ||
               !underTarget(busy, c.quotaMaxExecution24h, day24, c.quotaBuffer, minute) ||
               !countsOk(sessions, c, Instant{min(minute)}))
            ++minute;
        RC_ASSERT(*returns == Instant{min(minute)});
    }));
}

TEST_CASE("a run is cut in the very minute after which it would have used too much") { // limits.md §3.6
    CHECK(rc::check("cut-off == search", [] {
        Day day{Bucket::WorkingSet, smallBucket()};
        const auto sessions = history(1min, 40);
        day.app.memory.quota.sessions = sessions;
        day.now = endOf(sessions) + min(*rc::gen::inRange(0, 60));
        openRegular(day.app.memory.quota, 1, day.now, day.constants);
        const auto cutOff = regularCutOff(day.app, day.world());
        RC_ASSERT(cutOff.has_value());
        auto busy = busyMinutes(sessions);
        std::int64_t minute = day.now.time_since_epoch() / 1min;
        const auto fits = [&] {
            return minutesIn(busy, day.constants.quotaWindowWorking, minute) <=
                       day.constants.quotaAllowedWorking / 1min &&
                   minutesIn(busy, day24, minute) <= day.constants.quotaMaxExecution24h / 1min;
        };
        if (!fits()) {
            RC_ASSERT(*cutOff == day.now);
            return;
        }
        while (fits())
            busy.insert(++minute);
        RC_ASSERT(*cutOff == Instant{min(minute - 1)}); // the last minute was one too many
    }));
}

TEST_CASE("without rewards the expedited tally is the time inside the window") { // limits.md §4
    CHECK(rc::check("left == limit - used", [] {
        Day day{Bucket::Active};
        ExpeditedLedger& ledger = day.app.memory.expedited;
        const auto sessions = history(1s, 5000);
        std::vector<Session> past;
        for (const Session& session : sessions) {
            openExpedited(ledger, 1, session.start, day.constants);
            closeExpedited(ledger, session.end, day.constants);
            past.push_back(session);
            day.now = session.end + sec(*rc::gen::inRange(0, 90'000));
            RC_ASSERT(expeditedLeft(day.app, day.world()) ==
                      day.constants.ejLimitActive - timeWithin(past, day.constants.ejWindow, day.now));
        }
    }));
}

TEST_CASE("whatever is earned, what is left is at most the limit, and a run ends where nothing is left") { // §4
    CHECK(rc::check("left <= limit; cut-off is the end", [] {
        Day day{Bucket::Rare};
        ExpeditedLedger& ledger = day.app.memory.expedited;
        const Duration limit = day.constants.ejLimitRare;
        const auto deeds = *rc::gen::container<std::vector<std::pair<int, int>>>(
            60, rc::gen::pair(rc::gen::inRange(0, 4), rc::gen::inRange(0, 20'000)));
        for (const auto& [what, pause] : deeds) {
            const auto cutOff = expeditedCutOff(day.app, day.world());
            day.now += sec(pause);
            if (cutOff && *cutOff < day.now) day.now = *cutOff;
            RC_ASSERT(expeditedLeft(day.app, day.world()) <= limit);
            if (ledger.open) {
                RC_ASSERT(expeditedCutOff(day.app, day.world()) == cutOff);
                RC_ASSERT(inExpeditedQuota(day.app, day.world(), true) == (day.now < *cutOff));
            }
            if (cutOff == day.now || what == 0)
                closeExpedited(ledger, day.now, day.constants);
            else if (what == 1)
                reward(ledger, sec(pause / 40), day.now, day.constants);
            else if (inExpeditedQuota(day.app, day.world()))
                openExpedited(ledger, 1, day.now, day.constants);
            else
                RC_ASSERT(expeditedReturn(day.app, day.world()) > day.now);
            RC_ASSERT(ledger.tally >= Duration{0});
        }
    }));
}
