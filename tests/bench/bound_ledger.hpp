// An app's use of its quota of regular jobs (limits.md §3), in the bound's form: sessions in a ring, with their sums
// beside it, so that most questions need no look at any of them.
#pragma once
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "bench/bound_phone.hpp"

namespace stint::bench {

class Ledger {
public:
    /// Says if a waiting job may run; else when to ask again: never where no time brings it back.
    struct Verdict {
        bool in = true;
        Ms again = never;
    };

    bool open() const { return openedAt_ >= 0; }

    void noteStart(Ms now, const Constants& constants) {
        note(starts_, now, constants);
        if (open()) ++openJobs_;
        forgetVerdict();
    }
    void openSession(std::int64_t jobs, Ms now) {
        openedAt_ = now;
        openJobs_ = jobs;
        forgetVerdict();
    }
    void closeSession(Ms now, const Constants& constants) {
        if (end_ - begin_ == mostSessions) {
            std::fprintf(stderr, "the bound keeps fewer sessions of a day than that\n");
            std::exit(1);
        }
        at(end_++) = {openedAt_, now, openJobs_};
        length_ += now - openedAt_;
        jobs_ += openJobs_;
        openedAt_ = -1;
        note(ends_, now, constants);
        forgetVerdict();
        for (const Ms edge = now - constants.quotaHistory.count(); begin_ < end_ && at(begin_).end <= edge; ++begin_) {
            length_ -= at(begin_).end - at(begin_).start;
            jobs_ -= at(begin_).jobs;
        }
    }

    /// Reckoned again where something has changed since, or time may have changed it.
    Verdict waiting(const DenseQuota& quota, Ms now, const Constants& constants) {
        if (now >= verdictUntil_) reckon(quota, now, constants);
        return verdict_;
    }
    /// The app is in another bucket.
    void forgetVerdict() { verdictUntil_ = 0; }

    /// True if a running job goes on. `counted`: the counts stop it, too.
    bool goesOn(const DenseQuota& quota, bool counted, Ms now, const Constants& constants) const {
        if (counted && countsReturn(quota, now, constants) >= 0) return false;
        if (farFromTime(quota, now)) return true;
        if (open() && openedAt_ < now) return untilSpent(quota, now) > 0;
        return left(quota, now) > 0;
    }

    /// No later than when the open session has used up the time.
    Ms spentNotBefore(const DenseQuota& quota) const {
        const Ms allowed = std::min(quota.allowed, quota.dayCap);
        return allowed == never ? never : openedAt_ + std::max<Ms>(allowed - length_, 0);
    }
    /// Just then, if it goes on.
    Ms spentAt(const DenseQuota& quota, Ms now) const {
        const Ms until = untilSpent(quota, now);
        return until == never ? never : now + until;
    }

private:
    struct Session {
        Ms start, end;
        std::int64_t jobs;
    };
    struct Rate {
        Ms opened = -1;
        std::int64_t count = 0;
    };
    static constexpr std::uint32_t mostSessions = 32;
    static constexpr Ms day = 24LL * 60 * 60 * 1000;
    static constexpr Ms unforeseen = 5LL * 60 * 1000; // limits.md §3.7

    Session& at(std::uint32_t n) { return sessions_[n % mostSessions]; }
    const Session& at(std::uint32_t n) const { return sessions_[n % mostSessions]; }
    Ms running(Ms now) const { return open() ? now - openedAt_ : 0; }

    static void note(Rate& rate, Ms now, const Constants& constants) {
        if (rate.opened < 0 || now >= rate.opened + constants.quotaRateWindow.count()) rate = {now, 0};
        ++rate.count;
    }

    void reckon(const DenseQuota& quota, Ms now, const Constants& constants) {
        verdictUntil_ = open() ? 0 : never; // what is open spends by and by; what has ended only rolls out
        const bool time = farFromTime(quota, now);
        if (time && farFromCounts(quota, constants)) return accept();
        const Ms counts = countsReturn(quota, now, constants);
        if (counts < 0 && (time || left(quota, now) > 0)) return accept();
        Ms returns = std::max({counts, timeReturn(quota.allowed, quota.window, now, constants),
                               timeReturn(quota.dayCap, day, now, constants)});
        verdict_ = {false};
        if (returns < 0) return;
        if (returns == now) ++returns;
        if (returns < now) returns = now + unforeseen;
        verdict_ = {false, returns};
        verdictUntil_ = time && !open() ? returns : 0; // the time is there as soon as the first of it rolls out
    }
    void accept() { verdict_ = {true}; }

