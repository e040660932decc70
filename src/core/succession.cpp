#include "core/succession.hpp"

#include "base/fail.hpp"
#include "base/try.hpp"
#include "core/state.hpp"
#include "rules/past_run.hpp"

namespace stint {
namespace {

/// So many others one job may wait for.
constexpr std::size_t mostAwaited = 100;

void goOn(Turn& turn, Tracked& tracked, const JobKey& done) {
    StartTerms terms = *tracked.job.details->terms;
    std::erase(terms.after, done);
    tracked.job.details.edit().terms.set(std::move(terms));
    turn.record(SaveJob{tracked.job});
    if (!tracked.run && !isAside(tracked)) park(turn, tracked);
}

// Nothing that could come would let it start.
void giveUp(Turn& turn, const Tracked& tracked, const std::string& why) {
    const JobKey key = tracked.job.key;
    turn.effect(Trace{.what = Trace::What::Dropped, .app = key.app, .job = key, .reason = STOP_REASON_UNDEFINED});
    remember(turn, tracked.job, pastRunOf(tracked, nullptr, {}, {1, why}, turn.now.wall));
    forget(turn, key);
}

std::string whyNever(const JobKey& key, const PastRun& run) {
    return fmt::format("not started: {} has not succeeded: {}", textOf(key), endingText(run));
}

} // namespace

void Succession::add(const Job& job) {
    for (const JobKey& other : job.details->terms->after)
        successors_[other].insert(job.key);
}

void Succession::erase(const Job& job) {
    for (const JobKey& other : job.details->terms->after) {
        const auto found = successors_.find(other);
        if (found == successors_.end()) continue;
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

Result<StartTerms> checkedTerms(const Turn& turn, const Schedule& event, const JobKey& key) {
    const State& state = turn.state;
    StartTerms terms = event.terms;
    if (terms.after.size() > mostAwaited)
        return fail(Errc::LIMIT_EXCEEDED, "a job may wait for {} others, not for {}", mostAwaited, terms.after.size());
    if (terms.at && *terms.at <= turn.now.wall)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is past; a job may be set for a time to come", formatWall(*terms.at));
    if (!terms.calendar.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "calendar \"{}\": times of a calendar are not taken yet; ask for a period",
                    terms.calendar);
    std::vector<JobKey> after;
    for (const JobKey& other : terms.after) {
        if (other.app != event.app && !event.onBehalf)
            return fail(Errc::SECURITY, "{} may not wait for {}, a job of another app", event.app.name, textOf(other));
        if (other == key) return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot wait for itself", textOf(key));
        const Completed* const ended = state.endings.newest(other);
        if (state.jobs.contains(other))
            after.push_back(other);
        else if (!ended)
            return fail(Errc::ILLEGAL_ARGUMENT, "no job {} to wait for", textOf(other));
        else if (!succeeded(*ended))
            return fail(Errc::ILLEGAL_STATE, "{} has not succeeded: {}", textOf(other), endingText(*ended));
    }
    terms.after = std::move(after);
    return terms;
}

void tellSuccessors(Turn& turn, const JobKey& key, const PastRun& run) {
    State& state = turn.state;
    for (const JobKey& waiting : state.succession.waitingFor(key)) {
        Tracked* const tracked = state.jobs.find(waiting); // one that was given up may have taken others with it
        if (!tracked) continue;
        state.succession.erase(tracked->job);
        if (!succeeded(run)) {
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
