#include "work/engine/desk.hpp"

#include <algorithm>
#include <iterator>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

Result<Desk> Desk::open(Store store, Settings settings, SchedulerPort& scheduler, WorkersPort& workers) {
    const EngineSettings forEngine{.schedulerLimit = settings.schedulerLimit, .session = store.session()};
    Desk desk(std::move(store), std::move(settings), Engine(forEngine), scheduler, workers);
    STINT_TRY(desk.readAll());
    return desk;
}

Result<void> Desk::readAll() {
    auto content = STINT_TRY(store_.read());
    engine_.load(std::move(content.requests), content.counters);
    ++version_;
    lost_ = false;
    return {};
}

Result<void> Desk::readChanges() {
    auto content = STINT_TRY(store_.readChanges());
    engine_.take(std::move(content.requests), content.gone, content.counters);
    ++version_;
    return {};
}

/// The processes that are gone, of those that requests name as the place of their workers.
std::set<Session> Desk::endedSessions() const {
    std::set<Session> ended;
    for (const UUID& id : engine_.requests().claimed()) {
        const Session session = *engine_.requests().find(id)->session;
        if (!store_.isHeld(session)) ended.insert(session);
    }
    return ended;
}

/// Decides in one transaction. An event that is refused has changed nothing; those before it stand.
Result<std::vector<Step>> Desk::decide(std::vector<Event> events, Now now, std::optional<Error>& wrong,
                                       std::optional<Store::HandingOver>& handing) {
    STINT_TRY(store_.turn());
    const auto lives = engine_.lives();
    auto decided = [&]() -> Result<std::vector<Step>> {
        const bool changed = STINT_TRY(store_.changedByOthers());
        if (lost_)
            STINT_TRY(readAll());
        else if (changed)
            STINT_TRY(readChanges());
        std::vector<Event> all;
        if (!store_.restored().empty()) all.emplace_back(Restored{store_.restored()});
        if (auto ended = endedSessions(); !ended.empty()) all.emplace_back(SessionsEnded{std::move(ended)});
        std::ranges::move(events, std::back_inserter(all));
        std::vector<Step> steps;
        std::vector<Record> records;
        for (const Event& one : all) {
            auto step = engine_.handle(one, now);
            if (!step.ok()) {
                wrong = step.error();
                break;
            }
            records.insert(records.end(), std::move_iterator(step->records.begin()),
                           std::move_iterator(step->records.end()));
            const auto hands = [](const Effect& effect) { return std::holds_alternative<HandOver>(effect); };
            if (!handing && std::ranges::any_of(step->effects, hands)) handing.emplace(store_);
            steps.push_back(std::move(*step));
        }
        if (!records.empty()) ++version_;
        STINT_TRY(store_.commit(records));
        return steps;
    }();
    if (!decided.ok()) {
        store_.giveUp();
        engine_.putBack(lives);
        lost_ = true;
        static_cast<void>(readAll()); // if it fails, too, the next turn does
    }
    return decided;
}

Result<Desk::Outcome> Desk::handle(const Event& event, Now now) {
    std::optional<Store::HandingOver> handing; // from before the commit, which others may read at once
    std::optional<Error> wrong;
    auto steps = STINT_TRY(decide({event}, now, wrong, handing));
    STINT_CHECK(wrong || !steps.empty()); // one for each event that was not refused
    Outcome outcome;
    if (!wrong) {
        outcome.goesOn = steps.back().goesOn;
        outcome.updated = steps.back().updated;
    }
    for (const Effect& effect : handOverAll(std::move(steps), now, outcome, handing))
        perform(effect, outcome);
    if (wrong) return *wrong;
    return outcome;
}

Result<void> Desk::reconcile(Now now) {
    // Read before the scheduler is asked: a job that is handed over meanwhile is not missing.
    const std::int32_t before = engine_.counters().job;
    const bool othersHand = store_.othersHand();
    auto pending = STINT_TRY(scheduler_->pending());
    wasAway_ = false;
    againAt_.reset();
    if (othersHand) againAt_ = now.elapsed + shortWait; // they may die of it
    STINT_TRY(handle(Reconcile{std::move(pending), before, othersHand}, now));
    return {};
}

std::optional<Instant> Desk::nextDeadline() const { return earlier(engine_.nextDeadline(), againAt_); }

Result<void> Desk::meetDeadline(Now now) {
    const bool isUnsure = againAt_ && *againAt_ <= now.elapsed;
    if ((wasAway_ || isUnsure) && reconcile(now).ok()) return {};
    STINT_TRY(handle(Look{}, now));
    return {};
}

Result<bool> Desk::refresh(Now now) {
    if (!STINT_TRY(store_.changedByOthers())) return false;
    STINT_TRY(handle(Look{}, now));
    return true;
}

/// The complaint of the scheduler; nullopt: it has the job, or nobody wants it any more.
std::optional<NotTaken> Desk::handOver(const HandOver& what, Now now, Outcome& outcome) {
    const Request* request = engine_.requests().ofJob(what.job);
    if (request == nullptr || request->spec.id != what.request) return std::nullopt; // taken back meanwhile
    auto job = jobOf(*request, settings_.service, now.wall);
    auto taken = job.ok() ? scheduler_->schedule(*job) : Result<bool>(job.error());
    if (taken.ok() && *taken) return std::nullopt;
    if (taken.ok()) return NotTaken{what.job, NotTaken::Why::Kind};
    outcome.refused = taken.error();
    wasAway_ = wasAway_ || taken.error().code == Errc::UNAVAILABLE;
    return NotTaken{what.job, whyNot(taken.error())};
}

/// Hands over the jobs, and those that are to be in place of jobs that were not taken, round after round: of thousands
/// each may be refused. Returns the other effects, in their order.
std::vector<Effect> Desk::handOverAll(std::vector<Step> steps, Now now, Outcome& outcome,
                                      std::optional<Store::HandingOver>& handing) {
    std::vector<Effect> others;
    while (!steps.empty()) {
        std::vector<Event> notTaken;
        for (Step& step : steps) {
            notices_.insert(notices_.end(), step.notices.begin(), step.notices.end());
            for (Effect& effect : step.effects) {
                const auto* what = std::get_if<HandOver>(&effect);
                if (what == nullptr)
                    others.push_back(std::move(effect));
                else if (auto complaint = handOver(*what, now, outcome))
                    notTaken.emplace_back(*complaint);
            }
        }
        if (notTaken.empty()) break;
        std::optional<Error> wrong;
        auto next = decide(std::move(notTaken), now, wrong, handing);
        steps = next.ok() ? std::move(*next) : std::vector<Step>();
    }
    std::ranges::stable_sort(others, {}, &Effect::index);
    return others;
}

void Desk::perform(const Effect& effect, const Outcome& outcome) {
    std::visit(
        Overloaded{[](const HandOver&) {}, // done
                   [&](const TakeBack& what) { static_cast<void>(scheduler_->cancel(what.job)); },
                   [&](const StartWorker& what) {
                       if (const Request* request = engine_.requests().find(what.request))
                           workers_->start(what, *request);
                   },
                   [&](const StopWorker& what) { workers_->stop(what); },
                   // If the job that was to take over is not at the scheduler, this job brings us back to the
                   // request.
                   [&](const EndJob& what) { scheduler_->finish(what.job, what.again || outcome.refused.has_value()); },
                   [&](const WatchJob& what) { scheduler_->watch(what.job); }},
        effect);
}

} // namespace stint::work
