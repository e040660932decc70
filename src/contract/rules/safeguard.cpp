#include "contract/rules/safeguard.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/text/number.hpp"
#include "contract/rules/kind.hpp"

namespace stint {
namespace {

bool servicePresent(const Context& c) { return c.app && c.app->manifest.services.contains(c.gateKey.service); }

} // namespace

Verdict appGate(const Context& c) {
    if (!servicePresent(c)) return Verdict::untilEvent(PENDING_JOB_REASON_APP);
    const auto& bad = c.app->memory.badUntil;
    if (bad && *bad > c.world.now.elapsed) return Verdict::until(*bad, PENDING_JOB_REASON_APP);
    return Verdict::yes();
}

std::string describeApp(const Context& c) {
    if (!c.app) return "the app is not installed";
    if (!servicePresent(c)) return fmt::format("the app does not declare a service \"{}\" any more", c.gateKey.service);
    return describeCrashes("the app", c.world.constants);
}

std::string describeCrashes(std::string_view whose, const Constants& constants) {
    return fmt::format("{} crashed {} within {}", whose, counted(constants.crashGuardCrashes, "time"),
                       formatDuration(constants.crashGuardWindow));
}

bool guardsEachJob(const Manifest& manifest) { return manifest.builtIn; }

std::optional<Instant> restAfterCrash(std::vector<Instant>& crashes, Instant began, Instant now,
                                      const Constants& constants) {
    std::erase_if(crashes, [&](Instant crash) { return crash <= now - constants.crashGuardWindow; });
    if (crashes.empty() || crashes.back() <= began || crashes.back() != now) crashes.push_back(now);
    if (std::ssize(crashes) < constants.crashGuardCrashes) return std::nullopt;
    crashes.clear();
    return now + constants.crashGuardRest;
}

void forgiveCrashes(AppMemory& memory) {
    memory.crashes.clear();
    memory.badUntil.reset();
}

namespace {

std::int64_t countSince(const std::vector<Instant>& events, Instant after) {
    return std::ranges::count_if(events, [&](Instant event) { return event > after; });
}

void note(std::vector<Instant>& events, Instant now, Duration window) {
    std::erase_if(events, [&](Instant event) { return event <= now - window; });
    events.push_back(now);
}

bool isTimeout(const Ending& ending) {
    return ending.internal == InternalReason::Timeout || ending.internal == InternalReason::TimeoutAbandoned;
}

// Stopped at its maximum limit, or by the verb `timeout`, which counts as that (jobs.md §8). The same internal reason
// stands for a run that made room past its guarantee, or was stopped past it for Doze or heat.
bool stoppedAtLimit(const Ending& ending) {
    return isTimeout(ending) &&
           (ending.reason == STOP_REASON_TIMEOUT || ending.reason == STOP_REASON_TIMEOUT_ABANDONED);
}

// A regular or expedited run counts, too, if it lasted as long as its guarantee, however it ended. A user-initiated one
// counts only if it was stopped at its maximum limit (PROPOSAL of jobs.md §6.7).
bool countsAsTimeout(const Run& run, const Ending& ending, bool free, Instant now) {
    if (run.kind == JobClass::UserInitiated) return stoppedAtLimit(ending);
    return isTimeout(ending) || (!free && now >= run.began + run.guarantee);
}

std::int64_t limitOf(JobClass kind, const Constants& constants) {
    switch (kind) {
    case JobClass::UserInitiated:
        return constants.timeoutsUserInitiated;
    case JobClass::Expedited:
        return constants.timeoutsExpedited;
    case JobClass::Regular:
        return constants.timeoutsRegular;
    }
    return 0;
}

} // namespace

bool noteEnd(App& app, const Run& run, const Ending& ending, bool free, Instant now, const Constants& constants) {
    if (!constants.safeguards) return false;
    const bool tooLong = countsAsTimeout(run, ending, free, now);
    const bool silent = ending.internal == InternalReason::Anr;
    if (tooLong) note(app.memory.timeouts[run.kind], now, constants.timeoutWindow);
    if (silent) note(app.memory.silences, now, constants.unresponsiveWindow);
    return tooLong || silent;
}

SafeguardView countsOf(const App& app, Instant now, const Constants& constants) {
    const auto timeouts = [&](JobClass kind) {
        const auto events = app.memory.timeouts.find(kind);
        const Instant after = now - constants.timeoutWindow;
        return events == app.memory.timeouts.end() ? 0U : static_cast<std::uint32_t>(countSince(events->second, after));
    };
    return {.userInitiated = timeouts(JobClass::UserInitiated),
            .expedited = timeouts(JobClass::Expedited),
            .regular = timeouts(JobClass::Regular),
            .unresponsive =
                static_cast<std::uint32_t>(countSince(app.memory.silences, now - constants.unresponsiveWindow)),
            .scheduled = static_cast<std::uint32_t>(countSince(app.scheduleCalls, now - constants.scheduleRateWindow)),
            .buggy = buggy(app, now, constants)};
}

bool overTimeouts(const App& app, JobClass kind, Instant now, const Constants& constants) {
    return overTimeoutsUntil(app, kind, now, constants).has_value();
}

std::optional<Instant> overTimeoutsUntil(const App& app, JobClass kind, Instant now, const Constants& constants) {
    if (!constants.safeguards) return std::nullopt;
    const auto found = app.memory.timeouts.find(kind);
    const std::int64_t limit = limitOf(kind, constants);
    if (found == app.memory.timeouts.end() || std::ssize(found->second) < limit) return std::nullopt;
    // Oldest first: the app is below the limit again once the newest `limit` of them are not all within the window.
    const Instant until = *(found->second.end() - limit) + constants.timeoutWindow;
    return until > now ? std::optional(until) : std::nullopt;
}

bool buggy(const App& app, Instant now, const Constants& constants) {
    if (!constants.safeguards || app.manifest.builtIn) return false; // its jobs are a person's
    std::int64_t all = 0;
    for (const auto& [kind, events] : app.memory.timeouts)
        all += countSince(events, now - constants.timeoutWindow);
    return all >= constants.timeoutsAll ||
           countSince(app.memory.silences, now - constants.unresponsiveWindow) >= constants.unresponsive;
}

bool misbehaves(const App& app, Instant now, const Constants& constants) {
    return !app.manifest.builtIn && (app.memory.usage.buggy || buggy(app, now, constants));
}

std::vector<std::string> heldBackBy(const App& app, const World& world) {
    const Constants& constants = world.constants;
    const Instant now = world.now.elapsed;
    std::vector<std::string> measures;
    if (misbehaves(app, now, constants))
        measures.push_back(fmt::format("counts as one that misbehaves, until {}", endOfMisbehaving));
    for (const JobClass kind : {JobClass::UserInitiated, JobClass::Expedited, JobClass::Regular}) {
        const auto until = overTimeoutsUntil(app, kind, now, constants);
        if (!until) continue;
        measures.push_back(
            fmt::format("a job that is {} runs for {} at most, since {} took too long within {}: for {} more",
                        nameOf(kind), formatDuration(longestRun(kind, true, constants)), limitOf(kind, constants),
                        formatDuration(constants.timeoutWindow), roughDuration(*until - now)));
    }
    return measures;
}

std::string heldBackText(const App& app, const World& world) {
    return fmt::format("{}", fmt::join(heldBackBy(app, world), "; "));
}

} // namespace stint
