// The ends of requests, and their effects on the requests that follow; cancelling and forgetting (jobs.md §10).
#include <algorithm>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "work/engine/engine.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

namespace {

constexpr auto cancelledByApp = static_cast<std::int32_t>(STOP_REASON_CANCELLED_BY_APP);

} // namespace

void Engine::stopHere(const UUID& id, std::int32_t reason, Step& step) {
    const auto live = live_.find(id);
    if (live == live_.end() || live->second.stopped) return;
    live->second.stopped = true;
    // The job of its run, where an update has given the request another, or another process has ended it.
    const Request* request = requests_.find(id);
    const auto job = live->second.job;
    if (job && (request == nullptr || request->job != job)) step.effects.emplace_back(TakeBack{*job});
    step.effects.emplace_back(StopWorker{id, live->second.run, reason});
}

void Engine::finish(const UUID& id, State state, Data output, std::string why, Now now, Step& step) {
    const auto job = requests_.find(id)->job;
    if (job) step.effects.emplace_back(TakeBack{*job});
    requests_.change(id, [&](Request& request) {
        request.state = state;
        request.output = std::move(output);
        request.progress = {};
        request.why = std::move(why);
        request.finishedAt = now.wall;
        request.finishOrder = counters_.finishOrder++;
        request.job.reset();
    });
    if (state == State::SUCCEEDED) return unblockWhatFollows(id, now);
    const std::string_view cause =
        state == State::FAILED ? "what it follows has failed" : "what it follows was cancelled";
    for (const UUID& child : std::set(requests_.childrenOf(id)))
        endWithAllThatFollows(child, state, std::string(cause), now, step);
}

// Walks by a list of its own: a chain may be longer than the stack is deep. What follows an ended request is ended,
// too: a cancelled one's may wait for others.
void Engine::endWithAllThatFollows(const UUID& first, State state, const std::string& why, Now now, Step& step) {
    std::vector<UUID> open{first};
    std::set<UUID> seen{first};
    while (!open.empty()) {
        const UUID id = open.back();
        open.pop_back();
        for (const UUID& child : requests_.childrenOf(id))
            if (seen.insert(child).second) open.push_back(child);
        STINT_CHECK(requests_.find(id)); // a request is kept as long as one that follows it
        const Request& request = *requests_.find(id);
        if (request.isFinished()) continue;
        const bool ran = request.state == State::RUNNING;
        if (request.job) step.effects.emplace_back(TakeBack{*request.job});
        stopHere(id, cancelledByApp, step);
        requests_.change(id, [&](Request& ended) {
            ended.state = state;
            ended.progress = {};
            if (ran) ended.stopReason = cancelledByApp;
            ended.why = why;
            ended.finishedAt = now.wall;
            ended.finishOrder = counters_.finishOrder++;
            ended.job.reset();
        });
    }
}

void Engine::unblockWhatFollows(const UUID& id, Now now) {
    for (const UUID& child : std::set(requests_.childrenOf(id))) {
        const Request& request = *requests_.find(child);
        if (request.state != State::BLOCKED) continue;
        const bool ready = std::all_of(request.parents.begin(), request.parents.end(), [&](const UUID& parent) {
            return requests_.find(parent)->state == State::SUCCEEDED;
        });
        if (!ready) continue;
        requests_.change(child, [&](Request& next) {
            next.state = State::ENQUEUED;
            waitFrom(next, now.wall); // its delay counts from the time at which it may begin
        });
    }
}

// jobs.md §10: with a file that was restored from a backup, no finished request runs again.
Result<void> Engine::on(const Restored& event, Now now, Step& step) {
    for (const Ending& ending : event.endings)
        counters_.finishOrder = std::max(counters_.finishOrder, ending.order + 1);
    int known = 0;
    for (const Ending& ending : event.endings) {
        const UUID& id = ending.request;
        const Request* request = requests_.find(id);
        if (request == nullptr || request->isFinished()) continue;
        if (isFinished(ending.state)) {
            finish(id, ending.state, ending.output, "it had ended when the file was restored from a backup", now, step);
        } else if (request->windowEnd && ending.windowEnd && request->finishOrder < ending.order) {
            if (request->job) step.effects.emplace_back(TakeBack{*request->job});
            requests_.change(id, [&](Request& period) {
                period.state = State::ENQUEUED;
                period.progress = {};
                period.attempts = 0;
                period.windowEnd = ending.windowEnd;
                period.waitsSince = ending.notBefore - period.spec.period->interval;
                period.notBefore = ending.notBefore;
                period.nextOverride.reset();
                period.finishOrder = ending.order;
                period.job.reset();
            });
        } else {
            continue;
        }
        ++known;
    }
    step.notices.push_back(fmt::format("the file is older than what has ended: it was restored from a backup, or lost. "
                                       "{} of its requests ended since, "
                                       "and are not done again; what was enqueued since is not in it",
                                       known));
    return {};
}

Result<void> Engine::on(const Cancel& event, Now now, Step& step) {
    std::set<UUID> which;
    if (const auto* id = std::get_if<UUID>(&event.which)) {
        if (requests_.find(*id) != nullptr) which.insert(*id);
    } else if (const auto* name = std::get_if<Cancel::Name>(&event.which)) {
        which = requests_.named(name->name);
    } else {
        const auto* tag = std::get_if<Cancel::Tag>(&event.which);
        for (const auto& [each, request] : requests_.all())
            if (tag == nullptr || request.spec.tags.contains(tag->tag)) which.insert(each);
    }
    if (std::holds_alternative<Cancel::All>(event.which)) counters_.lastCancelAll = now.wall;
    for (const UUID& each : which)
        endWithAllThatFollows(each, State::CANCELLED, "cancelled by the app", now, step);
    return {};
}

/// Cancels the unfinished ones, and forgets all of them (REPLACE).
Engine::Claims Engine::erase(const std::set<UUID>& ids, Now now, Step& step) {
    for (const UUID& id : ids)
        endWithAllThatFollows(id, State::CANCELLED, "replaced by the app", now, step);
    Claims claims;
    for (const UUID& id : ids) {
        if (const auto& session = requests_.find(id)->session) claims.emplace(id, *session);
        requests_.erase(id);
    }
    return claims;
}

Result<void> Engine::on(const Prune&, Now now, Step&) {
    prune(now, true);
    return {};
}

// jobs.md §10, clean-up: a finished request without unfinished dependents goes after a day, or the time that was
// asked for, or now.
void Engine::prune(Now now, bool all) {
    std::vector<UUID> due;
    for (const auto& [when, id] : requests_.ended()) {
        if (!all && when > now.wall) break;
        const auto& children = requests_.childrenOf(id);
        const bool needed = std::any_of(children.begin(), children.end(),
                                        [&](const UUID& child) { return !requests_.find(child)->isFinished(); });
        // A worker that must stop may still be at work.
        if (!needed && !requests_.find(id)->session) due.push_back(id);
    }
    for (const UUID& id : due) {
        STINT_CHECK(requests_.find(id)->isFinished());
        requests_.erase(id);
    }
}

} // namespace stint::work
