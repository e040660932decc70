#include <algorithm>
#include <ranges>

#include <fmt/core.h>

#include "contract/core/explanation.hpp"
#include "contract/core/guards.hpp"
#include "contract/core/preemption.hpp"
#include "contract/core/queue.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/transfer_rate.hpp"

namespace stint {

// Questions about the present, answered from the verdicts that the decision is made by.

namespace {

/// Where nothing better is known, the job's own estimate stays.
void addEstimate(Bytes down, Bytes up, JobView& view) {
    if (down != NETWORK_BYTES_UNKNOWN) view.estimatedDown = down;
    if (up != NETWORK_BYTES_UNKNOWN) view.estimatedUp = up;
}

// jobs.md §4.7: what its last run came to, unless that did all of it.
void addProgress(const PastRun& last, JobView& view) {
    if (!goesOnFrom(last)) return;
    view.transferredDown = last.transferredDown;
    view.transferredUp = last.transferredUp;
    addEstimate(last.estimatedDown, last.estimatedUp, view);
}

void addRun(const State& state, const Running& running, Now now, JobView& view) {
    const Run& run = running.run;
    view.state = JobView::State::Running;
    view.kind = run.kind;
    view.runState = run.state;
    view.started = run.beganWall;
    if (run.resumedAt) { // until then it has what its last run came to
        view.transferredDown = run.transferredDown;
        view.transferredUp = run.transferredUp;
    }
    addEstimate(run.estimatedDown, run.estimatedUp, view);
    view.rate = paceOf(run, now.elapsed);
    view.network = run.network;
    view.rateLimit = run.rate;
    if (run.rate > 0 && state.rate.until) view.rateLimitUntil = wallAt(*state.rate.until, now);
    const WallTime counted = run.beganWall + run.asleep; // limits.md §13, Suspend
    view.keepsAwake = keepsAwake(state, running);
    view.clocks = RunClocks{.guaranteed = counted + run.guarantee,
                            .limit = counted + run.limit,
                            .timer = counted + (run.timer - run.began),
                            .slot = std::string(nameOf(running.run.type)),
                            .stop = run.ending};
    if (!run.notification) return;
    const Posted* const posted = state.notifications.find({run.key.app, *run.notification});
    if (posted) view.notification = posted->notification;
}

std::optional<WallTime> timeOf(WallTime time) {
    if (time == WallTime{}) return std::nullopt;
    return time;
}

void addBlockers(const std::vector<Blocker>& blockers, JobView& view) {
    if (!blockers.empty()) {
        view.want = blockers.front().want;
        view.waitsFor = blockers.front().detail;
    }
    for (const Blocker& blocker : blockers) {
        const bool isListed = std::ranges::find(view.reasons, blocker.reason) != view.reasons.end();
        if (isListed) continue; // each once (jobs.md §9.1)
        if (!view.reasons.empty()) view.waitsAlso.push_back(blocker.detail);
        view.reasons.push_back(blocker.reason);
    }
}

JobView viewOf(const State& state, const Tracked& tracked, Now now, Explanation& explanation) {
    const Job& job = tracked.job;
    JobView view{.key = job.key,
                 .info = job.info,
                 .kind = kindOf(job),
                 .demoted = job.demotedByUser || job.demotedBySystem,
                 .label = job.details->label,
                 .failures = job.failures,
                 .systemStops = job.systemStops,
                 .scheduled = job.scheduled,
                 .latest = job.deadlineWall ? job.deadlineWall : job.details->windowEndWall,
                 .lastSuccess = timeOf(job.details->lastSuccess),
                 .lastFailure = timeOf(job.details->lastFailure),
                 .held = job.held,
                 .terms = *job.details->terms,
                 .workItems = static_cast<std::uint32_t>(job.details->work.size()),
                 .place = job.sequence,
                 .estimatedDown = job.info.getEstimatedNetworkDownloadBytes(),
                 .estimatedUp = job.info.getEstimatedNetworkUploadBytes()};
    if (job.details->lastRun->ended != WallTime{}) view.lastRun = *job.details->lastRun;
    addProgress(*job.details->lastRun, view);
    if (const Running* running = ownRun(state, tracked)) {
        addRun(state, *running, now, view);
        view.guarded = guardHolds(*running);
        if (!view.guarded.empty()) addBlockers(named(inOrder(explanation.of(tracked))), view);
        return view;
    }
    if (job.info.getRequiredNetwork()) view.network = state.device.network;
    const auto obstacles = explanation.of(tracked);
    addBlockers(named(inOrder(obstacles)), view);
    view.earliest = explanation.forecast(tracked, obstacles);
    return view;
}

JobView viewOf(const Completed& completed) {
    return {.key = completed.key,
            .state = JobView::State::Finished,
            .kind = completed.kind,
            .label = completed.label,
            .scheduled = completed.scheduled,
            .started = completed.began,
            .transferredDown = completed.transferredDown,
            .transferredUp = completed.transferredUp,
            .completed = completed};
}

// jobs.md §5.4: a job is listed from onStartJob's true answer to its end.
bool listed(const Running& running) {
    const Run& run = running.run;
    const bool begun = run.state == RunState::Executing || run.state == RunState::Stopping;
    return (run.kind == JobClass::UserInitiated || running.gateKey.isGuard()) && begun && !run.dropped;
}

// limits.md §3.7: a quota that comes back is used at an instant of its own, and until then it is remembered as shut.
bool comesBack(const Shut& shut, Now now) { return shut.verdict.askAgain && *shut.verdict.askAgain > now.elapsed; }

// Adds each gate of the group whose remembered verdict is not the present one.
void addStale(const Group& group, const Context& context, std::vector<std::string>& stale) {
    const std::vector<ShutGate> asked = shutGates(context);
    const auto note = [&](const Gate* gate, std::string_view how) {
        stale.push_back(fmt::format("{}: the gate \"{}\" {}", group.gateKey->app.name, gate->name, how));
    };
    for (const ShutGate& now : asked) {
        const auto then = std::ranges::find(group.shut, now.gate, &Shut::gate);
        if (then == group.shut.end() && mayLag(*now.gate, context)) continue;
        if (then == group.shut.end())
            note(now.gate, "is shut, and remembered as open");
        else if (then->verdict.reason != now.verdict.reason)
            note(now.gate, "is shut for another reason");
    }
    for (const Shut& then : group.shut) {
        const bool still = std::ranges::find(asked, then.gate, &ShutGate::gate) != asked.end();
        if (!still && !comesBack(then, context.world.now)) note(then.gate, "is open, and remembered as shut");
    }
}

} // namespace

std::vector<std::string> Scheduler::staleVerdicts(Now now) const {
    const State& state = impl_->state;
    const World world = state.world(now);
    std::vector<std::string> stale;
    state.waiting.groups.each([&](const Group& group) {
        addStale(group, {world, *group.gateKey, state.app(group.gateKey->app)}, stale);
    });
    for (const AppId& app : staleNetworks(state, now))
        stale.push_back(app.name.str() + ": its network is another than was told");
    return stale;
}

std::optional<JobView> Scheduler::job(const JobKey& key, Now now) const {
    const State& state = impl_->state;
    if (const Tracked* tracked = state.jobs.find(key)) {
        Explanation explanation(state, now);
        return viewOf(state, *tracked, now, explanation);
    }
    const Completed* const completed = state.endings.newest(key);
    return completed ? std::optional(viewOf(*completed)) : std::nullopt;
}

std::vector<JobView> Scheduler::jobs(const std::optional<AppId>& app, const std::optional<JobKey>& after,
                                     std::size_t most, Now now) const {
    const State& state = impl_->state;
    const JobKey first{app.value_or(AppId{}), "", JobId{std::numeric_limits<std::int32_t>::min()}};
    Explanation explanation(state, now);
    std::vector<JobView> views;
    for (const Tracked& tracked : after && (*after >= first) ? state.jobs.after(*after) : state.jobs.from(first)) {
        if (views.size() >= most || (app && tracked.job.key.app != *app)) break;
        views.push_back(viewOf(state, tracked, now, explanation));
    }
    return views;
}

std::vector<JobView> Scheduler::completed(const std::optional<AppId>& app) const {
    std::vector<JobView> views;
    for (const auto& [owner, history] : impl_->state.endings.byApp()) {
        if (app && owner != *app) continue;
        for (const Completed& completed : history)
            views.push_back(viewOf(completed));
    }
    std::ranges::stable_sort(views, std::ranges::greater{}, [](const JobView& v) { return v.completed->ended; });
    return views;
}

std::vector<Blocker> Scheduler::explain(const JobKey& key, Now now) const {
    const Tracked* tracked = impl_->state.jobs.find(key);
    return tracked ? named(inOrder(Explanation(impl_->state, now).of(*tracked))) : std::vector<Blocker>{};
}

std::vector<HistoryEntry> Scheduler::history(const JobKey& key) const {
    const Tracked* tracked = impl_->state.jobs.find(key);
    return tracked ? historyOf(*tracked).list() : std::vector<HistoryEntry>{};
}

void Scheduler::fill(Rows& rows, Now now) const {
    std::visit([&]<class Row>(std::vector<Row>& list) { list = Row::all(impl_->state, now); }, rows);
}

std::set<RunId> Scheduler::runs() const {
    std::set<RunId> all;
    for (const auto& [id, running] : impl_->state.runs)
        all.insert(id);
    return all;
}

std::vector<TaskRow> TaskRow::all(const State& state, Now now) {
    Explanation explanation(state, now);
    std::map<AppId, TaskRow> rows;
    for (const auto& [id, running] : state.runs) {
        if (!listed(running)) continue;
        TaskRow& row = rows[running.run.key.app];
        row.jobs.push_back(viewOf(state, state.jobs.at(running.run.key), now, explanation));
        row.started = std::min(row.started.value_or(running.run.beganWall), running.run.beganWall);
    }
    for (const auto& [id, app] : state.apps) {
        if (!app.foregroundServices.empty() && !rows[id].started) rows[id].started = now.wall;
    }
    for (const auto& [key, posted] : state.notifications) {
        const bool current = !posted.users.empty() || !posted.services.empty();
        rows[key.first].notifications.push_back({key.second, posted.notification, posted.userInitiated, current});
    }
    for (const auto& [id, stopped] : state.notices.stopped)
        if (stopped.left > 0) rows[id].survivors = stopped.left;
    std::vector<TaskRow> list;
    for (auto& [id, row] : rows) {
        const App* const app = state.app(id);
        if (app && app->manifest.hidden) continue;
        row.app = id;
        row.label = app ? app->manifest.label : id.name.str();
        row.stopButton = app && !app->manifest.system;
        list.push_back(std::move(row));
    }
    return list;
}

bool Scheduler::canRunUserInitiatedJobs(const AppId& app) const {
    const App* const found = impl_->state.app(app);
    return found && mayRunUserInitiated(*found);
}

std::vector<WatchedContent> Scheduler::watched() const { return impl_->state.watched.all(); }
std::uint64_t Scheduler::watchedVersion() const { return impl_->state.watched.version(); }

std::span<const DeviceChange> Scheduler::unwrittenDeviceChanges() const { return impl_->state.deviceLog.waiting(); }
const Device& Scheduler::device() const { return impl_->state.device; }
const DeviceState& Scheduler::deviceState() const { return impl_->state.deviceState; }

// The scheduler as a whole, for a dump (jobs.md §9.3).

namespace {

std::string_view nameOf(Memory memory) {
    switch (memory) {
    case Memory::Normal:
        return "normal";
    case Memory::Moderate:
        return "moderate";
    case Memory::Low:
        return "low";
    case Memory::Critical:
        return "critical";
    }
    return "";
}

void addDevice(const State& state, SchedulerView& view) {
    view.plugged = state.device.plugged;
    view.charging = state.deviceState.charging;
    view.batteryPercent = state.device.batteryPercent;
    view.batteryLow = state.deviceState.batteryLow;
    view.batteryMonitored = state.shell.monitorsBattery;
    view.batterySequence = state.shell.batteryNews;
    view.storageSequence = state.shell.storageNews;
    view.storageLow = state.deviceState.storageLow;
    view.idle = state.deviceState.idle;
    view.interactive = state.deviceState.interactive;
    view.memory = nameOf(state.device.memory);
}

void addSlots(const State& state, Instant now, SchedulerView& view) {
    const SlotTable table = tableOf(state);
    view.slots = state.constants.slots;
    view.atOnce = table.total;
    const PerType running = runningByType(state);
    for (std::size_t type = 0; type < workTypes; ++type) {
        view.types.push_back({.type = std::string(nameOf(static_cast<WorkType>(type))),
                              .reserved = table.reserved[type],
                              .most = table.most[type],
                              .running = running[type]});
    }
    for (const AppGroups* appGroups : state.waiting.groups.open()) {
        const App* const app = state.app(*appGroups->app);
        if (!app) continue;
        for (const Group* group : appGroups->open) {
            const WorkTypes may = typesOf(group->gateKey->kind, *app, now, state.constants);
            for (std::size_t type = 0; type < workTypes; ++type)
                if (may[type]) view.types[type].ready += std::ssize(group->jobs);
        }
    }
}

void addQueue(const State& state, std::size_t most, SchedulerView& view) {
    for (const AppGroups* appGroups : state.waiting.groups.open())
        for (const Group* group : appGroups->open)
            view.queued += static_cast<std::uint32_t>(group->jobs.size());
    Queue queue(state.waiting.groups);
    while (view.queue.size() < most) {
        auto next = queue.next();
        if (!next) break;
        view.queue.push_back(next->job->job.key);
    }
}

} // namespace

LineWanted Scheduler::line() const { return wantedOf(impl_->state.line); }

void Scheduler::tellShown(std::vector<MessageStory>& stories, Now now) const {
    stint::tellShown(impl_->state, stories, now);
}

SchedulerView Scheduler::overview(std::size_t mostQueued, Now now) const {
    const State& state = impl_->state;
    SchedulerView view{.clockGood = state.boot.clockGood, .lastCommit = state.boot.lastCommit};
    for (const ConstantRow& row : constantRows())
        view.constants[std::string(row.key)] = constantText(state.constants, row);
    addDevice(state, view);
    addSlots(state, now.elapsed, view);
    addQueue(state, mostQueued, view);
    view.tracked = static_cast<std::uint32_t>(state.jobs.size());
    view.persisted = static_cast<std::uint32_t>(
        std::ranges::count_if(state.jobs.all(), [](const Tracked& tracked) { return tracked.job.info.isPersisted(); }));
    return view;
}

std::vector<WorkItem> Scheduler::work(const JobKey& key, std::uint64_t after, std::size_t most) const {
    const Tracked* tracked = impl_->state.jobs.find(key);
    if (!tracked) return {};
    const std::vector<WorkItem>& all = tracked->job.details->work; // by number
    auto at = std::ranges::upper_bound(all, after, {}, &WorkItem::id);
    const auto left = static_cast<std::size_t>(all.end() - at);
    return {at, at + static_cast<std::ptrdiff_t>(std::min(left, most))};
}

std::vector<MeterRow> Scheduler::meters() const { return metersOf(impl_->state.metering.since); }

const Constants& Scheduler::constants() const { return impl_->state.constants; }

} // namespace stint
