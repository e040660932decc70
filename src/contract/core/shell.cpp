// The shell's verbs (jobs.md §8), and force-stop (§7.4).
#include <algorithm>

#include "base/result/fail.hpp"
#include "contract/core/events.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/device_state.hpp"
#include "contract/rules/ending.hpp"

namespace stint {

std::optional<Instant> ShellState::next() const {
    std::optional<Instant> next;
    for (const auto& [call, waiting] : waitingRuns)
        next = earlier(next, std::optional(waiting.until));
    return next;
}

namespace {

// The gates that are shut for the job with this override; null: its own clocks keep it from being asked.
const std::vector<Shut>* shutWith(Turn& turn, Tracked& tracked, Override how) {
    tracked.override = how;
    park(turn, tracked);
    return tracked.group ? &tracked.group->shut : nullptr;
}

bool onlyNetworkIsMissing(const std::vector<Shut>& shut) {
    return std::ranges::all_of(shut, [](const Shut& one) { return waitsForNetwork(*one.gate); });
}

// Takes back the override of a `run` that fails (jobs.md §8).
void leaveAlone(Turn& turn, Tracked& tracked) {
    tracked.override = Override::None;
    park(turn, tracked);
}

Error notReady(const JobKey& key) {
    return fail(Errc::ILLEGAL_STATE, "{} has functional constraints but --force not specified", textOf(key));
}
Error isSetAside(const Tracked& tracked) {
    return fail(Errc::ILLEGAL_STATE, "{} is set aside: {}; cancel it, or schedule it again", textOf(tracked.job.key),
                *tracked.details->unfit);
}
Error unknown(const JobKey& key) { return fail(Errc::ILLEGAL_ARGUMENT, "no job {}", textOf(key)); }

bool othersWait(const State& state, CallId call, const JobKey& job) {
    return std::ranges::any_of(state.shell.waitingRuns,
                               [&](const auto& entry) { return entry.first != call && entry.second.job == job; });
}

// Starts a job for which nothing is shut. One that is only moved to the front has its slot in its turn, or waits for
// one (§8, -s).
void startPushed(Turn& turn, Tracked& tracked) {
    if (tracked.override != Override::Sorting) startRun(turn, tracked, WorkType::Background);
}

// The reply to a waiting `run`; nullopt: it waits on.
std::optional<Reply> outcome(Turn& turn, CallId call, const WaitingRun& waiting) {
    State& state = turn.state;
    Tracked* const found = state.jobs.find(waiting.job);
    if (!found) return Reply{.call = call, .error = unknown(waiting.job)};
    Tracked& tracked = *found;
    if (tracked.run) return Reply{.call = call}; // it has started meanwhile, by this or not
    const auto* shut = tracked.group ? &tracked.group->shut : nullptr;
    if (shut && shut->empty()) {
        startPushed(turn, tracked);
        return Reply{.call = call};
    }
    if (turn.now.elapsed < waiting.until) return std::nullopt;
    if (!othersWait(state, call, waiting.job)) leaveAlone(turn, tracked);
    return Reply{.call = call, .error = notReady(waiting.job)};
}

} // namespace

void apply(Turn& turn, const RunJob& event) {
    State& state = turn.state;
    Tracked* const found = state.jobs.find(event.key);
    if (!found) return turn.effect(Reply{.call = event.call, .error = unknown(event.key)});
    Tracked& tracked = *found;
    if (tracked.run) return turn.effect(Reply{.call = event.call});
    if (isAside(tracked)) return turn.effect(Reply{.call = event.call, .error = isSetAside(tracked)});
    const auto* shut = shutWith(turn, tracked, event.how);
    if (shut && shut->empty()) {
        startPushed(turn, tracked);
        turn.effect(Reply{.call = event.call});
    } else if (shut && event.patient && onlyNetworkIsMissing(*shut)) {
        state.shell.waitingRuns[event.call] = {event.key, turn.now.elapsed + state.constants.runWait};
    } else {
        leaveAlone(turn, tracked);
        turn.effect(Reply{.call = event.call, .error = notReady(event.key)});
    }
}

void endWaits(Turn& turn) {
    auto& waiting = turn.state.shell.waitingRuns;
    for (auto it = waiting.begin(); it != waiting.end();) {
        auto reply = outcome(turn, it->first, it->second);
        if (!reply) {
            ++it;
            continue;
        }
        turn.effect(*std::move(reply));
        it = waiting.erase(it);
    }
}

void apply(Turn& turn, const StopJobs& event) {
    Reply reply{.call = event.call};
    for (auto& [id, running] : turn.state.runs) {
        const Run& run = running.run;
        const bool matches = (!event.app || run.key.app == *event.app) && (!event.id || run.key.id == *event.id) &&
                             run.key.space == event.space;
        if (!matches || run.state != RunState::Executing || run.ending) continue;
        reply.jobs.push_back(run.key);
        beginStop(turn, running, event.ending);
    }
    reply.count = static_cast<std::uint32_t>(reply.jobs.size());
    turn.effect(reply);
}

void apply(Turn& turn, const ForceStop& event) {
    State& state = turn.state;
    const Ending ending{STOP_REASON_USER, InternalReason::Canceled};
    turn.effect(KillApp{event.app, "force_stop"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = event.app, .during = "force_stop"});
    std::vector<RunId> runs;
    for (auto& [id, running] : state.runs) {
        if (running.run.key.app != event.app) continue;
        running.run.ending = ending;
        runs.push_back(id);
    }
    for (const RunId run : runs)
        close(turn, run, End::Killed);
    for (const JobKey& key : keysOf(state, event.app)) {
        if (!state.jobs.contains(key)) continue; // it waited for one of the others, and is given up
        turn.effect(Trace{.what = Trace::What::Cancelled, .app = key.app, .job = key, .reason = ending.reason});
        forget(turn, key);
        tellSuccessors(turn, key, {.ending = ending});
    }
    nothingRunsOf(turn, event.app);
    dropAlarms(turn, event.app, false); // limits.md §7.4: force-stop drops the alarms and their history
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const ResetExecutionQuota& event) {
    Reply reply{.call = event.call};
    if (App* app = turn.app(event.app)) {
        // A run under way opens a session anew, from now on (accountQuotas).
        app->memory.quota = {};
        app->memory.expedited = {.topSince = app->memory.expedited.topSince};
        turn.save(*app);
        turn.changedApps.insert(event.app);
    } else {
        reply.error = notInstalled(event.app);
    }
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const ResetScheduleQuota& event) {
    for (auto& [id, app] : turn.state.apps) {
        app.scheduleCalls.clear();
        app.memory.timeouts.clear();
        app.memory.silences.clear();
        turn.save(app);
    }
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const MonitorBattery& event) {
    turn.state.shell.monitorsBattery = event.on;
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const DockFaked& event) {
    turn.state.deviceState.docked = event.idle;
    ageDevice(turn);
    turn.effect(Reply{.call = event.call});
}

void hear(State& state, const Device& report, const DeviceState& was) {
    const DeviceState& is = state.deviceState;
    ShellState& shell = state.shell;
    if (batteryNews(state.device, report, was, is, shell.monitorsBattery)) ++shell.batteryNews;
    if (was.storageLow != is.storageLow) ++shell.storageNews;
}

} // namespace stint
