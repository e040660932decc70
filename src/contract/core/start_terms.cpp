#include "contract/core/start_terms.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/core/explanation.hpp"
#include "contract/core/state.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/rules/calendar.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/guard.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/pool.hpp"
#include "contract/rules/validation.hpp"

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

/// The words of an ended job's end that are kept: there may be a hundred of them in a job.
constexpr std::size_t longestEnd = 512;

EndedJob endedJob(const Completed& job) {
    const int code = job.outcome.exitCode & 0xFF; // as a process's parent sees it
    EndedJob ended{job.key, job.label, succeeded(job) ? 0 : std::max(code, 1), printable(endingText(job)), job.path};
    cut(ended.text, longestEnd);
    return ended;
}

void goOn(Turn& turn, Tracked& tracked, const Completed& ended) {
    const JobKey& done = ended.key;
    StartTerms terms = *tracked.job.details->terms;
    std::erase(terms.after, done);
    std::erase(terms.afterFailure, done);
    terms.ended.push_back(endedJob(ended));
    tracked.job.details.edit().terms.set(std::move(terms));
    turn.record(SaveJob{tracked.job});
    if (!tracked.run && !isAside(tracked)) park(turn, tracked);
}

// Ends a job that nothing can let start any more.
void giveUp(Turn& turn, const Tracked& tracked, Outcome why) {
    const JobKey key = tracked.job.key;
    turn.effect(Trace{.what = Trace::What::Dropped, .app = key.app, .job = key, .reason = STOP_REASON_UNDEFINED});
    remember(turn, tracked.job, pastRunOf(tracked, nullptr, {}, std::move(why), turn.now.wall));
    forget(turn, key);
}

/// True while a run of its own is under way, which an override has let begin before its terms were met (jobs.md §14.1).
bool isPastTerms(const State& state, const Tracked& tracked) { return ownRun(state, tracked) != nullptr; }

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
    terms.ended.clear();
    const auto others = othersOf(terms);
    if (others.empty()) return terms;
    if (others.size() > mostAwaited)
        return fail(Errc::LIMIT_EXCEEDED, "a job may wait for {} others, not for {}", mostAwaited, others.size());
    for (const JobKey& other : terms.after)
        if (names(terms.afterFailure, other))
            return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot both succeed and fail", textOf(other));
    for (auto* const list : {&terms.after, &terms.afterFailure}) {
        std::vector<JobKey> pending;
        for (const JobKey& other : *list) {
            const bool awaited = STINT_TRY(willEnd(turn, event, key, other, list == &terms.after, together));
            if (awaited)
                pending.push_back(other);
            else
                terms.ended.push_back(endedJob(*turn.state.endings.newest(other)));
        }
        *list = std::move(pending);
    }
    STINT_TRY(checkForCircle(turn.state, key, terms, together));
    return terms;
}

void tellSuccessors(Turn& turn, const Completed& run) {
    State& state = turn.state;
    const JobKey& key = run.key;
    for (const JobKey& waiting : state.succession.waitingFor(key)) {
        Tracked* const tracked = state.jobs.find(waiting); // one that was given up may have taken others with it
        if (!tracked) continue;
        state.succession.erase(tracked->job);
        if (succeeded(run) != names(tracked->job.details->terms->after, key) && !isPastTerms(state, *tracked)) {
            giveUp(turn, *tracked, whyNever(key, run));
            continue;
        }
        goOn(turn, *tracked, run);
        state.succession.add(tracked->job);
    }
}

void settleSuccession(Turn& turn) {
    const State& state = turn.state;
    for (const JobKey& other : state.succession.awaited()) {
        if (state.jobs.contains(other)) continue;
        const Completed* const ended = state.endings.newest(other);
        Completed unknown;
        unknown.key = other;
        unknown.outcome = {1, "nothing is known of it any more"};
        tellSuccessors(turn, ended ? Completed(*ended) : unknown);
    }
}

