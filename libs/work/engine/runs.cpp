// A run, from its start by its job or by the engine, to its worker's result (jobs.md §10, results).
#include <algorithm>
#include <iterator>

#include "base/result/errors.hpp"
#include "work/engine/data.hpp"
#include "work/engine/engine.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

namespace {

/// A constraint that holds no longer: as what a job waits for, and as what a run is stopped for.
struct LostConstraint {
    PendingReason waits;
    StopReason stops;
};
constexpr LostConstraint lostConstraints[] = {
    {PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW, STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW},
    {PENDING_JOB_REASON_CONSTRAINT_CHARGING, STOP_REASON_CONSTRAINT_CHARGING},
    {PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, STOP_REASON_CONSTRAINT_CONNECTIVITY},
    {PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE, STOP_REASON_CONSTRAINT_DEVICE_IDLE},
    {PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW, STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW},
};

bool isLostConstraint(StopReason reason) {
    return std::ranges::find(lostConstraints, reason, &LostConstraint::stops) != std::end(lostConstraints);
}

} // namespace

/// Its parents' outputs, the parent that finished last at the end.
std::vector<Data> Engine::outputsFor(const Request& request) const {
    std::map<std::int64_t, Data> outputs; // in the order in which they ended
    for (const UUID& parent : request.parents) {
        STINT_CHECK(requests_.find(parent)); // a parent is forgotten only after its followers
        const Request& before = *requests_.find(parent);
        outputs.emplace(before.finishOrder, before.output);
    }
    std::vector<Data> all;
    for (auto& [order, output] : outputs)
        all.push_back(std::move(output));
    return all;
}

/// The request's own input, and its parents' outputs: one Data, or, for a merger of the app's, all of them.
Result<std::vector<Data>> Engine::inputsOf(const Request& request) const {
    auto inputs = outputsFor(request);
    const bool follows = !inputs.empty();
    if (follows && request.joins) {
        auto joined = STINT_TRY(merge(InputMerger::ARRAY_CREATING, inputs));
        inputs.assign(1, std::move(joined));
    }
    inputs.insert(inputs.begin(), request.spec.input);
    if (!follows || !request.spec.ownMerger.empty()) return inputs;
    auto merged = STINT_TRY(merge(request.spec.merger, inputs));
    return std::vector{std::move(merged)};
}

/// False where its input cannot be made: then it has FAILED.
bool Engine::start(const UUID& id, std::optional<std::int32_t> job, Now now, Step& step) {
    STINT_CHECK(!live_.contains(id));          // a request has one worker here
    STINT_CHECK(!requests_.find(id)->session); // and none elsewhere
    STINT_CHECK(!requests_.find(id)->isFinished());
    auto inputs = inputsOf(*requests_.find(id));
    if (!inputs.ok()) {
        finish(id, State::FAILED, {}, inputs.error().message, now, step);
        return false;
    }
    requests_.change(id, [&](Request& request) {
        request.state = State::RUNNING;
        ++request.attempts;
        request.session = settings_.session;
        request.stopReason = WorkInfo::STOP_REASON_NOT_STOPPED;
        request.progress = {};
    });
    const Request& begun = *requests_.find(id);
    live_[id] = {.run = ++runs_,
                 .sequence = begun.sequence,
                 .generation = begun.generation,
                 .overrides = begun.overrides,
                 .job = job};
    step.effects.emplace_back(StartWorker{id, runs_, job, std::move(*inputs)});
    return true;
}

bool Engine::isOver(const UUID& id, const Live& live) const {
    const Request* request = requests_.find(id);
    return request == nullptr || request->isFinished() || request->sequence != live.sequence;
}

Result<void> Engine::on(const JobStarted& event, Now now, Step& step) {
    const Request* request = requests_.ofJob(event.job);
    // A job that was displaced, or whose request was cancelled or has finished, or that comes from another file, has
    // nothing to do.
    if (request == nullptr || request->spec.id != event.request || request->isFinished()) return {};
    const UUID id = request->spec.id;
    step.goesOn = true;
    if (const auto live = live_.find(id); live != live_.end()) {
        const bool leaves = live->second.stopped || isOver(id, live->second);
        std::optional<std::int32_t>& of = leaves ? live->second.next : live->second.job;
        if (of && of != event.job) step.effects.emplace_back(EndJob{*of, false}); // an update has replaced it
        of = event.job;
        live->second.outlasted.reset();
        if (!leaves) live->second.generation = request->generation; // a job of these terms has it from now on
    } else if (request->session) {
        step.effects.emplace_back(EndJob{event.job, true}); // another process is at work on it
    } else {
        step.goesOn = start(id, event.job, now, step);
    }
    return {};
}

