// Work items of a running job (jobs.md §2.5): handed out oldest first, one delivery more each time, gone when
// completed.
#include <algorithm>
#include <limits>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "contract/core/events.hpp"
#include "contract/core/state.hpp"

namespace stint {
namespace {

struct Found {
    Running* running = nullptr;
    Job* job = nullptr;
};

// The run, if it is this app's, and its job; null where the run is over, or was replaced meanwhile.
Found find(Turn& turn, const AppId& app, RunId run) {
    Running* const running = turn.state.runs.find(run);
    if (!running || running->run.key.app != app) return {};
    Tracked* const tracked = turn.state.jobs.find(running->run.key);
    if (!tracked || running->run.dropped) return {};
    STINT_CHECK(tracked->run == run); // a run that was not dropped is its job's
    return {running, &tracked->job};
}

// jobs.md §4.2: a callback of a run that is over is refused, but for one that the end may have crossed.
std::optional<Error> over(const Turn& turn, const AppId& app, RunId run) {
    if (turn.state.runs.isLate(app, run, turn.now.elapsed)) return std::nullopt;
    return fail(Errc::SECURITY, "run {} is over, or another app's: its work is not handed out any more", run.value);
}

// The total, of which one part was `old` and is `now`. An unknown amount counts as nothing, but an unknown total stays
// so while the part is unknown, too.
Bytes shifted(Bytes total, Bytes old, Bytes now) {
    if (total == NETWORK_BYTES_UNKNOWN && now == NETWORK_BYTES_UNKNOWN) return NETWORK_BYTES_UNKNOWN;
    const auto known = [](Bytes bytes) { return std::max<Bytes>(bytes, 0); };
    const Bytes others = std::max<Bytes>(known(total) - known(old), 0);
    return others + std::min(known(now), std::numeric_limits<Bytes>::max() - others); // an app may report any number
}

} // namespace

void updateItem(Turn& turn, Running& running, const BytesUpdated& event) {
    const auto [own, job] = find(turn, event.app, event.run);
    if (!job) return;
    std::vector<WorkItem>& work = job->details.edit().work;
    const auto item = std::ranges::find(work, *event.item, &WorkItem::id);
    if (item == work.end() || !item->active) return;
    const Run& run = running.run;
    BytesUpdated whole{.app = event.app, .run = event.run, .estimate = event.estimate};
    if (event.estimate) {
        whole.down = shifted(run.estimatedDown, item->estimatedDown, event.down);
        whole.up = shifted(run.estimatedUp, item->estimatedUp, event.up);
        item->estimatedDown = event.down;
        item->estimatedUp = event.up;
    } else {
        Moved& moved = running.run.itemsMoved[item->id];
        whole.down = shifted(run.transferredDown, moved.down, event.down);
        whole.up = shifted(run.transferredUp, moved.up, event.up);
        moved = {event.down, event.up};
    }
    apply(turn, whole);
}

void apply(Turn& turn, const DequeueWork& event) {
    const auto [running, job] = find(turn, event.app, event.run);
    Reply reply{.call = event.call};
    if (!job) {
        reply.error = over(turn, event.app, event.run);
        turn.effect(reply);
        return;
    }
    std::vector<WorkItem>& work = job->details.edit().work;
    const auto next = std::ranges::find(work, false, &WorkItem::active);
    if (next != work.end()) {
        next->active = true;
        ++next->deliveries;
        reply.item = *next;
        turn.record(SaveWork{job->key, *next});
        turn.effect(Trace{.what = Trace::What::Work, .app = event.app, .job = job->key, .item = *next});
    }
    const bool done = work.empty();
    turn.effect(reply);
    if (done) close(turn, event.run, End::Finished); // no item left to complete: as jobFinished(false)
}

void apply(Turn& turn, const CompleteWork& event) {
    const auto [running, job] = find(turn, event.app, event.run);
    Reply reply{.call = event.call};
    if (!job) {
        reply.error = over(turn, event.app, event.run);
        return turn.effect(reply);
    }
    std::vector<WorkItem>& work = job->details.edit().work;
    const auto item = std::ranges::find(work, event.item, &WorkItem::id);
    if (item == work.end() || !item->active) {
        reply.error =
            fail(Errc::ILLEGAL_ARGUMENT, "item {} is not being worked on; complete what was dequeued", event.item);
    } else {
        turn.state.jobs.release(job->key.app, holdingsOf(*item));
        work.erase(item);
        turn.record(DropWork{job->key, event.item});
    }
    turn.effect(reply);
}

} // namespace stint
