// New requests, and the requests that already have their name (jobs.md §10, chains, unique work, updateWork).
#include "base/result/errors.hpp"
#include <algorithm>

#include "work/engine/engine.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

namespace {

bool endedBadly(const Request& request) { return request.state == State::FAILED || request.state == State::CANCELLED; }

Error isPeriodicError(const std::string& name) {
    return fail(Errc::ILLEGAL_ARGUMENT,
                "\"{}\" is the name of periodic work, which may not be in a chain: nothing can be appended to it",
                name);
}

/// The time that was asked for the next run is the request's, no term of it.
void takeOverride(Request& request) {
    if (!request.spec.nextScheduleTime) return;
    request.nextOverride = request.spec.nextScheduleTime->override;
    request.spec.nextScheduleTime.reset();
    ++request.overrides;
}

/// True if a request without this name follows one that has it.
bool goesOnFrom(const Enqueue& event, std::size_t name) {
    std::set<UUID> named;
    for (const auto& node : event.nodes)
        if (node.unique == name) named.insert(node.spec.id);
    return std::any_of(event.nodes.begin(), event.nodes.end(), [&](const Enqueue::Node& node) {
        return node.unique != name && std::any_of(node.parents.begin(), node.parents.end(),
                                                  [&](const UUID& parent) { return named.contains(parent); });
    });
}

} // namespace

/// The named requests that no request of the same name follows.
std::set<UUID> Engine::leavesOf(const std::string& name) const {
    std::set<UUID> leaves;
    const auto& named = requests_.named(name);
    for (const UUID& id : named) {
        const auto& children = requests_.childrenOf(id);
        const bool isLeaf =
            std::none_of(children.begin(), children.end(), [&](const UUID& c) { return named.contains(c); });
        if (isLeaf) leaves.insert(id);
    }
    return leaves;
}

// Checks the whole event before anything is changed.
Result<void> Engine::admissible(const Enqueue& event) const {
    std::set<UUID> before;
    for (const auto& node : event.nodes) {
        STINT_TRY(check(node.spec));
        const UUID& id = node.spec.id;
        for (const UUID& parent : node.parents) {
            if (before.contains(parent)) continue;
            const Request* followed = requests_.find(parent);
            if (followed != nullptr && followed->isPeriodic())
                return fail(Errc::ILLEGAL_ARGUMENT, "{} follows {}, which is periodic, and may not be in a chain",
                            id.toString(), parent.toString());
            if (followed != nullptr) continue;
            return fail(Errc::ILLEGAL_ARGUMENT,
                        "{} follows {}, which is neither enqueued nor before it: a chain may have no cycle",
                        id.toString(), parent.toString());
        }
        if (!before.insert(id).second)
            return fail(Errc::ILLEGAL_ARGUMENT, "request {} is in the chain twice: a chain may have no cycle",
                        id.toString());
        if (node.spec.period && (!node.parents.empty() || event.nodes.size() > 1))
            return fail(Errc::ILLEGAL_ARGUMENT, "work of \"{}\" is periodic, and may not be in a chain",
                        node.spec.worker);
    }
    for (std::size_t nth = 0; nth < event.names.size(); ++nth) {
        const auto& [name, policy] = event.names[nth];
        if (name.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "unique work without a name");
        // Periodic work that is kept never ends, so nothing can follow it, either.
        const bool isFollowed = policy == ExistingWorkPolicy::APPEND ||
                                policy == ExistingWorkPolicy::APPEND_OR_REPLACE ||
                                (policy == ExistingWorkPolicy::KEEP && goesOnFrom(event, nth));
        if (!isFollowed) continue;
        for (const UUID& id : requests_.named(name))
            if (requests_.find(id)->isPeriodic() &&
                (policy != ExistingWorkPolicy::KEEP || !requests_.find(id)->isFinished()))
                return isPeriodicError(name);
    }
    return {};
}

// jobs.md §10: a request that is there already is ignored.
void Engine::insert(Request request, const Claims& claims, Now now) {
    const Spec& spec = request.spec;
    if (requests_.find(spec.id) != nullptr) return;
    request.sequence = counters_.sequence++;
    request.enqueuedAt = now.wall;
    takeOverride(request);
    waitFrom(request, now.wall);
    refused_.erase(spec.id);
    if (const auto claim = claims.find(spec.id); claim != claims.end()) request.session = claim->second;
    // jobs.md §10: BLOCKED until all parents SUCCEEDED; a FAILED parent fails it, a CANCELLED one cancels it.
    const auto has = [&](State state) {
        return std::any_of(request.parents.begin(), request.parents.end(),
                           [&](const UUID& p) { return requests_.find(p)->state == state; });
    };
    const bool allSucceeded = std::all_of(request.parents.begin(), request.parents.end(),
                                          [&](const UUID& p) { return requests_.find(p)->state == State::SUCCEEDED; });
    request.state = has(State::FAILED)      ? State::FAILED
                    : has(State::CANCELLED) ? State::CANCELLED
                    : allSucceeded          ? State::ENQUEUED
                                            : State::BLOCKED;
    if (request.isFinished()) {
        request.finishedAt = now.wall;
        request.finishOrder = counters_.finishOrder++;
        request.why = request.state == State::FAILED ? "what it follows has failed" : "what it follows was cancelled";
    }
    requests_.insert(std::move(request));
}