    // By the sums alone: all of a day, where the window may hold less.
    bool farFromTime(const DenseQuota& quota, Ms now) const {
        return length_ + running(now) < std::min(quota.allowed, quota.dayCap);
    }
    bool farFromCounts(const DenseQuota& quota, const Constants& constants) const {
        return jobs_ + (open() ? openJobs_ : 0) < quota.maxJobs && end_ - begin_ < quota.maxSessions &&
               starts_.count < constants.quotaRateMaxJobs && ends_.count < constants.quotaRateMaxSessions;
    }

    static Ms rateReturns(const Rate& rate, std::int64_t most, Ms now, const Constants& constants) {
        if (rate.opened < 0 || rate.count < most) return -1;
        const Ms expires = std::min(rate.opened, now) + constants.quotaRateWindow.count();
        return expires > now ? expires : -1;
    }

    // When the last of the counts is in order again (limits.md §3.5); -1: they all are.
    Ms countsReturn(const DenseQuota& quota, Ms now, const Constants& constants) const {
        const Ms returns = std::max(rateReturns(starts_, constants.quotaRateMaxJobs, now, constants),
                                    rateReturns(ends_, constants.quotaRateMaxSessions, now, constants));
        std::int64_t jobs = open() ? openJobs_ : 0, sessions = 0;
        Ms byJobs = jobs >= quota.maxJobs ? now + quota.window : -1, bySessions = -1;
        for (std::uint32_t n = end_; n != begin_; --n) {
            const Session& session = at(n - 1);
            if (session.end <= now - quota.window) break;
            jobs += session.jobs;
            sessions += n == end_ || at(n).start - session.end > constants.quotaCoalesce.count();
            if (byJobs < 0 && jobs >= quota.maxJobs) byJobs = session.end + quota.window;
            if (bySessions < 0 && sessions >= quota.maxSessions) bySessions = session.end + quota.window;
        }
        return std::max({returns, byJobs, bySessions});
    }

    Ms left(Ms allowed, Ms window, Ms now) const {
        if (allowed == never) return never;
        Ms used = std::min(running(now), window);
        for (std::uint32_t n = end_; n != begin_ && at(n - 1).end > now - window; --n)
            used += at(n - 1).end - std::max(at(n - 1).start, now - window);
        return allowed - used;
    }
    Ms left(const DenseQuota& quota, Ms now) const {
        return std::min(left(quota.allowed, quota.window, now), left(quota.dayCap, day, now));
    }

    // limits.md §3.7, a term of time; -1: it does not apply.
    Ms timeReturn(Ms allowed, Ms window, Ms now, const Constants& constants) const {
        if (allowed == never) return -1;
        const Ms target = std::max<Ms>(allowed - constants.quotaBuffer.count(), 0);
        Ms sum = std::min(running(now), window);
        if (sum > 0 && sum >= target) return now - target + window;
        for (std::uint32_t n = end_; n != begin_ && at(n - 1).end > now - window; --n) {
            const Ms start = std::max(at(n - 1).start, now - window);
            sum += at(n - 1).end - start;
            if (sum >= target) return start + (sum - target) + window;
        }
        return -1;
    }

    // limits.md §3.6: what rolls out of the window while the session goes on is there again.
    Ms untilSpent(Ms allowed, Ms window, Ms now) const {
        Ms left = this->left(allowed, window, now);
        if (left == never) return never;
        if (left < 0) return 0;
        Ms until = 0;
        Ms edge = now - window;
        for (std::uint32_t n = begin_; n != end_; ++n) {
            const Session& session = at(n);
            if (session.end <= edge) continue;
            const Ms gap = std::max<Ms>(session.start - edge, 0);
            if (gap > left) break;
            until += session.end - edge;
            left -= gap;
            edge = session.end;
            left -= session.end - session.start;
            if (left < 0) return until;
        }
        return until + left;
    }
    Ms untilSpent(const DenseQuota& quota, Ms now) const {
        return std::min(untilSpent(quota.allowed, quota.window, now), untilSpent(quota.dayCap, day, now));
    }

    std::array<Session, mostSessions> sessions_; ///< oldest first, from begin_ to end_
    std::uint32_t begin_ = 0, end_ = 0;
    Ms length_ = 0;         ///< of all of them
    std::int64_t jobs_ = 0; ///< in all of them
    Ms openedAt_ = -1;
    std::int64_t openJobs_ = 0;
    Rate starts_, ends_;
    Verdict verdict_{true}; ///< until then, if nothing changes
    Ms verdictUntil_ = 0;
};

} // namespace stint::bench
