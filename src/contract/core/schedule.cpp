#include <algorithm>
#include <limits>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "contract/core/start_terms.hpp"
#include "contract/core/state.hpp"
#include "contract/model/job_info.hpp"
#include "contract/model/reasons.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/job_clocks.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/validation.hpp"

namespace stint {

// schedule() and enqueue(): from the manifest's check to a job that waits (jobs.md §2.2 to §2.5).

namespace {

void refuse(Turn& turn, const Schedule& event, Error error) {
    turn.effect(Trace{.what = Trace::What::Refused,
                      .app = event.app,
                      .job = JobKey{event.app, event.space, event.info.getId()},
                      .result = std::string(resultName(error.code)),
                      .because = error.code == Errc::REFUSED ? error.message : ""});
    turn.effect(Reply{.call = event.call, .error = std::move(error), .id = event.info.getId()});
}

// jobs.md §2.4: a job that a person's command asks for is no app's own, nor abuse by the built-in app that schedules
// it.
bool isAppsOwn(const Schedule& event, const Manifest& manifest) { return !event.onBehalf && !manifest.builtIn; }

/// jobs.md §2.4, rate: handing work over is no abuse. WorkManager's own jobs are not persisted on Android, and so do
/// not count there; to the store one costs what the other does.
bool countsForRate(const Schedule& event, const Manifest& manifest, std::string_view space) {
    return event.info.isPersisted() && isAppsOwn(event, manifest) && space != workNamespace;
}

/// The run, not ended yet, of a job of this key that was cancelled; 0: there is none.
RunId runStillEnding(const State& state, const JobKey& key) {
    for (const auto& [id, running] : state.runs)
        if (running.run.key == key) return id;
    return {};
}

// jobs.md §2.4, replace: counters, marks and cumulative time begin anew; a run of the old one is asked to stop.
Tracked& replaceOrAdd(Turn& turn, const JobKey& key) {
    State& state = turn.state;
    Tracked* const found = state.jobs.find(key);
    if (!found) {
        return state.jobs.add({.job = {.key = key}, .run = runStillEnding(state, key)});
    }
    Tracked& tracked = *found;
    unpark(state, tracked);
    if (tracked.run) {
        Running& running = state.runs.at(tracked.run);
        STINT_CHECK(running.run.key == key);
        running.run.dropped = true;
        beginStop(turn, running, {STOP_REASON_CANCELLED_BY_APP, InternalReason::Canceled});
    }
    const auto run = tracked.run;
    state.watched.remove(key.app, tracked.job.info);
    state.succession.erase(tracked.job);
    noteGone(state, key);
    tracked = {.job = {.key = key}, .run = run};
    return tracked;
}

// jobs.md §2.5: an item joins a job with an equal JobInfo, running or not; else the job is replaced, and its items move
// to the new one, those not completed first.
std::vector<WorkItem> inheritedWork(const State& state, const JobKey& key) {
    const Tracked* old = state.jobs.find(key);
    if (!old) return {};
    std::vector<WorkItem> work = old->job.details->work;
    for (WorkItem& item : work)
        item.active = false;
    return work;
}

bool joins(const State& state, const Schedule& event, const JobKey& key, const JobInfo& info) {
    const Tracked* found = state.jobs.find(key);
    return event.work && found && !isAside(*found) && found->job.info == info;
}

void addWork(Turn& turn, Job& job, WorkItem item) {
    JobDetails& more = job.details.edit();
    item.id = more.nextWork++;
    turn.state.jobs.hold(job.key.app, holdingsOf(item));
    turn.record(SaveWork{job.key, item});
    more.work.push_back(std::move(item));
}

// The app was in an allowed state just now: the marks are taken away (jobs.md §2.5).
void join(Turn& turn, const Schedule& event, const JobKey& key) {
    Tracked& tracked = turn.state.jobs.at(key);
    STINT_CHECK(event.work);
    addWork(turn, tracked.job, *event.work);
    const bool demoted = tracked.job.demotedByUser || tracked.job.demotedBySystem;
    if (event.info.isUserInitiated() && demoted) {
        tracked.job.demotedByUser = tracked.job.demotedBySystem = false;
        turn.record(SaveJob{tracked.job});
    }
    turn.effect(Trace{.what = Trace::What::Scheduled, .app = key.app, .job = key, .result = "success"});
    turn.effect(Reply{.call = event.call, .id = key.id});
    if (!tracked.run) park(turn, tracked);
}

/// True if the job of this key watches content, so that changes may be written down for it.
bool watchesContent(const State& state, const JobKey& key) {
    const Tracked* found = state.jobs.find(key);
    return found && !found->job.info.getTriggerContentUris().empty();
}

/// A job that may be scheduled, as far as its terms allow.
struct Fit {
    JobKey key;
    JobInfo info;
};

void accept(Turn& turn, const Schedule& event, Fit fit, StartTerms terms) {
    State& state = turn.state;
    auto& [key, info] = fit;
    const Tracked* const former = state.jobs.find(key);
    const bool replaces = former;
    const bool replacesPersisted = former && former->job.info.isPersisted();
    std::vector<WorkItem> work = event.work ? inheritedWork(state, key) : std::vector<WorkItem>{};
    const bool watched = watchesContent(state, key);
    ContentChanges content = inheritedContent(state, key, info);
    // scenario.md: a cause is traced before its consequence, the stop of the old run.
    turn.effect(Trace{.what = replaces ? Trace::What::Replaced : Trace::What::Scheduled,
                      .app = key.app,
                      .job = key,
                      .result = "success"});
    // The old job's work goes with it, unless enqueue() hands it on.
    if (replaces && !event.work && !state.jobs.at(key).job.details->work.empty()) turn.record(DropJob{key});
    if (replaces) state.jobs.release(key.app, holdingsOf(state.jobs.at(key).job));
    Tracked& tracked = replaceOrAdd(turn, key);
    tracked.job = Job{.key = key,
                      .info = std::move(info),
                      .scheduled = turn.now.wall,
                      .enqueued = turn.now.elapsed,
                      .sequence = state.jobs.nextSequence()};
    if (auto label = event.info.getExtras().getString("label"); !label.empty()) {
        tracked.job.details.edit().label = std::move(label);
    }
    if (!work.empty()) {
        JobDetails& more = tracked.job.details.edit();
        more.nextWork = std::ranges::max(work, {}, &WorkItem::id).id + 1;
        more.work = std::move(work);
    }
    STINT_CHECK(!event.newId || !replaces); // no job has a new number
    if (event.newId) state.numbers.note(key);
    if (terms != StartTerms{}) tracked.job.details.edit().terms.edit() = std::move(terms);
    state.succession.add(tracked.job);
    noteAsked(state, tracked.job, true);
    state.jobs.hold(key.app, holdingsOf(tracked.job));
    state.watched.add(key.app, tracked.job.info);
    setClocks(tracked.job, turn.now, state.constants);
    if (!content.uris.empty()) tracked.details.edit().content.edit().changes = std::move(content);
    tracked.joined = turn.now.wall;
    tracked.inSight = event.callerVisible;
    turn.record(SaveJob{tracked.job, replacesPersisted});
    if (watched) saveContent(turn, tracked);
    if (event.work) addWork(turn, tracked.job, *event.work);
    if (!tracked.run) park(turn, tracked); // else nothing of it starts before the old run has ended
}

/// The growth of its app's holdings. A job that enqueue() replaces hands its items on; any other replacement drops
/// them.
Holdings growth(const State& state, const Schedule& event, const Fit& fit) {
    Holdings more = holdingsOf(fit.info);
    if (event.work) more += holdingsOf(*event.work);
    if (const Tracked* old = state.jobs.find(fit.key))
        more -= event.work ? holdingsOf(old->job.info) : holdingsOf(old->job);
    return more;
}

std::optional<Error> workError(const State& state, const Schedule& event, const JobKey& key) {
    if (!event.work) return std::nullopt;
    const WorkItem& item = *event.work;
    if (auto error = brokenRule(item)) return error;
    const bool bytes = std::max({item.estimatedDown, item.estimatedUp, item.minimumChunk}) > 0;
    if (bytes && !event.info.getRequiredNetwork()) {
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "an item with network bytes on a job that requires no network; require one");
    }
    const Tracked* old = state.jobs.find(key);
    const auto queued = old ? std::ssize(old->job.details->work) : 0;
    if (event.info.isPersisted() && queued >= state.constants.maxPersistedWorkItems) {
        return fail(Errc::ILLEGAL_STATE, "{} has {} work items already, and at most {} are allowed", textOf(key),
                    queued, state.constants.maxPersistedWorkItems);
    }
    return std::nullopt;
}

/// The jobs of a list that stand before one.
struct Ahead {
    Holdings more; ///< all that their app will hold by them
    JobId last;    ///< the number of the last, where they have new ones
};

// Checks all but the terms, in the order of jobs.md §2.4; a failure leaves an existing job of the same id untouched.
Result<Fit> fitFor(Turn& turn, const Schedule& event, const Ahead& ahead) {
    State& state = turn.state;
    App* app = turn.app(event.app);
    if (!app) return fail(Errc::SECURITY, "{} is not an installed app", event.app.name);
    if (auto error = manifestError(*app, event.info)) return *std::move(error);
    if (auto error = brokenRule(event.info, state.constants)) return *std::move(error);
    if (auto error = admissionError(*app, event, turn.now.elapsed, state.constants)) return *std::move(error);
    const std::string space = STINT_TRY(trimmedNamespace(event.space, state.constants));
    if (countsForRate(event, app->manifest, space)) {
        const bool over = overScheduleRate(*app, turn.now.elapsed, state.constants);
        if (over && app->manifest.debuggable) {
            return fail(Errc::LIMIT_EXCEEDED, "{} schedules persisted jobs more than {} times within {}",
                        event.app.name, state.constants.scheduleRate,
                        formatDuration(state.constants.scheduleRateWindow));
        }
        // Calls are noted up to the limit: one more would change nothing.
        if (!over) app->scheduleCalls.push_back(turn.now.elapsed);
        if (over) {
            const auto heldBack = heldBackBy(*app, turn.world());
            restrictAsBuggy(turn, *app);
            tellHeldBack(turn, *app, heldBack);
        }
    }
    // jobs.md §2.3 clause 4: a new one needs expedited quota; a retry does not.
    if (event.info.isExpedited() && !inExpeditedQuota(*app, turn.world()))
        return Error{Errc::REFUSED, outOfExpeditedQuota(*app, turn.world())};
    // The name is the app's own text, one for all its jobs.
    Fit fit{{app->manifest.package, space, event.info.getId()}, JobInfoAccess::adjusted(event.info, state.constants)};
    if (event.newId) {
        fit.key.id = state.numbers.next(state, event.app, space, ahead.last);
        fit.info = fit.info.withId(fit.key.id);
    }
    if (auto error = workError(state, event, fit.key)) return *std::move(error);
    const Holdings held = state.jobs.heldBy(event.app) + ahead.more;
    if (auto error = holdingsError(event.app, held, held + growth(state, event, fit))) return *std::move(error);
    if (auto error = capError(app->manifest, held.jobs, state.jobs.contains(fit.key), state.constants))
        return *std::move(error);
    return fit;
}

/// A job of a list as a call of its own.
struct Listed {
    Schedule asked;
    Fit fit;
    StartTerms terms; ///< those that were accepted
};

Schedule aloneOf(const ScheduleAll& event, std::size_t place) {
    const JobOfList& one = event.jobs[place];
    return {.call = event.call,
            .app = event.app,
            .space = event.space,
            .info = one.info,
            .newId = event.newId,
            .callerVisible = event.callerVisible,
            .onBehalf = event.onBehalf,
            .terms = one.terms};
}

/// Adds the keys of the jobs at the places of the list that a job names.
Result<void> addPlaces(const std::vector<std::int32_t>& places, const std::vector<Listed>& list,
                       std::vector<JobKey>& keys) {
    for (const std::int32_t place : places) {
        if (place < 0 || static_cast<std::size_t>(place) >= list.size())
            return fail(Errc::ILLEGAL_ARGUMENT, "it waits for job {} of a list that has {}, counted from 0", place,
                        counted(std::ssize(list), "job"));
        keys.push_back(list[static_cast<std::size_t>(place)].fit.key);
    }
    return {};
}

/// All jobs of the list, if they may be scheduled together. Their numbers come first, since they may name each other.
/// `place` is that of the job being checked.
Result<std::vector<Listed>> checkedList(Turn& turn, const ScheduleAll& event, std::size_t& place) {
    std::vector<Listed> list;
    Ahead ahead;
    Together together;
    for (place = 0; place < event.jobs.size(); ++place) {
        Schedule asked = aloneOf(event, place);
        Fit fit = STINT_TRY(fitFor(turn, asked, ahead));
        if (!together.terms.emplace(fit.key, asked.terms).second)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} stands in the list twice", textOf(fit.key));
        ahead.more += growth(turn.state, asked, fit);
        if (event.newId) ahead.last = fit.key.id;
        list.push_back({std::move(asked), std::move(fit), {}});
    }
    for (place = 0; place < list.size(); ++place) {
        auto& [asked, fit, terms] = list[place];
        STINT_TRY(addPlaces(event.jobs[place].after, list, asked.terms.after));
        STINT_TRY(addPlaces(event.jobs[place].afterFailure, list, asked.terms.afterFailure));
        together.terms[fit.key] = asked.terms;
    }
    for (place = 0; place < list.size(); ++place) {
        auto& [asked, fit, terms] = list[place];
        terms = STINT_TRY(checkedTerms(turn, asked, fit.key, together));
    }
    return list;
}

} // namespace

