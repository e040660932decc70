#include "contract/core/succession.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/past_run.hpp"

namespace stint {
namespace {

/// The number of others that one job may wait for.
constexpr std::size_t mostAwaited = 100;

/// All others that it waits for, to succeed or to fail.
std::vector<JobKey> othersOf(const StartTerms& terms) {
    std::vector<JobKey> others = terms.after;
    others.insert(others.end(), terms.afterFailure.begin(), terms.afterFailure.end());
    return others;
}

bool names(const std::vector<JobKey>& keys, const JobKey& key) { return std::ranges::find(keys, key) != keys.end(); }

void goOn(Turn& turn, Tracked& tracked, const JobKey& done) {
    StartTerms terms = *tracked.job.details->terms;
    std::erase(terms.after, done);
    std::erase(terms.afterFailure, done);
    tracked.job.details.edit().terms.set(std::move(terms));
    turn.record(SaveJob{tracked.job});
    if (!tracked.run && !isAside(tracked)) park(turn, tracked);
}

// Ends a job that nothing can let start any more.
void giveUp(Turn& turn, const Tracked& tracked, Outcome why) {
    const JobKey key = tracked.job.key;
    // A person may have begun it by force: that run goes on, and is no longer this job's.
    if (tracked.run) turn.state.runs.at(tracked.run).run.dropped = true;
    turn.effect(Trace{.what = Trace::What::Dropped, .app = key.app, .job = key, .reason = STOP_REASON_UNDEFINED});
    remember(turn, tracked.job, pastRunOf(tracked, nullptr, {}, std::move(why), turn.now.wall));
    forget(turn, key);
}

/// The outcome of a job that waited for the other ending of that one.
Outcome whyNever(const JobKey& key, const PastRun& run) {
    if (succeeded(run)) return {0, fmt::format("not needed: {} has succeeded", textOf(key))};
    return {1, fmt::format("not started: {} has not succeeded: {}", textOf(key), endingText(run))};
}

/// The others that a job waits for: by the terms that it is scheduled with now, else by those that it has.
std::vector<JobKey> othersOf(const State& state, const Together& together, const JobKey& key) {
    if (const auto scheduled = together.terms.find(key); scheduled != together.terms.end())
        return othersOf(scheduled->second);
    const Tracked* const tracked = state.jobs.find(key);
    return tracked ? othersOf(*tracked->job.details->terms) : std::vector<JobKey>{};
}

/// An error where two would wait for each other, among those that the job of that key would wait for. Each is looked at
/// once in a call, however many wait for it.
Result<void> checkForCircle(const State& state, const JobKey& key, const StartTerms& terms, Together& together) {
    struct Place {
        JobKey key;
        std::vector<JobKey> others;
        std::size_t next = 0;
    };
    std::vector<Place> path{{key, othersOf(terms)}};
    std::set<JobKey> onPath{key};
    while (!path.empty()) {
        Place& last = path.back();
        if (last.next == last.others.size()) {
            STINT_CHECK(onPath.erase(last.key) == 1);
            together.sound.insert(last.key);
            path.pop_back();
            continue;
        }
        const JobKey other = last.others[last.next++];
        if (onPath.contains(other)) {
            const auto first = std::ranges::find(path, other, &Place::key);
            STINT_CHECK(first != path.end());
            const auto second = std::next(first) == path.end() ? first : std::next(first);
            return fail(Errc::ILLEGAL_ARGUMENT, "{} and {} would wait for each other", textOf(other),
                        textOf(second->key));
        }
        if (together.sound.contains(other)) continue;
        onPath.insert(other);
        path.push_back({other, othersOf(state, together, other)});
    }
    return {};
}

/// True if `other` is still to end; false if it has ended as `well` asks; an error if it may not be waited for, or has
/// ended the other way.
Result<bool> willEnd(const Turn& turn, const Schedule& event, const JobKey& key, const JobKey& other, bool well,
                     const Together& together) {
    const State& state = turn.state;
    if (other.app != event.app && !event.onBehalf)
        return fail(Errc::SECURITY, "{} may not wait for {}, a job of another app", event.app.name, textOf(other));
    if (other == key) return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot wait for itself", textOf(key));
    if (together.terms.contains(other) || state.jobs.contains(other)) return true;
    const Completed* const ended = state.endings.newest(other);
    if (!ended) return fail(Errc::ILLEGAL_ARGUMENT, "no job {} to wait for", textOf(other));
    if (succeeded(*ended) == well) return false;
    if (well) return fail(Errc::ILLEGAL_STATE, "{} has not succeeded: {}", textOf(other), endingText(*ended));
    return fail(Errc::ILLEGAL_STATE, "{} has succeeded", textOf(other));
}

} // namespace

void Succession::add(const Job& job) {
    for (const JobKey& other : othersOf(*job.details->terms))
        successors_[other].insert(job.key);
}

void Succession::erase(const Job& job) {
    for (const JobKey& other : othersOf(*job.details->terms)) {
        const auto found = successors_.find(other);
        if (found == successors_.end()) continue;
        STINT_CHECK(!found->second.empty()); // a job that is waited for has one that waits
        found->second.erase(job.key);
        if (found->second.empty()) successors_.erase(found);
    }
}

std::set<JobKey> Succession::waitingFor(const JobKey& key) const {
    const auto found = successors_.find(key);
    return found == successors_.end() ? std::set<JobKey>{} : found->second;
}

std::set<JobKey> Succession::awaited() const {
    std::set<JobKey> all;
    for (const auto& [other, waiting] : successors_)
        all.insert(other);
    return all;
}

Result<StartTerms> checkedSuccession(const Turn& turn, const Schedule& event, const JobKey& key, Together& together) {
    StartTerms terms = event.terms;
    const auto others = othersOf(terms);
    if (others.empty()) return terms;
    if (others.size() > mostAwaited)
        return fail(Errc::LIMIT_EXCEEDED, "a job may wait for {} others, not for {}", mostAwaited, others.size());
    for (const JobKey& other : terms.after)
        if (names(terms.afterFailure, other))
            return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot both succeed and fail", textOf(other));
    for (auto* const list : {&terms.after, &terms.afterFailure}) {
        std::vector<JobKey> pending;
        for (const JobKey& other : *list)
            if (STINT_TRY(willEnd(turn, event, key, other, list == &terms.after, together))) pending.push_back(other);
        *list = std::move(pending);
    }
    STINT_TRY(checkForCircle(turn.state, key, terms, together));
    return terms;
}

void tellSuccessors(Turn& turn, const JobKey& key, const PastRun& run) {
    State& state = turn.state;
    for (const JobKey& waiting : state.succession.waitingFor(key)) {
        Tracked* const tracked = state.jobs.find(waiting); // one that was given up may have taken others with it
        if (!tracked) continue;
        state.succession.erase(tracked->job);
        if (succeeded(run) != names(tracked->job.details->terms->after, key)) {
            giveUp(turn, *tracked, whyNever(key, run));
            continue;
        }
        goOn(turn, *tracked, key);
        state.succession.add(tracked->job);
    }
}

void settleSuccession(Turn& turn) {
    const State& state = turn.state;
    for (const JobKey& other : state.succession.awaited()) {
        if (state.jobs.contains(other)) continue;
        const Completed* const ended = state.endings.newest(other);
        const PastRun unknown{.outcome = {1, "nothing is known of it any more"}};
        tellSuccessors(turn, other, ended ? static_cast<const PastRun&>(*ended) : unknown);
    }
}

} // namespace stint