namespace {

constexpr std::size_t mostConditions = 20;

Result<WallTime> firstTime(const Turn& turn, const Schedule& event) {
    const std::string& text = event.terms.calendar;
    const JobInfo& info = event.info;
    if (event.terms.at || info.isPeriodic() || info.getMinimumLatency() || info.getOverrideDeadline())
        return fail(Errc::ILLEGAL_ARGUMENT, "a job with a calendar may have no other time, deadline or period");
    const auto calendar = Calendar::parse(text);
    if (!calendar.ok()) return within("calendar", calendar.error());
    const auto first = calendar->next(turn.now.wall, turn.state.zone);
    if (first) return *first;
    return fail(Errc::ILLEGAL_ARGUMENT, "calendar \"{}\" never comes due", text);
}

/// The job with these conditions, as the rules and the policy let it be.
Result<JobInfo> conditioned(const JobInfo& job, const std::vector<Condition>& conditions, const Constants& constants) {
    JobInfo changed = STINT_TRY(withConditions(job, conditions));
    if (auto error = brokenRule(changed, constants)) return *std::move(error);
    return JobInfoAccess::adjusted(std::move(changed), constants);
}

// Gives the job other conditions. A run goes on only if what it now requires is there: its gates are asked at the end
// of the turn.
void give(Turn& turn, Tracked& tracked, JobInfo info) {
    State& state = turn.state;
    Job& job = tracked.job;
    state.jobs.release(job.key.app, holdingsOf(job));
    job.info = std::move(info);
    state.jobs.hold(job.key.app, holdingsOf(job));
    turn.record(SaveJob{job});
    if (!tracked.run) return;
    Running& running = state.runs.at(tracked.run);
    STINT_CHECK(running.run.key == job.key);
    GateKey gateKey = gateKeyOf(job);
    gateKey.override = running.gateKey.override;
    gateKey.inSight = running.gateKey.inSight;
    gateKey.overdue = running.gateKey.overdue;
    // The pool that it was counted to: a job that has taken its job's place meanwhile may be of another.
    gateKey.pool = running.gateKey.pool;
    gateKey.poolDepth = running.gateKey.poolDepth;
    running.gateKey = std::move(gateKey);
    running.reads = readsOfRun(running.gateKey);
    running.run.info = job.info;
    if (job.info.getRequiredNetwork() && !running.run.network) running.run.network = state.device.network;
    turn.changedApps.insert(job.key.app);
}

std::optional<Error> edit(Turn& turn, const EditJob& event) {
    State& state = turn.state;
    Tracked* const tracked = state.jobs.find(event.key);
    if (!tracked) return notTracked(state, event.key);
    if (isAside(*tracked)) return isSetAside(*tracked);
    if (STINT_TRY(mostBytesOf(event.conditions)))
        return fail(Errc::ILLEGAL_ARGUMENT, "bytes is a condition of what a job gets later (--then), not of the job");
    JobInfo info = STINT_TRY(conditioned(tracked->job.info, event.conditions, state.constants));
    give(turn, *tracked, std::move(info));
    if (!tracked->run) park(turn, *tracked);
    return std::nullopt;
}

/// jobs.md §14.5.
Result<void> checkGuard(const Turn& turn, const Schedule& event, const JobKey& key, const Together& together) {
    const JobInfo& info = event.info;
    if (event.terms.guard.empty()) return {};
    if (!together.terms.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "a guard is scheduled by itself, in no list");
    if (!event.onBehalf) return fail(Errc::SECURITY, "only a command that a person types may begin a guard");
    STINT_TRY(GuardCondition::parse(event.terms.guard));
    if (info.isUserInitiated() || info.isExpedited() || info.isPeriodic() || info.getRequiredNetwork() ||
        constraintsOf(info) != 0)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "a guard takes only its condition; leave out the other conditions, the kind and the period");
    for (const JobKey& other : keysOf(turn.state, key.app))
        if (other != key)
            return fail(Errc::ILLEGAL_STATE, "{} is there already; cancel it first, or give this one another --name",
                        textOf(other));
    return {};
}

} // namespace

