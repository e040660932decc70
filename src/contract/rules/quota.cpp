#include "contract/rules/quota.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/quota_allowance.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
namespace {

constexpr Duration moment{1};

// The part inside (edge, now].
Duration lengthInside(const Session& session, Instant edge, Instant now) {
    return std::max(std::min(session.end, now) - std::max(session.start, edge), Duration::zero());
}

} // namespace

Duration lengthOf(const std::optional<OpenSession>& open, Instant now) {
    return open ? std::max(now - open->start, Duration::zero()) : Duration::zero();
}

Duration timeWithin(const std::vector<Session>& sessions, Duration window, Instant now) {
    Duration sum = Duration::zero();
    for (const Session& session : sessions)
        sum += lengthInside(session, now - window, now);
    return sum;
}

Duration timeUntilSpent(const std::vector<Session>& sessions, Duration window, Instant now, Duration left,
                        Duration owed) {
    if (left < Duration::zero()) return Duration::zero();
    Duration until = Duration::zero();
    Instant edge = now - window;
    for (const Session& session : sessions) {
        if (session.end <= edge) continue;
        const Duration gap = std::max(session.start - edge, Duration::zero());
        if (gap > left) break;
        const Instant end = std::min(session.end, now);
        until += end - edge;
        left -= gap;
        edge = end;
        const Duration length = session.end - session.start;
        left -= std::max(length - owed, Duration::zero());
        owed -= std::min(length, owed);
        if (left < Duration::zero()) return until;
    }
    return until + left;
}

std::optional<Instant> timeReturns(const std::vector<Session>& sessions, Duration running, Duration window, Instant now,
                                   Duration target) {
    if (running > Duration::zero() && running >= target) return now - target + window;
    const Instant edge = now - window;
    Duration sum = running;
    for (std::size_t i = sessions.size(); i-- > 0;) {
        const Session& session = sessions[i];
        const Duration length = lengthInside(session, edge, now);
        sum += length;
        if (length > Duration::zero() && sum >= target) return std::max(session.start, edge) + (sum - target) + window;
    }
    return std::nullopt;
}

Instant returnAt(Instant when, Instant now, Duration spacing) {
    constexpr Duration unforeseen = 5min; // limits.md §3.7: in the past, which should not happen
    // With no buffer the budget returns a moment after the last of it is seen spent.
    if (when == now) when += moment;
    if (when < now) when = now + unforeseen;
    if (spacing <= Duration::zero()) return when;
    const Duration over = when.time_since_epoch() % spacing;
    return over > Duration::zero() ? when + (spacing - over) : when;
}

