#include "contract/core/start_terms.hpp"

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "contract/core/events.hpp"
#include "contract/core/explanation.hpp"
#include "contract/core/state.hpp"
#include "contract/model/conditions.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/rules/calendar.hpp"
#include "contract/rules/guard_condition.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/validation.hpp"

namespace stint {
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
    return fail(Errc::ILLEGAL_ARGUMENT, "calendar \"{}\": none of its times comes", text);
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
    if (isAside(*tracked)) return fail(Errc::ILLEGAL_STATE, "{} is set aside", textOf(event.key));
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
    if (!event.onBehalf) return fail(Errc::SECURITY, "only a person's own command begins a guard");
    STINT_TRY(GuardCondition::parse(event.terms.guard));
    if (info.isUserInitiated() || info.isExpedited() || info.isPeriodic() || info.getRequiredNetwork() ||
        constraintsOf(info) != 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "a guard has its condition alone: no other, no kind and no period");
    for (const JobKey& other : keysOf(turn.state, key.app))
        if (other != key)
            return fail(Errc::ILLEGAL_STATE, "{} is there already; cancel it first, or give this one another --name",
                        textOf(other));
    return {};
}

} // namespace

Result<StartTerms> checkedTerms(const Turn& turn, const Schedule& event, const JobKey& key, Together& together) {
    STINT_TRY(checkGuard(turn, event, key, together));
    StartTerms terms = STINT_TRY(checkedSuccession(turn, event, key, together));
    terms.meteredUsed = 0;
    terms.promised.reset();
    terms.meteredBytes = std::max(terms.meteredBytes, NETWORK_BYTES_UNKNOWN);
    if (terms.meteredBytes > mostCountedBytes)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} over metered networks are more than is counted, {} at most",
                    formatSize(terms.meteredBytes), formatSize(mostCountedBytes));
    if (terms.meteredBytes >= 0 && !event.info.getRequiredNetwork())
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "bytes over metered networks (--metered-bytes) are of a job that needs a network (--network any)");
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

void apply(Turn& turn, const EditJob& event) { turn.effect(Reply{.call = event.call, .error = edit(turn, event)}); }

void apply(Turn& turn, const ZoneRead& event) {
    State& state = turn.state;
    state.zone = event.zone;
    for (const auto& [id, app] : state.apps)
        if (!app.memory.days.empty()) turn.changedApps.insert(id); // a day of its budgets begins at another time
    for (Tracked& tracked : state.jobs.all())
        if (!tracked.job.details->terms->calendar.empty()) followClock(turn, tracked);
}

} // namespace stint
