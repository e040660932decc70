// Questions about the present, answered from the verdicts the decision is made by.
#include <algorithm>
#include <ranges>

#include <fmt/core.h>

#include "core/state.hpp"
#include "rules/admission.hpp"
#include "rules/kind.hpp"

namespace stint {
namespace {

std::optional<WallTime> sinceOf(const State& state, const Tracked& tracked, const Gate* gate) {
    const auto* shut = tracked.where == Tracked::Where::Grouped ? state.groups.shut(tracked.asks) : nullptr;
    if (!shut) return tracked.joined;
    const auto found = std::ranges::find(*shut, gate, &Shut::gate);
    return found == shut->end() ? tracked.joined : std::max(tracked.joined, found->since);
}

Blocker blockerOf(const State& state, const Tracked& tracked, const ShutGate& shut, const Context& context) {
    Blocker blocker{.reason = shut.verdict.reason,
                    .gate = std::string(shut.gate->name),
                    .detail = shut.gate->describe(context),
                    .clears = std::string(shut.gate->clears),
                    .since = sinceOf(state, tracked, shut.gate)};
    if (shut.verdict.askAgain && shut.verdict.forecast)
        blocker.until = wallAt(*shut.verdict.askAgain, context.world.now);
    return blocker;
}

// A job's own clocks, as blockers (jobs.md §9.1: back-off shows as 9; what may not start after a boot yet, as 15).
void addOwnClocks(const Tracked& tracked, Now now, std::vector<Blocker>& blockers) {
    const Job& job = tracked.job;
    if (job.notBefore && *job.notBefore > now.elapsed) {
        blockers.push_back(
            {.reason = PendingReason::ConstraintMinimumLatency,
             .gate = "back-off",
             .detail = fmt::format("rests after {} failures and {} system stops", job.failures, job.systemStops),
             .clears = "time",
             .since = tracked.joined,
             .until = wallAt(*job.notBefore, now)});
    }
    if (tracked.heldUntil && *tracked.heldUntil > now.elapsed) {
        blockers.push_back({.reason = PendingReason::User,
                            .gate = "boot",
                            .detail = "the session has just begun",
                            .clears = "time",
                            .since = tracked.joined,
                            .until = wallAt(*tracked.heldUntil, now)});
    }
}

Blocker waitsFor(const Tracked& tracked) {
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

// Its own run; a job that waits for the end of the one it replaced has none.
const Running* ownRun(const State& state, const Tracked& tracked) {
    if (!tracked.run) return nullptr;
    const Running& running = state.runs.at(*tracked.run);
    return running.run.dropped ? nullptr : &running;
}

std::vector<Blocker> blockersOf(const State& state, const Tracked& tracked, Now now) {
    if (ownRun(state, tracked)) return {};
    const Asks asks = asksOf(tracked.job, state.constants);
    const auto app = state.apps.find(asks.app);
    const World world{state.constants, state.device, state.deviceState, now};
    const Context context{world, asks, app == state.apps.end() ? nullptr : &app->second};
    std::vector<Blocker> blockers;
    for (const ShutGate& shut : shutGates(context))
        blockers.push_back(blockerOf(state, tracked, shut, context));
    addOwnClocks(tracked, now, blockers);
    // jobs.md §9.1: APP is named only where nothing else is.
    if (blockers.size() > 1) std::erase_if(blockers, [](const Blocker& b) { return b.reason == PendingReason::App; });
    if (blockers.empty()) blockers.push_back(waitsFor(tracked));
    return blockers;
}

// The latest of the times, where each blocker names one; else it is not known (design.md, a forecast).
std::optional<WallTime> forecast(const std::vector<Blocker>& blockers) {
    std::optional<WallTime> earliest;
    for (const Blocker& blocker : blockers) {
        if (!blocker.until) return std::nullopt;
        earliest = std::max(earliest.value_or(*blocker.until), *blocker.until);
    }
    return earliest;
}

void addRun(const State& state, const Running& running, JobView& view) {
    const Run& run = running.run;
    view.state = JobView::State::Running;
    view.kind = run.kind;
    view.runState = run.state;
    view.started = run.beganWall;
    view.transferredDown = run.transferredDown;
    view.transferredUp = run.transferredUp;
    view.estimatedDown = run.estimatedDown;
    view.estimatedUp = run.estimatedUp;
    if (!run.notification) return;
    const auto posted = state.notifications.find({run.key.app, *run.notification});
    if (posted != state.notifications.end()) view.notification = posted->second.notification;
}

JobView viewOf(const State& state, const Tracked& tracked, Now now) {
    const Job& job = tracked.job;
    JobView view{.key = job.key,
                 .info = job.info,
                 .kind = kindOf(job),
                 .demoted = job.demotedByUser || job.demotedBySystem,
                 .label = job.label,
                 .failures = job.failures,
                 .systemStops = job.systemStops,
                 .scheduled = job.scheduled,
                 .estimatedDown = job.info->getEstimatedNetworkDownloadBytes(),
                 .estimatedUp = job.info->getEstimatedNetworkUploadBytes()};
    if (const Running* running = ownRun(state, tracked)) {
        addRun(state, *running, view);
        return view;
    }
    const auto blockers = blockersOf(state, tracked, now);
    for (const Blocker& blocker : blockers)
        view.reasons.push_back(blocker.reason);
    view.earliest = forecast(blockers);
    return view;
}

JobView viewOf(const Completed& completed) {
    return {.key = completed.key,
            .state = JobView::State::Finished,
            .label = completed.label,
            .transferredDown = completed.transferredDown,
            .transferredUp = completed.transferredUp,
            .completed = completed};
}

// jobs.md §5.4: a job is listed from onStartJob's true answer to its end.
bool listed(const Run& run) {
    const bool begun = run.state == RunState::Executing || run.state == RunState::Stopping;
    return run.kind == JobClass::UserInitiated && begun && !run.dropped;
}

} // namespace

std::optional<JobView> Scheduler::job(const JobKey& key, Now now) const {
    const State& state = impl_->state;
    if (const auto tracked = state.jobs.find(key); tracked != state.jobs.end()) {
        return viewOf(state, tracked->second, now);
    }
    const auto history = state.completed.find(key.app);
    if (history == state.completed.end()) return std::nullopt;
    const auto newest = std::views::reverse(history->second);
    const auto found = std::ranges::find(newest, key, &Completed::key);
    if (found == newest.end()) return std::nullopt;
    return viewOf(*found);
}

std::vector<JobView> Scheduler::jobs(const std::optional<AppId>& app, const std::optional<JobKey>& after,
                                     std::size_t most, Now now) const {
    const State& state = impl_->state;
    const JobKey first{app.value_or(AppId{}), "", JobId{std::numeric_limits<std::int32_t>::min()}};
    auto it = after && *after >= first ? state.jobs.upper_bound(*after) : state.jobs.lower_bound(first);
    std::vector<JobView> views;
    for (; it != state.jobs.end() && views.size() < most; ++it) {
        if (app && it->first.app != *app) break;
        views.push_back(viewOf(state, it->second, now));
    }
    return views;
}

std::vector<JobView> Scheduler::completed(const std::optional<AppId>& app) const {
    std::vector<JobView> views;
    for (const auto& [owner, history] : impl_->state.completed) {
        if (app && owner != *app) continue;
        for (const Completed& completed : history)
            views.push_back(viewOf(completed));
    }
    std::ranges::stable_sort(views, std::ranges::greater{}, [](const JobView& v) { return v.completed->ended; });
    return views;
}

std::vector<Blocker> Scheduler::explain(const JobKey& key, Now now) const {
    const auto tracked = impl_->state.jobs.find(key);
    if (tracked == impl_->state.jobs.end()) return {};
    return blockersOf(impl_->state, tracked->second, now);
}

std::vector<TaskRow> Scheduler::tasks(Now now) const {
    const State& state = impl_->state;
    std::map<AppId, TaskRow> rows;
    for (const auto& [id, running] : state.runs) {
        if (!listed(running.run)) continue;
        TaskRow& row = rows[running.run.key.app];
        row.jobs.push_back(viewOf(state, state.jobs.at(running.run.key), now));
        row.started = std::min(row.started.value_or(running.run.beganWall), running.run.beganWall);
    }
    for (const auto& [key, posted] : state.notifications) {
        rows[key.first].notifications.push_back({key.second, posted.notification, posted.userInitiated});
    }
    std::vector<TaskRow> list;
    for (auto& [id, row] : rows) {
        const auto app = state.apps.find(id);
        if (app != state.apps.end() && app->second.manifest.hidden) continue;
        row.app = id;
        row.label = app == state.apps.end() ? id.name : app->second.manifest.label;
        row.stopButton = app != state.apps.end() && !app->second.manifest.system;
        list.push_back(std::move(row));
    }
    return list;
}

std::vector<AppView> Scheduler::apps() const {
    const State& state = impl_->state;
    std::vector<AppView> views;
    for (const auto& [id, app] : state.apps) {
        AppView view{.manifest = app.manifest, .state = stateOf(app), .pinned = app.memory.pinned.has_value()};
        view.bad = app.memory.badUntil.has_value();
        const auto count = state.jobCount.find(id);
        view.jobs = count == state.jobCount.end() ? 0 : static_cast<std::uint32_t>(count->second);
        view.running = static_cast<std::uint32_t>(
            std::ranges::count_if(state.runs, [&](const auto& entry) { return entry.second.run.key.app == id; }));
        views.push_back(std::move(view));
    }
    return views;
}

bool Scheduler::canRunUserInitiatedJobs(const AppId& app) const {
    const auto found = impl_->state.apps.find(app);
    return found != impl_->state.apps.end() && mayRunUserInitiated(found->second);
}

const Device& Scheduler::device() const { return impl_->state.device; }

} // namespace stint