namespace {

/// One of the two limits of time: the bucket's window, the day's cap.
struct TimeLimit {
    Duration allowed; ///< or noLimit
    Duration window;
};

std::array<TimeLimit, 2> timeLimits(const Allowance& allowance) {
    return {TimeLimit{allowance.allowed.value_or(noLimit), allowance.window},
            TimeLimit{allowance.dayCap.value_or(noLimit), dayWindow}};
}

Allowance allowanceOf(const App& app, const World& world) {
    return regularAllowance(effectiveBucket(app, world), app, world.constants);
}

Duration leftOf(const TimeLimit& limit, const QuotaLedger& ledger, Instant now) {
    return limit.allowed == noLimit ? noLimit : limit.allowed - regularUsed(ledger, limit.window, now);
}

Duration leftOf(const Allowance& allowance, const QuotaLedger& ledger, Instant now) {
    const auto [window, cap] = timeLimits(allowance);
    return std::min(leftOf(window, ledger, now), leftOf(cap, ledger, now));
}

// limits.md §3.6, over both limits.
Duration untilSpent(const Allowance& allowance, const QuotaLedger& ledger, Instant now) {
    Duration until = noLimit;
    for (const TimeLimit& limit : timeLimits(allowance)) {
        const Duration left = leftOf(limit, ledger, now);
        if (left != noLimit) until = std::min(until, timeUntilSpent(ledger.sessions, limit.window, now, left));
    }
    return until;
}

// True if a session has been open since before `now`, with a sleep in it or without: then it does not end when its app
// comes to 0 while as much rolls out (limits.md §3.6).
bool goesOn(const QuotaLedger& ledger, Instant now) {
    return isBrokenOff(ledger) || (ledger.open && ledger.open->start < now);
}

// limits.md §3.4: counts the sessions that ended inside the window, from the newest back; whole, wherever they began.
template <class Count> // void(const Session&, bool ofItsOwn): false for a part of the next newer one
void countBack(const QuotaLedger& ledger, Duration window, const World& world, Count count) {
    const Instant edge = world.now.elapsed - window;
    for (std::size_t i = ledger.sessions.size(); i-- > 0;) {
        const Session& session = ledger.sessions[i];
        if (session.end <= edge) continue;
        const bool newest = i + 1 == ledger.sessions.size();
        const bool apart = newest || ledger.sessions[i + 1].start - session.end > world.constants.quotaCoalesce;
        count(session, apart && !session.brokenOff);
    }
}

// The time at which fewer jobs than allowed have run in the window; nullopt: that is so now.
std::optional<Instant> jobCountReturns(const Allowance& allowance, const QuotaLedger& ledger, const World& world) {
    std::int64_t jobs = ledger.open ? ledger.open->jobs : 0;
    if (jobs >= allowance.maxJobs) return world.now.elapsed + allowance.window;
    std::optional<Instant> returns;
    countBack(ledger, allowance.window, world, [&](const Session& session, bool) {
        jobs += session.jobs;
        if (!returns && jobs >= allowance.maxJobs) returns = session.end + allowance.window;
    });
    return returns;
}

// The same for sessions; neither the open one is counted, nor what was broken off of it.
std::optional<Instant> sessionCountReturns(const Allowance& allowance, const QuotaLedger& ledger, const World& world) {
    std::int64_t sessions = 0;
    std::optional<Instant> returns;
    countBack(ledger, allowance.window, world, [&](const Session& session, bool ofItsOwn) {
        sessions += ofItsOwn;
        if (!returns && sessions >= allowance.maxSessions) returns = session.end + allowance.window;
    });
    return returns;
}

// The time at which a rate window that is full expires; nullopt: it has, or it is not full.
std::optional<Instant> rateReturns(const RateWindow& rate, std::int64_t most, const World& world) {
    const Instant now = world.now.elapsed;
    if (!rate.opened || rate.count < most) return std::nullopt;
    const Instant expires = std::min(*rate.opened, now) + world.constants.quotaRateWindow;
    return expires > now ? std::optional(expires) : std::nullopt;
}

// The time at which the last of the counts is in order again (limits.md §3.5, "counts ok"); nullopt: they all are.
std::optional<Instant> countsReturn(const Allowance& allowance, const QuotaLedger& ledger, const World& world) {
    return std::max({jobCountReturns(allowance, ledger, world), sessionCountReturns(allowance, ledger, world),
                     rateReturns(ledger.jobStarts, world.constants.quotaRateMaxJobs, world),
                     rateReturns(ledger.sessionEnds, world.constants.quotaRateMaxSessions, world)});
}

// limits.md §3.7, a term of time: it applies as soon as less than the buffer is left of its limit, whichever limit
// binds.
std::optional<Instant> timeReturn(const TimeLimit& limit, Duration buffer, const QuotaLedger& ledger, Instant now) {
    if (limit.allowed == noLimit) return std::nullopt;
    const Duration target = std::max(limit.allowed - buffer, Duration{0});
    const Duration running = std::min(lengthOf(ledger.open, now), limit.window);
    return timeReturns(ledger.sessions, running, limit.window, now, target);
}

std::optional<Instant> timesReturn(const Allowance& allowance, Duration buffer, const QuotaLedger& ledger,
                                   Instant now) {
    std::optional<Instant> returns;
    for (const TimeLimit& limit : timeLimits(allowance))
        returns = std::max(returns, timeReturn(limit, buffer, ledger, now));
    return returns;
}

} // namespace

Bucket effectiveBucket(const App& app, const World& world) {
    const Bucket bucket = bucketForJobs(app, world.now.elapsed, world.constants);
    if (bucket == Bucket::Exempted || !world.constants.activeUidUsesActiveBucket) return bucket;
    return isActive(app, world.now.elapsed, world.constants) ? Bucket::Active : bucket;
}

bool freeByState(const App& app, const World& world) {
    if (app.manifest.system || onScreen(app)) return true;
    return serviceJobsFree(app, world.constants) && stateOf(app) == ProcessState::ForegroundService;
}

bool freeByCharging(const App& app, const World& world) {
    if (!world.state.charging) return false;
    const Bucket bucket = effectiveBucket(app, world);
    return bucket != Bucket::Restricted && bucket != Bucket::Never;
}

bool regularFree(const App& app, const World& world) { return freeByState(app, world) || freeByCharging(app, world); }

bool countsRegular(const App& app, const World& world, bool startedOnTop) {
    return !regularFree(app, world) && !(startedOnTop && topStartedJobsFree(app, world.constants));
}