void apply(Turn& turn, const Schedule& event) {
    auto fit = fitFor(turn, event, {});
    if (!fit) return refuse(turn, event, std::move(fit).error());
    if (joins(turn.state, event, fit->key, fit->info)) return join(turn, event, fit->key);
    Together alone;
    auto terms = checkedTerms(turn, event, fit->key, alone);
    if (!terms) return refuse(turn, event, std::move(terms).error());
    const JobId id = fit->key.id;
    accept(turn, event, *std::move(fit), *std::move(terms));
    if (event.onBehalf && event.callerVisible) noteTyped(turn, event.app);
    turn.effect(Reply{.call = event.call, .id = id});
}

namespace {

// jobs.md §14.3: a time that has come is no term any more; a calendar's next time is reckoned anew, and conditions that
// would have loosened loosen at once.
StartTerms stillMeant(StartTerms terms, WallTime now) {
    if (!terms.calendar.empty() || (terms.at && *terms.at <= now)) terms.at.reset();
    if (terms.loosensAt) terms.loosensAt = std::max(*terms.loosensAt, now + Duration{1});
    return terms;
}

} // namespace

std::optional<Error> scheduleAgain(Turn& turn, const RetryJob& event) {
    const Completed* const ended = turn.state.endings.newest(event.key);
    if (!ended) return notTracked(turn.state, event.key);
    if (succeeded(*ended))
        return fail(Errc::ILLEGAL_STATE, "{} has ended well, so there is nothing to retry", textOf(event.key));
    const App* const app = turn.app(event.key.app);
    if (!app || !app->manifest.builtIn || ended->again->info == JobInfo{})
        return fail(Errc::ILLEGAL_STATE,
                    "{} has ended, and nothing is kept that it could be made of again: ask for it anew",
                    textOf(event.key));
    const Schedule again{.call = event.call,
                         .app = event.key.app,
                         .space = event.key.space,
                         .info = ended->again->info,
                         .callerVisible = event.callerVisible,
                         .onBehalf = true,
                         .terms = stillMeant(ended->again->terms, turn.now.wall)};
    auto fit = fitFor(turn, again, {});
    if (!fit) return std::move(fit).error();
    Together alone;
    auto terms = checkedTerms(turn, again, fit->key, alone);
    if (!terms) return std::move(terms).error();
    const std::vector<EndedJob>& told = ended->again->terms.ended; // of what it waited for before (jobs.md §14.1)
    terms->ended.insert(terms->ended.begin(), told.begin(), told.end());
    turn.state.endings.erase(event.key);
    turn.record(DropCompleted{event.key});
    accept(turn, again, *std::move(fit), *std::move(terms));
    return std::nullopt;
}

// jobs.md §2.7: nothing is changed before all have been looked at.
void apply(Turn& turn, const ScheduleAll& event) {
    if (event.jobs.empty())
        return turn.effect(Reply{.call = event.call, .error = fail(Errc::ILLEGAL_ARGUMENT, "a list without jobs")});
    std::size_t place = 0;
    auto list = checkedList(turn, event, place);
    if (!list) {
        const std::string which = fmt::format("job {} of the list", place);
        return refuse(turn, aloneOf(event, place), within(which, std::move(list).error()));
    }
    Reply reply{.call = event.call};
    for (Listed& one : *list) {
        reply.ids.push_back(one.fit.key.id);
        accept(turn, one.asked, std::move(one.fit), std::move(one.terms));
    }
    if (event.onBehalf && event.callerVisible) noteTyped(turn, event.app);
    turn.effect(std::move(reply));
}

// Work items of a running job (jobs.md §2.5): handed out oldest first, one delivery more each time, gone when
// completed.

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