Result<void> Engine::on(const Enqueue& event, Now now, Step& step) {
    STINT_TRY(admissible(event));
    struct Existing {
        bool kept = false;
        std::set<UUID> leaves; ///< the requests that the new ones follow, or, where the name was kept, those that stand
                               ///< for them
    };
    std::vector<Existing> existing;
    Claims claims;
    for (std::size_t nth = 0; nth < event.names.size(); ++nth) {
        const auto& [name, policy] = event.names[nth];
        Existing found;
        // A request that follows an enqueued chain already belongs to that chain: its name is not looked up again.
        const bool begins = std::any_of(event.nodes.begin(), event.nodes.end(), [&](const Enqueue::Node& node) {
            return node.unique == nth && node.parents.empty();
        });
        if (!begins) {
            existing.push_back({});
            continue;
        }
        const auto& named = requests_.named(name);
        const bool unfinished =
            std::any_of(named.begin(), named.end(), [&](const UUID& id) { return !requests_.find(id)->isFinished(); });
        const auto leaves = leavesOf(name);
        const bool bad =
            std::any_of(leaves.begin(), leaves.end(), [&](const UUID& id) { return endedBadly(*requests_.find(id)); });
        switch (policy) {
        case ExistingWorkPolicy::KEEP:
            found.kept = unfinished;
            if (unfinished) found.leaves = leaves;
            if (!unfinished) claims.merge(erase(std::set(named), now, step));
            break;
        case ExistingWorkPolicy::REPLACE:
            claims.merge(erase(std::set(named), now, step));
            break;
        case ExistingWorkPolicy::APPEND:
            found.leaves = leaves;
            break;
        case ExistingWorkPolicy::APPEND_OR_REPLACE:
            if (bad) claims.merge(erase(std::set(named), now, step));
            if (!bad) found.leaves = leaves;
            break;
        }
        existing.push_back(std::move(found));
    }
    std::map<UUID, std::set<UUID>> standIns; // for requests that were not taken in
    for (const auto& node : event.nodes) {
        const Existing* name = node.unique ? &existing[*node.unique] : nullptr;
        if (name && name->kept) {
            standIns[node.spec.id] = name->leaves;
            continue;
        }
        std::set<UUID> parents;
        for (const UUID& parent : node.parents) {
            const auto stands = standIns.find(parent);
            if (stands == standIns.end()) {
                if (requests_.find(parent) != nullptr) parents.insert(parent);
            } else {
                parents.insert(stands->second.begin(), stands->second.end());
            }
        }
        if (name && node.parents.empty()) parents.insert(name->leaves.begin(), name->leaves.end());
        insert({.spec = node.spec,
                .parents = std::move(parents),
                .joins = node.joins,
                .name = node.unique ? event.names[*node.unique].name : std::string()},
               claims, now);
    }
    return {};
}

Result<void> Engine::on(const EnqueuePeriodic& event, Now now, Step& step) {
    STINT_TRY(check(event.spec));
    if (event.name.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "unique work without a name");
    const std::set<UUID> named = requests_.named(event.name);
    const auto unfinished =
        std::find_if(named.begin(), named.end(), [&](const UUID& id) { return !requests_.find(id)->isFinished(); });
    const bool exists = unfinished != named.end();
    if (exists && event.policy == ExistingPeriodicWorkPolicy::KEEP) return {};
    if (exists && event.policy == ExistingPeriodicWorkPolicy::UPDATE) {
        if (!requests_.find(*unfinished)->isPeriodic())
            return fail(Errc::ILLEGAL_ARGUMENT,
                        "\"{}\" is the name of one-time work, which cannot be updated to a periodic one", event.name);
        Update update{event.spec};
        update.spec.id = *unfinished;
        return on(update, now, step);
    }
    const Claims claims = erase(named, now, step);
    insert({.spec = event.spec, .name = event.name}, claims, now);
    return {};
}

// jobs.md §10: an update keeps the enqueue time and the time from which the request waits, does not stop a running
// worker, and takes effect from the next run on.
Result<void> Engine::on(const Update& event, Now now, Step& step) {
    STINT_TRY(check(event.spec));
    const UUID& id = event.spec.id;
    const Request* found = requests_.find(id);
    if (found == nullptr) return fail(Errc::ILLEGAL_ARGUMENT, "no work of id {}: it cannot be updated", id.toString());
    if (found->isPeriodic() != event.spec.period.has_value())
        return fail(Errc::ILLEGAL_ARGUMENT, "work {} is {}, and cannot be updated to another kind", id.toString(),
                    found->isPeriodic() ? "periodic" : "done once");
    if (found->isFinished()) return {};
    const bool runs = found->state == State::RUNNING;
    const auto job = found->job;
    // From now on a job of the new terms is at the scheduler, however the run ends, which keeps its own. A
    // user-initiated run's notification is its job's: no other may take it over.
    const bool keepsJob = runs && found->isUserInitiated();
    requests_.change(id, [&](Request& request) {
        request.spec = event.spec;
        takeOverride(request);
        reckonWait(request);
        request.demoted = false;
        ++request.generation;
        if (!keepsJob) request.job.reset();
    });
    refused_.erase(id);
    const auto live = live_.find(id);
    const bool isAtWork = runs && (live == live_.end() || live->second.job == job);
    if (job && !isAtWork && !keepsJob) step.effects.emplace_back(TakeBack{*job});
    static_cast<void>(now);
    step.updated = runs ? UpdateResult::APPLIED_FOR_NEXT_RUN : UpdateResult::APPLIED_IMMEDIATELY;
    return {};
}

} // namespace stint::work
