// What the shell's verbs do (jobs.md §8), and force-stop (§7.4).
#include "base/fail.hpp"
#include "core/state.hpp"
#include "rules/ending.hpp"

namespace stint {
namespace {

// Whether the job may run with this override: nothing but a slot is missing.
bool readyWith(Turn& turn, Tracked& tracked, Override how) {
    tracked.override = how;
    letWait(turn, tracked);
    return tracked.group && tracked.group->open();
}

} // namespace

void merge(Turn& turn, const RunJob& event) {
    State& state = turn.state;
    Reply reply{.call = event.call};
    const auto found = state.jobs.find(event.key);
    if (found == state.jobs.end()) {
        reply.error = fail(Errc::IllegalArgument, "no job {}", textOf(event.key));
    } else if (Tracked& tracked = found->second; !tracked.run && !readyWith(turn, tracked, event.how)) {
        tracked.override = Override::None; // a run that fails leaves no override
        letWait(turn, tracked);
        reply.error =
            fail(Errc::IllegalState, "{} has functional constraints but --force not specified", textOf(event.key));
    } else if (!tracked.run) {
        startRun(turn, tracked, WorkType::Background);
    }
    turn.effect(reply);
}

void merge(Turn& turn, const StopJobs& event) {
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

void merge(Turn& turn, const ForceStop& event) {
    State& state = turn.state;
    const Ending ending{StopReason::User, InternalReason::Canceled};
    turn.effect(KillApp{event.app, "force_stop"});
    turn.effect(Trace{.what = Trace::What::Killed, .app = event.app, .during = "force_stop"});
    std::vector<RunId> runs;
    for (auto& [id, running] : state.runs) {
        if (running.run.key.app != event.app) continue;
        running.run.ending = ending;
        runs.push_back(id);
    }
    for (RunId run : runs)
        close(turn, run, End::Killed);
    std::vector<JobKey> keys;
    for (const auto& [key, tracked] : state.jobs)
        if (key.app == event.app) keys.push_back(key);
    for (const JobKey& key : keys) {
        turn.effect(Trace{.what = Trace::What::Cancelled, .app = key.app, .job = key, .reason = ending.reason});
        forget(turn, key);
    }
    nothingRunsOf(turn, event.app);
    turn.effect(Reply{.call = event.call});
}

void merge(Turn& turn, const ResetScheduleQuota& event) {
    for (auto& [id, app] : turn.state.apps) {
        app.scheduleCalls.clear();
        app.timeouts.clear();
        app.silences.clear();
    }
    turn.effect(Reply{.call = event.call});
}

} // namespace stint
