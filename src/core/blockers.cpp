// The explanation: everything that keeps a job from running, from the very verdicts the decision is made by
// (jobs.md §9.1), and what follows from it for the time of its start.
#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "core/state.hpp"
#include "rules/app_gate.hpp"
#include "rules/forecast.hpp"
#include "rules/kind.hpp"
#include "rules/limit_gates.hpp"

namespace stint {
namespace {

std::optional<WallTime> sinceOf(const Tracked& tracked, const Gate* gate) {
    if (!tracked.group) return tracked.joined;
    const auto& shut = tracked.group->shut;
    const auto found = std::ranges::find(shut, gate, &Shut::gate);
    return found == shut.end() ? tracked.joined : std::max(tracked.joined, found->since);
}

// Two gates of the limits look further ahead than the instant at which they are asked again.
std::optional<Instant> opensAt(const State& state, const ShutGate& shut, const Context& context) {
    const Now now = context.world.now;
    if (shut.gate->ask == &dozeGate) {
        const auto opens = dozeOpens(context.world, dozeInputs(state), now.elapsed, afterIdle(context));
        if (shut.verdict.forecast || !shut.verdict.askAgain) return opens;
        return std::min(opens.value_or(*shut.verdict.askAgain), *shut.verdict.askAgain); // its own quota is back then
    }
    if (shut.gate->ask == &quotaGate) return quotaOpens(context, usageNow(state, now.elapsed));
    return shut.verdict.forecast ? shut.verdict.askAgain : std::nullopt;
}

Blocker blockerOf(const State& state, const Tracked& tracked, const ShutGate& shut, const Context& context,
                  Words words) {
    Blocker blocker{.reason = shut.verdict.reason,
                    .gate = std::string(shut.gate->name),
                    .detail = words == Words::All ? shut.gate->describe(context) : "",
                    .clears = std::string(shut.gate->clears),
                    .since = sinceOf(tracked, shut.gate)};
    if (words == Words::ReasonsOnly) return blocker;
    if (const auto opens = opensAt(state, shut, context)) blocker.until = wallAt(*opens, context.world.now);
    return blocker;
}

std::string counted(int count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string restText(const Job& job) {
    std::string after;
    if (job.failures > 0) after = counted(job.failures, "failure");
    if (job.systemStops > 0) after += (after.empty() ? "" : " and ") + counted(job.systemStops, "system stop");
    // jobs.md §4.1: what counts as nothing.
    return after.empty() ? "rests: its service could not be bound" : fmt::format("rests after {}", after);
}

Blocker restBlocker(const Tracked& tracked, Now now) {
    const Job& job = tracked.job;
    // A job that never asked to wait rests: its service could not be bound, which counts as nothing (jobs.md §4.1).
    const bool asked = job.info->getMinimumLatency() || job.info->isPeriodic();
    const bool rests = !asked || job.failures + job.systemStops > 0;
    return {.reason = PendingReason::ConstraintMinimumLatency, // jobs.md §9.1: back-off shows as 9, too
            .gate = rests ? "back-off" : "latency",
            .detail = rests ? restText(job) : "not before its time",
            .clears = "time",
            .since = tracked.joined,
            .until = wallAt(*job.notBefore, now)};
}

Blocker contentBlocker(const State& state, const Tracked& tracked, const std::optional<Instant>& ready, Now now) {
    Blocker blocker{.reason = PendingReason::ConstraintContentTrigger,
                    .gate = "content",
                    .detail = "nothing of what it watches has changed",
                    .clears = "a change of what it watches",
                    .since = tracked.joined};
    if (ready) {
        blocker.detail = "what it watches is still changing";
        blocker.until = wallAt(*ready, now);
    } else if (const auto missing = state.contentShort.find(tracked.job.key.app); missing != state.contentShort.end()) {
        blocker.detail += fmt::format("; {}", missing->second);
    }
    return blocker;
}

Blocker asideBlocker(const Tracked& tracked) {
    return {.reason = PendingReason::Undefined,
            .gate = "set aside",
            .detail = *tracked.seldom->unfit,
            .clears = "cancel it, or schedule it again",
            .since = tracked.joined};
}

// What a deadline does not pass by (jobs.md §3.1 clause 5).
bool outlastsDeadline(const Blocker& blocker) {
    using enum PendingReason;
    constexpr std::array lasting{User,      App, DeviceState, JobSchedulerOptimization, Quota, BackgroundRestriction,
                                 AppStandby};
    return std::ranges::find(lasting, blocker.reason) != lasting.end();
}

// A job's own clocks, as blockers. What explicit ones a deadline that has passed or an override ignores is not there.
void addOwnClocks(const State& state, const Tracked& tracked, Now now, std::vector<Blocker>& blockers) {
    const Job& job = tracked.job;
    const bool overdue = job.deadline && *job.deadline <= now.elapsed;
    if (!overdue && job.notBefore && *job.notBefore > now.elapsed) blockers.push_back(restBlocker(tracked, now));
    if (!overdue && !job.info->getTriggerContentUris().empty()) {
        const auto ready = contentReady(tracked);
        if (!ready || *ready > now.elapsed) blockers.push_back(contentBlocker(state, tracked, ready, now));
    }
    if (const auto rest = tracked.seldom->crashes->restsUntil; rest && *rest > now.elapsed) {
        blockers.push_back({.reason = PendingReason::App,
                            .gate = "app",
                            .detail = describeCrashes("the job's process", state.constants),
                            .clears = "run it by stint run-now",
                            .since = tracked.joined,
                            .until = wallAt(*rest, now)});
    }
    if (tracked.settles && state.settledAt > now.elapsed) {
        blockers.push_back({.reason = PendingReason::User,
                            .gate = "boot",
                            .detail = "the session has just begun",
                            .clears = "time",
                            .since = tracked.joined,
                            .until = wallAt(state.settledAt, now)});
    }
    // Only where it would come before what else is missing.
    const bool own = std::ranges::any_of(blockers, [](const Blocker& blocker) { return !outlastsDeadline(blocker); });
    if (own && job.deadline && !overdue) {
        blockers.push_back({.reason = PendingReason::ConstraintDeadline,
                            .gate = "deadline",
                            .detail = "runs then, whatever constraint is missing",
                            .clears = "time",
                            .since = tracked.joined,
                            .until = wallAt(*job.deadline, now)});
    }
}

// limits.md §3.7: a quota that comes back opens its gate by and by; what waits behind it is asked again at an instant
// of its own, and starts then.
void addAwaited(const Tracked& tracked, const Context& context, std::vector<Blocker>& blockers) {
    for (const Shut& shut : tracked.group->shut) {
        const auto& again = shut.verdict.askAgain;
        blockers.push_back({.reason = shut.verdict.reason,
                            .gate = std::string(shut.gate->name),
                            .detail = shut.gate->describe(context),
                            .clears = std::string(shut.gate->clears),
                            .since = std::max(tracked.joined, shut.since),
                            .until = again ? std::optional(wallAt(*again, context.world.now)) : std::nullopt});
    }
}

Blocker waitsFor(const State& state, const Tracked& tracked, Now now) {
    if (tracked.group && state.heldUntil) {
        return {.reason = PendingReason::JobSchedulerOptimization,
                .gate = "batch",
                .detail = "held until several jobs are ready",
                .clears = "more ready jobs, or time",
                .since = tracked.joined,
                .until =
                    *state.heldUntil == Instant::max() ? std::nullopt : std::optional(wallAt(*state.heldUntil, now))};
    }
    if (tracked.run) {
        return {.reason = PendingReason::DeviceState,
                .gate = "earlier run",
                .detail = "the run of the job it replaced has not ended yet",
                .clears = "its end",
                .since = tracked.joined};
    }
    return {.reason = PendingReason::DeviceState,
            .gate = "slots",
            .detail = "as many jobs run as may run at once",
            .clears = "the end of another job",
            .since = tracked.joined};
}

} // namespace

std::vector<Blocker> blockersOf(const State& state, const Tracked& tracked, Now now, Words words) {
    if (ownRun(state, tracked)) return {};
    if (isAside(tracked)) return {asideBlocker(tracked)};
    Asks asks = asksOf(tracked.job);
    asks.overdue = tracked.job.deadline && *tracked.job.deadline <= now.elapsed;
    const auto app = state.apps.find(asks.app);
    const World world{state.constants, state.device, state.deviceState, now};
    const Context context{world, asks, app == state.apps.end() ? nullptr : &app->second};
    std::vector<Blocker> blockers;
    for (const ShutGate& shut : shutGates(context))
        blockers.push_back(blockerOf(state, tracked, shut, context, words));
    addOwnClocks(state, tracked, now, blockers);
    if (blockers.empty() && tracked.group) addAwaited(tracked, context, blockers);
    if (blockers.empty()) blockers.push_back(waitsFor(state, tracked, now));
    std::ranges::stable_sort(blockers, {}, [](const Blocker& blocker) { return rankOf(blocker.reason); });
    return blockers;
}

const Running* ownRun(const State& state, const Tracked& tracked) {
    if (!tracked.run) return nullptr;
    const Running& running = state.runs.at(tracked.run);
    return running.run.dropped ? nullptr : &running;
}

// jobs.md §9.1: APP is named only where nothing else is.
std::vector<Blocker> named(std::vector<Blocker> blockers) {
    if (blockers.size() > 1) std::erase_if(blockers, [](const Blocker& b) { return b.reason == PendingReason::App; });
    return blockers;
}

namespace {

// The latest of the times, where each blocker names one; else it is not known (architecture.md, a forecast). A deadline
// takes the place of the job's own constraints.
std::optional<WallTime> opensWhen(const std::vector<Blocker>& blockers) {
    WallTime others{};
    std::optional<WallTime> own = WallTime{};
    std::optional<WallTime> deadline;
    for (const Blocker& blocker : blockers) {
        if (blocker.reason == PendingReason::ConstraintDeadline) {
            deadline = blocker.until;
        } else if (outlastsDeadline(blocker)) {
            if (!blocker.until) return std::nullopt;
            others = std::max(others, *blocker.until);
        } else if (own) {
            own = blocker.until ? std::optional(std::max(*own, *blocker.until)) : std::nullopt;
        }
    }
    if (deadline) own = std::min(own.value_or(*deadline), *deadline);
    if (!own) return std::nullopt;
    return std::max(*own, others);
}

} // namespace

std::optional<WallTime> forecast(const State& state, const Tracked& tracked, const std::vector<Blocker>& blockers,
                                 Now now) {
    const auto opens = opensWhen(blockers);
    if (!opens || *opens == WallTime{}) return opens;
    const auto app = state.apps.find(tracked.job.key.app);
    const World world{state.constants, state.device, state.deviceState, now};
    const Asks asks = asksOf(tracked.job);
    if (app == state.apps.end()) return opens;
    const Context context{world, asks, &app->second};
    const Instant from = std::max(now.elapsed + (*opens - now.wall), now.elapsed);
    // By then the device may doze: the next window after it.
    const auto free =
        dozeHolds(context) ? dozeOpens(world, dozeInputs(state), from, afterIdle(context)) : std::optional(from);
    if (!free || shutsMeanwhile(context, *free)) return std::nullopt;
    return wallAt(*free, now);
}

} // namespace stint