Result<StartTerms> checkedTerms(const Turn& turn, const Schedule& event, const JobKey& key, Together& together) {
    STINT_TRY(checkGuard(turn, event, key, together));
    STINT_TRY(checkPool(event.terms));
    StartTerms terms = STINT_TRY(checkedSuccession(turn, event, key, together));
    terms.meteredUsed = 0;
    terms.promised.reset();
    terms.meteredBytes = std::max(terms.meteredBytes, NETWORK_BYTES_UNKNOWN);
    if (terms.meteredBytes > mostCountedBytes)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} over metered networks are more than is counted, {} at most",
                    formatSize(terms.meteredBytes), formatSize(mostCountedBytes));
    if (terms.meteredBytes >= 0 && !event.info.getRequiredNetwork())
        return fail(Errc::ILLEGAL_ARGUMENT, "--metered-bytes needs a job that requires a network (--network any)");
    if (terms.at && *terms.at <= turn.now.wall)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is past; a job may be set for a time to come", formatWall(*terms.at));
    if (!terms.calendar.empty()) terms.at = STINT_TRY(firstTime(turn, event));
    for (auto* const time : {&terms.at, &terms.loosensAt}) // jobs.md §1.2 d
        if (*time) *time = std::min(**time, turn.now.wall + longestWait);
    if (terms.then.empty() != !terms.loosensAt)
        return fail(Errc::ILLEGAL_ARGUMENT, "conditions that loosen need a time, and the conditions they become");
    if (!terms.loosensAt) return terms;
    if (terms.then.size() > mostConditions)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} conditions are more than there are", terms.then.size());
    if (*terms.loosensAt <= turn.now.wall)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is past; conditions may loosen at a time to come",
                    formatWall(*terms.loosensAt));
    STINT_TRY(mostBytesOf(terms.then));
    STINT_TRY(conditioned(event.info, terms.then, turn.state.constants));
    return terms;
}

std::optional<WallTime> nextTime(const Turn& turn, const Job& job) {
    const std::string& text = job.details->terms->calendar;
    if (text.empty()) return std::nullopt;
    const auto calendar = Calendar::parse(text);
    return calendar.ok() ? calendar->next(turn.now.wall, turn.state.zone) : std::nullopt;
}

void followClock(Turn& turn, Tracked& tracked) {
    const StartTerms& terms = *tracked.job.details->terms;
    if ((!terms.at && !terms.loosensAt) || isAside(tracked)) return;
    // A job that runs has met its time, and a retry of it keeps that.
    const auto next = ownRun(turn.state, tracked) ? std::optional(turn.now.wall) : nextTime(turn, tracked.job);
    if (next && terms.at && *terms.at > turn.now.wall && *terms.at != *next) {
        StartTerms changed = terms;
        changed.at = next;
        tracked.job.details.edit().terms.set(std::move(changed));
        turn.record(SaveJob{tracked.job});
        noteTimeMoved(turn.state, tracked.job);
    }
    if (!tracked.run) park(turn, tracked);
}

void loosen(Turn& turn, Tracked& tracked) {
    const StartTerms& terms = *tracked.job.details->terms;
    if (!terms.loosensAt || *terms.loosensAt > turn.now.wall) return;
    const auto most = mostBytesOf(terms.then);
    if (const Payload payload = payloadOf(tracked.job); most.ok() && *most) {
        const Bytes moves = std::max(payload.down, payload.up);
        if (moves == NETWORK_BYTES_UNKNOWN || moves > **most) return;
    }
    auto info = conditioned(tracked.job.info, terms.then, turn.state.constants);
    StartTerms rest = terms;
    rest.then.clear();
    rest.loosensAt.reset();
    tracked.job.details.edit().terms.set(std::move(rest));
    give(turn, tracked, info.ok() ? *std::move(info) : tracked.job.info); // another policy may not let it have them
}

std::optional<Instant> loosensAt(const Job& job, Now now) {
    const auto& at = job.details->terms->loosensAt;
    return at && *at > now.wall ? std::optional(now.elapsed + (*at - now.wall)) : std::nullopt;
}

void apply(Turn& turn, const EditJob& event) {
    replyToPerson(turn, event.call, event.key.app, event.callerVisible, edit(turn, event));
}

void apply(Turn& turn, const ZoneRead& event) {
    State& state = turn.state;
    state.zone = event.zone;
    for (const auto& [id, app] : state.apps)
        if (!app.memory.days.empty()) turn.changedApps.insert(id); // a day of its budgets begins at another time
    for (Tracked& tracked : state.jobs.all())
        if (!tracked.job.details->terms->calendar.empty()) followClock(turn, tracked);
}

} // namespace stint