// jobs.md §10: a worker that the system stopped is retried, as if onStopJob answered true.
Result<void> Engine::on(const JobStopped& event, Now now, Step& step) {
    for (auto& [id, live] : live_) {
        if (live.next == event.job) live.next.reset();
        if (live.job != event.job) continue;
        live.job.reset();
        const bool byApp = event.reason == STOP_REASON_CANCELLED_BY_APP;
        if (live.stopped || isOver(id, live)) break;
        // A foreground worker outlasts its job's time and quota, but neither the user's nor the app's word, nor what it
        // requires.
        const bool stopsAll = byApp || event.reason == STOP_REASON_USER || isLostConstraint(event.reason);
        if (live.foreground && !stopsAll) {
            if (requests_.find(id)->job != event.job) break; // an update has given it another
            live.outlasted = event.job;
            step.effects.emplace_back(WatchJob{event.job});
            break;
        }
        // Stopped by another process's call, the job is gone, and its request is not; after an update it is one of the
        // old terms.
        const Request& request = *requests_.find(id);
        const bool isGone = byApp || live.generation != request.generation;
        if (isGone && request.job == event.job) requests_.change(id, [](Request& stopped) { stopped.job.reset(); });
        cutOff(id, event.reason, now, step);
        break;
    }
    const Request* request = requests_.ofJob(event.job); // none: an update has given it another job
    step.goesOn = request != nullptr && !request->isFinished();
    return {};
}

// A worker that outlasts its job stops as its job would have stopped. After an update the job is one of other terms.
Result<void> Engine::on(const JobWaits& event, Now now, Step& step) {
    const auto lacks = [&](const LostConstraint& lost) {
        return std::ranges::find(event.reasons, lost.waits) != event.reasons.end();
    };
    const auto lost = std::ranges::find_if(lostConstraints, lacks);
    const auto found = std::ranges::find_if(live_, [&](const auto& one) { return one.second.outlasted == event.job; });
    if (lost == std::end(lostConstraints) || found == live_.end()) return {};
    const auto& [id, live] = *found;
    if (live.stopped || isOver(id, live) || live.generation != requests_.find(id)->generation) return {};
    cutOff(id, lost->stops, now, step);
    return {};
}

/// The run ends before its worker has, and the request waits for its job.
void Engine::cutOff(const UUID& id, StopReason reason, Now now, Step& step) {
    requests_.change(id, [&](Request& stopped) {
        stopped.state = State::ENQUEUED;
        stopped.stopReason = static_cast<std::int32_t>(reason);
        if (!stopped.nextOverride) stopped.waitsSince = now.wall; // else it keeps the right to run at that time
        reckonWait(stopped);
    });
    stopHere(id, static_cast<std::int32_t>(reason), step);
}

Result<void> Engine::on(const WorkerEnded& event, Now now, Step& step) {
    const auto found = live_.find(event.request);
    if (found == live_.end() || found->second.run != event.run) return {};
    const Live live = found->second;
    live_.erase(found);
    const Request* request = requests_.find(event.request);
    if (request == nullptr) {
        if (live.job) step.effects.emplace_back(EndJob{*live.job, false});
        return {};
    }
    requests_.change(event.request, [](Request& ended) { ended.session.reset(); });
    if (!live.stopped && !isOver(event.request, live)) {
        if (live.job) step.effects.emplace_back(EndJob{*live.job, false});
        if (request->job && request->job != live.job) step.effects.emplace_back(TakeBack{*request->job});
        requests_.change(event.request, [](Request& ended) { ended.job.reset(); });
        conclude(event, live, now, step);
    } else if (live.next) { // its result is ignored, and its job has begun again meanwhile
        if (request->state != State::ENQUEUED || !start(event.request, live.next, now, step))
            step.effects.emplace_back(EndJob{*live.next, false});
    }
    return {};
}

void Engine::conclude(const WorkerEnded& event, const Live& live, Now now, Step& step) {
    const UUID& id = event.request;
    // The run has used the override up, unless the app has set another one meanwhile.
    requests_.change(id, [&](Request& ended) {
        if (ended.overrides == live.overrides) ended.nextOverride.reset();
    });
    const bool periodic = requests_.find(id)->isPeriodic();
    switch (event.kind) {
    case WorkerEnded::Kind::Success:
    case WorkerEnded::Kind::Failure: {
        // jobs.md §10: only CANCELLED ends periodic work.
        if (periodic) return nextPeriod(id, now);
        const State state = event.kind == WorkerEnded::Kind::Success ? State::SUCCEEDED : State::FAILED;
        return finish(id, state, event.output, event.why, now, step);
    }
    case WorkerEnded::Kind::Retry:
        return requests_.change(id, [&](Request& request) {
            request.state = State::ENQUEUED;
            request.progress = {};
            waitFrom(request, now.wall);
        });
    }
}

void Engine::nextPeriod(const UUID& id, Now now) {
    requests_.change(id, [&](Request& request) {
        request.state = State::ENQUEUED;
        request.progress = {};
        request.attempts = 0;
        request.finishOrder = counters_.finishOrder++;
        waitFrom(request, now.wall);
    });
}

Result<void> Engine::on(const Progress& event, Now now, Step& step) {
    static_cast<void>(now);
    static_cast<void>(step);
    const auto live = live_.find(event.request);
    const Request* request = requests_.find(event.request);
    if (live == live_.end() || live->second.run != event.run || live->second.stopped || request == nullptr ||
        request->state != State::RUNNING)
        return fail(Errc::ILLEGAL_STATE, "progress of a run that is over");
    requests_.change(event.request, [&](Request& running) { running.progress = event.data; });
    return {};
}

Result<void> Engine::on(const Foregrounded& event, Now now, Step& step) {
    static_cast<void>(now);
    static_cast<void>(step);
    const auto live = live_.find(event.request);
    if (live != live_.end() && live->second.run == event.run) live->second.foreground = true;
    return {};
}

} // namespace stint::work
