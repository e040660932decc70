#include "contract/rules/expedited_quota.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/quota_allowance.hpp"

namespace stint {
namespace {

std::optional<Duration> limitOf(const App& app, const World& world) {
    return expeditedLimit(effectiveBucket(app, world), app, world.constants);
}

// The end of the free time that time alone ends (limits.md §4); in the past where there was such time.
std::optional<Instant> graceEnd(const App& app, const World& world) {
    std::optional<Instant> end;
    if (app.memory.leftTop) end = *app.memory.leftTop + world.constants.ejGraceTop;
    if (!app.memory.allowlistedUntil) return end;
    const Bucket bucket = effectiveBucket(app, world);
    const bool helped = bucket != Bucket::Restricted && bucket != Bucket::Never;
    if (helped) end = std::max(end, std::optional(*app.memory.allowlistedUntil + world.constants.ejGraceAllowlist));
    return end;
}

bool freeUntilEvent(const App& app, const World& world) {
    return freeByState(app, world) || freeByCharging(app, world);
}

// The tally without the sessions that have left the window, and the part of the oldest other one that has left it, too.
struct Tally {
    Duration owed;
    Duration rolledOut;
};

Tally tallyAt(const ExpeditedLedger& ledger, Instant edge) {
    Tally tally{ledger.tally, Duration::zero()};
    for (const Session& session : ledger.sessions) {
        if (session.end > edge) {
            tally.rolledOut = std::max(edge - session.start, Duration::zero());
            break;
        }
        tally.owed = std::max(tally.owed - (session.end - session.start), Duration::zero());
    }
    return tally;
}

void prune(ExpeditedLedger& ledger, Instant now, const Constants& constants) {
    const Instant edge = now - constants.ejWindow;
    ledger.tally = tallyAt(ledger, edge).owed;
    std::erase_if(ledger.sessions, [&](const Session& session) { return session.end <= edge; });
}

Duration debitOf(const ExpeditedLedger& ledger, Instant now) {
    return std::max(lengthOf(ledger.open, now) - ledger.credit, Duration::zero());
}

// limits.md §4, before "never exceeds E".
Duration balance(Duration limit, const ExpeditedLedger& ledger, const World& world) {
    const Instant now = world.now.elapsed;
    const Tally tally = tallyAt(ledger, now - world.constants.ejWindow);
    const Duration onTop = ledger.topSince ? now - *ledger.topSince : Duration::zero();
    return limit - tally.owed + tally.rolledOut + topReward(onTop, world.constants) - debitOf(ledger, now);
}

Duration untilSpent(Duration limit, const ExpeditedLedger& ledger, const World& world) {
    const Instant now = world.now.elapsed;
    const Duration window = world.constants.ejWindow;
    const Duration owed = tallyAt(ledger, now - window).owed;
    return timeUntilSpent(ledger.sessions, window, now, balance(limit, ledger, world), owed);
}

} // namespace

bool expeditedFree(const App& app, const World& world) {
    return freeUntilEvent(app, world) || graceEnd(app, world) > world.now.elapsed;
}

std::optional<Instant> expeditedFreeUntil(const App& app, const World& world) {
    const auto end = graceEnd(app, world);
    return end > world.now.elapsed && !freeUntilEvent(app, world) ? end : std::nullopt;
}

bool countsExpedited(const App& app, const World& world, bool startedOnTop) {
    return !expeditedFree(app, world) && !(startedOnTop && topStartedJobsFree(app, world.constants));
}

Duration expeditedLeft(const App& app, const World& world) {
    const auto limit = limitOf(app, world);
    return limit ? std::min(balance(*limit, app.memory.expedited, world), *limit) : noLimit;
}

bool inExpeditedQuota(const App& app, const World& world, bool running) {
    if (expeditedFree(app, world)) return true;
    const auto limit = limitOf(app, world);
    if (!limit) return true;
    const ExpeditedLedger& ledger = app.memory.expedited;
    // For regular jobs it is the same: a session at 0 goes on while as much time rolls out of the window.
    if (running && ledger.open && ledger.open->start < world.now.elapsed)
        return untilSpent(*limit, ledger, world) > Duration::zero();
    return expeditedLeft(app, world) > Duration::zero();
}

std::string outOfExpeditedQuota(const App& app, const World& world) {
    const std::string& package = app.manifest.package.name;
    const Duration limit = limitOf(app, world).value_or(noLimit);
    if (limit == Duration::zero())
        return fmt::format("{} has no time for expedited jobs in the standby bucket {}", package,
                           nameOf(effectiveBucket(app, world)));
    std::string why = fmt::format("{} has used up its time for expedited jobs, {} in {}", package,
                                  formatDuration(limit), formatDuration(world.constants.ejWindow));
    if (const auto returns = expeditedReturn(app, world))
        why += fmt::format("; it has some again in {}", roughDuration(*returns - world.now.elapsed));
    return why;
}

std::optional<Instant> expeditedReturn(const App& app, const World& world) {
    const auto limit = limitOf(app, world);
    if (!limit || *limit == Duration::zero() || inExpeditedQuota(app, world)) return std::nullopt;
    const ExpeditedLedger& ledger = app.memory.expedited;
    const Instant now = world.now.elapsed;
    const Duration target = std::max(*limit - world.constants.quotaBuffer, Duration::zero());
    const auto returns = timeReturns(ledger.sessions, debitOf(ledger, now), world.constants.ejWindow, now, target);
    if (!returns) return std::nullopt;
    return returnAt(*returns, now, world.constants.quotaCheckMinDelay);
}

std::optional<Instant> expeditedCutOff(const App& app, const World& world) {
    if (!app.memory.expedited.open) return std::nullopt;
    const Duration cap = expeditedRunCap(app, world, false);
    return cap == noLimit ? std::nullopt : std::optional(world.now.elapsed + cap);
}

Duration expeditedRunCap(const App& app, const World& world, bool startedOnTop) {
    const auto limit = limitOf(app, world);
    if (!limit || !countsExpedited(app, world, startedOnTop)) return noLimit;
    return untilSpent(*limit, app.memory.expedited, world);
}

void openExpedited(ExpeditedLedger& ledger, std::int64_t jobs, Instant now, const Constants&) {
    if (!ledger.open) ledger.open = OpenSession{now, jobs};
}

void closeExpedited(ExpeditedLedger& ledger, Instant now, const Constants& constants) {
    if (!ledger.open) return;
    const Instant end = std::max(now, ledger.open->start);
    prune(ledger, end, constants);
    ledger.tally += debitOf(ledger, end);
    ledger.sessions.push_back({ledger.open->start, end, ledger.open->jobs});
    ledger.open.reset();
    ledger.credit = Duration::zero();
}

void beginTop(ExpeditedLedger& ledger, Instant now) {
    if (!ledger.topSince) ledger.topSince = now;
}

void endTop(ExpeditedLedger& ledger, Instant now, const Constants& constants) {
    if (!ledger.topSince) return;
    reward(ledger, topReward(now - *ledger.topSince, constants), now, constants);
    ledger.topSince.reset();
}

void reward(ExpeditedLedger& ledger, Duration credit, Instant now, const Constants& constants) {
    prune(ledger, now, constants);
    const Duration beyond = std::max(credit - ledger.tally, Duration::zero());
    ledger.tally = std::max(ledger.tally - credit, Duration::zero());
    if (ledger.open) ledger.credit = std::min(ledger.credit + beyond, lengthOf(ledger.open, now));
}

} // namespace stint
