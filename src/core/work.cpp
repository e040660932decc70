// Work items of a running job (jobs.md §2.5): handed out oldest first, one delivery more each time, gone when
// completed.
#include <algorithm>

#include "base/fail.hpp"
#include "core/state.hpp"

namespace stint {
namespace {

struct Found {
    Running* running = nullptr;
    Job* job = nullptr;
};

// The run that the app speaks for, and its job; null where the run is over, or was replaced meanwhile.
Found find(Turn& turn, const AppId& app, RunId run) {
    const auto running = turn.state.runs.find(run);
    if (running == turn.state.runs.end() || running->second.run.key.app != app) return {};
    const auto job = turn.state.jobs.find(running->second.run.key);
    if (job == turn.state.jobs.end() || running->second.run.dropped) return {};
    return {&running->second, &job->second.job};
}

// jobs.md §4.2: a callback of a run that is over is refused, but for one that the end may have crossed.
std::optional<Error> over(const Turn& turn, const AppId& app, RunId run) {
    const auto late = turn.state.late.find(run);
    if (late != turn.state.late.end() && late->second.app == app && turn.now.elapsed < late->second.until) {
        return std::nullopt;
    }
    return fail(Errc::Security, "run {} is over, or another app's: its work is not handed out any more", run.value);
}

} // namespace

void merge(Turn& turn, const DequeueWork& event) {
    const auto [running, job] = find(turn, event.app, event.run);
    Reply reply{.call = event.call};
    if (!job) {
        reply.error = over(turn, event.app, event.run);
        turn.effect(reply);
        return;
    }
    const auto next = std::ranges::find(job->work, false, &WorkItem::active);
    if (next != job->work.end()) {
        next->active = true;
        ++next->deliveries;
        reply.item = *next;
        turn.record(SaveWork{job->key, *next});
        turn.effect(Trace{.what = Trace::What::Work, .app = event.app, .job = job->key, .item = *next});
    }
    const bool done = job->work.empty();
    turn.effect(reply);
    if (done) close(turn, event.run, End::Finished); // no item left to complete: as jobFinished(false)
}

void merge(Turn& turn, const CompleteWork& event) {
    const auto [running, job] = find(turn, event.app, event.run);
    Reply reply{.call = event.call};
    if (!job) {
        reply.error = over(turn, event.app, event.run);
    } else if (const auto item = std::ranges::find(job->work, event.item, &WorkItem::id);
               item == job->work.end() || !item->active) {
        reply.error =
            fail(Errc::IllegalArgument, "item {} is not being worked on; complete what was dequeued", event.item);
    } else {
        job->work.erase(item);
        turn.record(DropWork{job->key, event.item});
    }
    turn.effect(reply);
}

} // namespace stint