Duration regularUsed(const QuotaLedger& ledger, Duration window, Instant now) {
    return timeWithin(ledger.sessions, window, now) + std::min(lengthOf(ledger.open, now), window);
}

Duration regularLeft(const App& app, const World& world) {
    return leftOf(allowanceOf(app, world), app.memory.quota, world.now.elapsed);
}

RegularQuota regularQuota(const App& app, const World& world) {
    if (regularFree(app, world)) return {};
    const Bucket bucket = effectiveBucket(app, world);
    if (bucket == Bucket::Never) return {.in = false};
    const Allowance allowance = regularAllowance(bucket, app, world.constants);
    const QuotaLedger& ledger = app.memory.quota;
    const Instant now = world.now.elapsed;
    const auto counts = countsReturn(allowance, ledger, world);
    if (!counts && leftOf(allowance, ledger, now) > Duration{0}) return {};
    const auto returns = std::max(timesReturn(allowance, world.constants.quotaBuffer, ledger, now), counts);
    if (!returns) return {.in = false};
    // Both move while a session is open; and no clock tells when an app that misbehaves is forgiven.
    const bool misbehaves = bucketForJobs(app, now, world.constants) != bucketOf(app);
    const bool moves = ledger.open || misbehaves;
    const auto sooner = moves ? now : std::max(timesReturn(allowance, Duration{0}, ledger, now), counts);
    return {.in = false,
            .returns = returnAt(*returns, now, world.constants.quotaCheckMinDelay),
            .sooner = sooner.value_or(now)};
}

bool inRegularQuota(const App& app, const World& world, bool running) {
    if (regularFree(app, world)) return true;
    const Bucket bucket = effectiveBucket(app, world);
    if (bucket == Bucket::Never) return false;
    const Allowance allowance = regularAllowance(bucket, app, world.constants);
    const QuotaLedger& ledger = app.memory.quota;
    const Instant now = world.now.elapsed;
    if (!running && countsReturn(allowance, ledger, world)) return false;
    if (running && goesOn(ledger, now)) return untilSpent(allowance, ledger, now) > Duration{0};
    return leftOf(allowance, ledger, now) > Duration{0};
}

std::optional<Instant> regularReturn(const App& app, const World& world) { return regularQuota(app, world).returns; }

std::optional<Instant> regularCutOff(const App& app, const World& world) {
    if (!app.memory.quota.open) return std::nullopt;
    const Duration cap = quotaRunCap(app, world, false);
    return cap == noLimit ? std::nullopt : std::optional(world.now.elapsed + cap);
}

std::string regularShortage(const App& app, const World& world) {
    const Constants& constants = world.constants;
    const Allowance allowance = allowanceOf(app, world);
    const QuotaLedger& ledger = app.memory.quota;
    std::optional<Instant> last;
    std::string text;
    const auto consider = [&](std::optional<Instant> returns, const std::string& words) {
        if (!returns || (last && *returns <= *last)) return;
        last = returns;
        text = words;
    };
    for (const TimeLimit& limit : timeLimits(allowance)) {
        const Duration left = leftOf(limit, ledger, world.now.elapsed);
        const auto returns = timeReturn(limit, constants.quotaBuffer, ledger, world.now.elapsed);
        if (left > Duration{0} && !returns) continue;
        consider(returns.value_or(world.now.elapsed),
                 fmt::format("{} of {} used in {}", roughDuration(limit.allowed - left), formatDuration(limit.allowed),
                             formatDuration(limit.window)));
    }
    const std::string window = formatDuration(allowance.window);
    const auto reached = [](std::int64_t most, std::string_view what, const std::string& within) {
        return fmt::format("the limit of {} in {} is reached", counted(most, what), within);
    };
    consider(jobCountReturns(allowance, ledger, world), reached(allowance.maxJobs, "job start", window));
    consider(sessionCountReturns(allowance, ledger, world), reached(allowance.maxSessions, "session", window));
    const std::string rate = formatDuration(constants.quotaRateWindow);
    consider(rateReturns(ledger.jobStarts, constants.quotaRateMaxJobs, world),
             reached(constants.quotaRateMaxJobs, "job start", rate));
    consider(rateReturns(ledger.sessionEnds, constants.quotaRateMaxSessions, world),
             reached(constants.quotaRateMaxSessions, "session", rate));
    return text;
}

Duration quotaRunCap(const App& app, const World& world, bool startedOnTop) {
    if (!countsRegular(app, world, startedOnTop)) return noLimit;
    return untilSpent(allowanceOf(app, world), app.memory.quota, world.now.elapsed);
}

// Changes of the ledger of regular jobs (limits.md §3.2, §3.4).

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
