#include "work/engine/engine.hpp"

#include <algorithm>

#include "base/result/errors.hpp"

namespace stint::work {

namespace {

/// A job that takes over is handed over before the job that it replaces goes.
int performedAs(const Effect& effect) {
    constexpr int order[] = {0, 1, 2, 3, 4, 5}; // HandOver, TakeBack, StartWorker, StopWorker, EndJob, WatchJob
    return order[effect.index()];
}

} // namespace

void Engine::load(std::vector<Request> requests, Counters counters) {
    requests_ = {};
    take(std::move(requests), {}, counters);
}

void Engine::take(std::vector<Request> changed, const std::vector<UUID>& gone, Counters counters) {
    requests_.take(std::move(changed), gone);
    counters_ = counters;
    saved_ = counters;
}

Result<Step> Engine::handle(const Event& event, Now now) {
    Step step;
    STINT_TRY(std::visit([&](const auto& what) { return on(what, now, step); }, event));
    if (!std::holds_alternative<Progress>(event)) {
        prune(now, false);
        hand(now, step);
    }
    step.records = requests_.takeRecords();
    STINT_CHECK(counters_.sequence >= saved_.sequence); // a number is given only once
    STINT_CHECK(counters_.finishOrder >= saved_.finishOrder);
    noteCounters(step.records);
    std::stable_sort(step.effects.begin(), step.effects.end(),
                     [](const Effect& a, const Effect& b) { return performedAs(a) < performedAs(b); });
    return step;
}

/// A new request's row says the last sequence as well as the counters do, until a row goes: most enqueues need not
/// write the counters.
void Engine::noteCounters(std::vector<Record>& records) {
    const bool rowsGo =
        std::ranges::any_of(records, [](const Record& record) { return std::holds_alternative<DropRequest>(record); });
    Counters known = saved_;
    known.sequence = counters_.sequence;
    if (known == counters_ && !rowsGo) return;
    records.emplace_back(counters_);
    saved_ = counters_;
}

// The jobs at the scheduler: at most as many as the app's settings say (jobs.md §10, limits), for requests chosen in
// a fair order; and the scheduler's reports on those jobs.

namespace {

constexpr Duration longestHandWait = std::chrono::minutes(10);

} // namespace

/// The waiting requests that get a job: the first of each group of equal constraints, then the second of each, so
/// that many requests that wait for one thing do not keep out those that could run. Within a round, expedited ones
/// first, then by their time.
std::vector<const Request*> Engine::chosen(Now now) const {
    auto free = static_cast<std::size_t>(settings_.schedulerLimit);
    for (const UUID& id : requests_.running())
        if (free > 0 && requests_.find(id)->job) --free;
    struct Next {
        const std::string* group;
        std::set<Requests::Place>::const_iterator place;
        std::set<Requests::Place>::const_iterator end;
    };
    std::vector<Next> round;
    for (const auto& [group, places] : requests_.waiting())
        round.push_back({&group, places.begin(), places.end()});
    const auto key = [&](const Next& next) {
        const auto& [notBefore, sequence, id] = *next.place;
        const bool constrained = requests_.find(id)->spec.constraints != Constraints();
        return std::tuple(next.group->front(), std::max(notBefore, now.wall), constrained, sequence);
    };
    std::vector<const Request*> chosen;
    while (chosen.size() < free && !round.empty()) {
        std::sort(round.begin(), round.end(), [&](const Next& a, const Next& b) { return key(a) < key(b); });
        for (Next& next : round) {
            if (chosen.size() == free) break;
            chosen.push_back(requests_.find(std::get<UUID>(*next.place++)));
        }
        std::erase_if(round, [](const Next& next) { return next.place == next.end; });
    }
    STINT_CHECK(chosen.size() <= free);
    return chosen;
}

/// True if the request may begin in this process, with a job behind it: it has no constraint that only the scheduler
/// could judge.
bool Engine::mayRunHere(const Request& request, Now now) const {
    // A request that its job's stop cut off waits as that job does (jobs.md §6.2); a death stops no job.
    const bool waitsWithItsJob =
        request.stopReason != WorkInfo::STOP_REASON_NOT_STOPPED && request.stopReason != WorkInfo::STOP_REASON_UNKNOWN;
    return visible_ && !waitsWithItsJob && !request.session && request.notBefore <= now.wall &&
           request.spec.constraints == Constraints() && !live_.contains(request.spec.id);
}

void Engine::hand(Now now, Step& step) {
    // A request that another process has cancelled, or replaced, runs here no longer.
    for (const auto& [id, live] : Lives(live_)) {
        if (!isOver(id, live)) continue;
        const Request* request = requests_.find(id);
        stopHere(id, request ? request->stopReason : WorkInfo::STOP_REASON_UNKNOWN, step);
    }
    if (handAgainAt_ && *handAgainAt_ <= now.elapsed) tryAllAgain();
    if (takesNone_) return;
    const auto handed = chosen(now);
    std::vector<std::int32_t> kept;
    for (const Request* request : handed)
        if (request->job) kept.push_back(*request->job);
    std::ranges::sort(kept);
    std::vector<std::pair<std::int32_t, UUID>> displaced;
    for (const auto& [job, id] : requests_.jobs())
        if (!std::ranges::binary_search(kept, job) && requests_.find(id)->state != State::RUNNING)
            displaced.emplace_back(job, id);
    for (const auto& [job, id] : displaced) {
        step.effects.emplace_back(TakeBack{job});
        requests_.change(id, [](Request& request) { request.job.reset(); });
    }
    const auto give = [&](const Request& to) {
        if (to.job) return;
        std::int32_t job = counters_.job;
        while (requests_.ofJob(job) != nullptr) // all numbers were given once, or the file is wrong about them
            job = job == INT32_MAX ? 1 : job + 1;
        STINT_CHECK(job > 0);
        counters_.job = job == INT32_MAX ? 1 : job + 1;
        requests_.change(to.spec.id, [&](Request& request) { request.job = job; });
        step.effects.emplace_back(HandOver{to.spec.id, job});
    };
    for (const Request* request : handed) {
        if (refused_.contains(request->spec.id)) continue;
        give(*request);
        if (mayRunHere(*request, now)) start(request->spec.id, std::nullopt, now, step);
    }
    // A request that runs without a job would not be begun again after its process's death.
    for (const UUID& id : std::set(requests_.running()))
        if (!refused_.contains(id)) give(*requests_.find(id));
}

void Engine::tryAllAgain() {
    handAgainAt_.reset();
    takesNone_ = false;
    refused_.clear();
}

Result<void> Engine::on(const NotTaken& event, Now now, Step& step) {
    const Request* request = requests_.ofJob(event.job);
    if (request == nullptr) return {};
    const UUID id = request->spec.id;
    const bool special = request->isExpedited() || request->isUserInitiated();
    requests_.change(id, [](Request& refused) { refused.job.reset(); });
    if (event.why != NotTaken::Why::Kind || !special) {
        if (event.why == NotTaken::Why::Job)
            refused_.insert(id);
        else
            takesNone_ = true;
        if (handAgainAt_) return {};
        handAgainAt_ = now.elapsed + handWait_;
        handWait_ = std::min<Duration>(handWait_ * 2, longestHandWait);
    } else if (request->spec.expedited == OutOfQuotaPolicy::DROP_WORK_REQUEST) {
        endWithAllThatFollows(id, State::CANCELLED, "the app has no time left for expedited work", now, step);
    } else {
        requests_.change(id, [](Request& refused) { refused.demoted = true; });
    }
    return {};
}

// A death between a commit and its effects, and a process that ends a job just now, leave such differences, too: nobody
// is told of what mends itself.
Result<void> Engine::on(const Reconcile& event, Now now, Step& step) {
    static_cast<void>(now);
    tryAllAgain();
    handWait_ = firstHandWait;
    std::set<std::int32_t> present;
    bool isOlder = false;
    for (const auto& [job, of] : event.pending) {
        const Request* request = requests_.ofJob(job);
        const Request* named = of ? requests_.find(*of) : nullptr;
        // The job of a run that an update has given another: it ends with that run.
        const bool isOfRun = named != nullptr && named->state == State::RUNNING && job < counters_.job;
        if (request != nullptr && request == named) {
            present.insert(job);
        } else if (request == nullptr && !isOfRun) {
            isOlder = isOlder || job >= counters_.job;
            step.effects.emplace_back(TakeBack{job});
        } // else the number is another request's, whose job the hand-over replaces
    }
    for (const auto& [job, id] : requests_.jobs())
        if (!present.contains(job) && job < event.jobsBefore && !event.othersHand)
            step.effects.emplace_back(HandOver{id, job});
    // A newer file gave these numbers: the counter passes them, so that none is given again.
    for (const auto& [job, of] : event.pending)
        if (isOlder && job >= counters_.job) counters_.job = job == INT32_MAX ? 1 : job + 1;
    if (isOlder)
        step.notices.emplace_back(
            "the file is older than the scheduler's jobs: it was restored from a backup, or lost");
    return {};
}

void Engine::release(const UUID& id, Step& step) {
    static_cast<void>(step);
    requests_.change(id, [](Request& request) {
        request.session.reset();
        if (request.state != State::RUNNING) return;
        request.state = State::ENQUEUED;
        request.stopReason = WorkInfo::STOP_REASON_UNKNOWN;
    });
}

// The requests of a process that died are begun again: by their jobs, which the death has not ended.
Result<void> Engine::on(const SessionsEnded& event, Now now, Step& step) {
    static_cast<void>(now);
    for (const UUID& id : std::set(requests_.claimed()))
        if (event.sessions.contains(*requests_.find(id)->session)) release(id, step);
    return {};
}

Result<void> Engine::on(const Look& event, Now now, Step& step) {
    static_cast<void>(event);
    static_cast<void>(now);
    static_cast<void>(step);
    return {};
}

} // namespace stint::work
