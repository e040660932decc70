#include "sim/world/simulated_jobs.hpp"

#include <algorithm>
#include <utility>

#include "contract/model/job_info.hpp"
#include "sim/scenario/trace.hpp"

namespace stint::sim {
namespace {

constexpr std::int32_t idsApart =
    1'000'000; ///< between notification ids of jobs with the same number in two namespaces

Notification notificationOf(const JobKey& job) {
    return Notification::Builder("default").setSmallIcon("job").setContentTitle(textOf(job)).build();
}

} // namespace

SimulatedJobs::Run* SimulatedJobs::alive(RunId id) {
    const auto found = runs_.find(id);
    return found == runs_.end() || found->second.dead ? nullptr : &found->second;
}

RunId SimulatedJobs::newest(const JobKey& job) const {
    const auto found = newest_.find(job);
    return found == newest_.end() ? RunId{} : found->second;
}

void SimulatedJobs::later(RunId id, Duration after, std::function<void(Run&)> event) {
    world_.later(after, [this, id, event = std::move(event)] {
        if (Run* run = alive(id)) event(*run);
    });
}

// Calls of apps.

std::string SimulatedJobs::call(const JobKey& job, JobInfo info, const std::shared_ptr<Part>& part,
                                std::string_view item, const StartTerms& terms) {
    Schedule request{
        .app = job.app, .space = job.space, .info = std::move(info), .onBehalf = !terms.guard.empty(), .terms = terms};
    if (!item.empty()) {
        request.work.emplace();
        request.work->extras.putString(std::string(itemName), std::string(item));
    }
    std::string result = "error";
    world_.tell(std::move(request), [&](const Reply& reply) {
        result = resultOf(reply);
        if (result == "success") parts_[job] = part;
    });
    return result;
}

// A call that the builder refuses never reaches the core.
std::optional<SimulatedJobs::Asked> SimulatedJobs::asked(const action::Schedule& call, std::string& refusal) {
    auto requested = JobInfoAccess::requested(call.asked);
    if (!requested) {
        refusal = resultOf({.error = requested.error()});
        world_.note({.what = Trace::What::Refused, .app = call.job.app, .job = call.job, .result = refusal});
        return std::nullopt;
    }
    StartTerms terms = call.terms;
    if (call.waitMost) terms.loosensAt = world_.now().wall + *call.waitMost;
    return Asked{*requested, std::move(terms),
                 std::make_shared<Part>(Part{.behaves = call.behaves, .info = *requested})};
}

std::string SimulatedJobs::schedule(const action::Schedule& call) {
    std::string result;
    const auto one = asked(call, result);
    if (!one) return result;
    if (call.items.empty()) return this->call(call.job, one->info, one->part, "", one->terms);
    one->part->takesWork = true;
    for (const std::string& item : call.items) {
        result = this->call(call.job, one->info, one->part, item, one->terms);
        if (result != "success") break;
    }
    return result;
}

std::string SimulatedJobs::scheduleAll(const action::ScheduleAll& call) {
    if (call.jobs.empty()) return "error"; // the reader has complained
    const JobKey& first = call.jobs.front().job;
    ScheduleAll request{.app = first.app, .space = first.space};
    std::map<JobKey, std::shared_ptr<Part>> parts;
    std::string result = "error";
    for (const action::Schedule& each : call.jobs) {
        const auto one = asked(each, result);
        if (!one) return result;
        parts[each.job] = one->part;
        request.jobs.push_back({.info = one->info, .terms = one->terms});
    }
    world_.tell(std::move(request), [&](const Reply& reply) {
        result = resultOf(reply);
        if (result != "success") return;
        for (auto& [job, part] : parts)
            parts_[job] = std::move(part);
    });
    return result;
}

std::string SimulatedJobs::schedule(const JobKey& job, const JobInfo& info, JobHost& host) {
    return call(job, info, std::make_shared<Part>(Part{.info = info, .host = &host}), "", {});
}

// The item joins the job with the JobInfo that was last asked for (jobs.md §2.5).
std::string SimulatedJobs::enqueue(const action::Enqueue& asked) {
    const auto found = parts_.find(asked.job);
    if (found == parts_.end()) return "failure"; // no job of this id was ever accepted
    const auto part = found->second;
    part->takesWork = true;
    const std::string result = call(asked.job, part->info, part, asked.item, {});
    // A running app without work takes it at once.
    const RunId id = newest(asked.job);
    const Run* run = alive(id);
    if (run && run->ongoing && !run->stopping && run->items.empty()) takeWork(id, *run);
    return result;
}

void SimulatedJobs::finish(const action::Finish& asked) {
    const RunId id = newest(asked.job);
    if (Run* run = alive(id)) return report(id, *run, asked.reschedule);
    world_.tell(JobFinished{asked.job.app, id, asked.reschedule, {}});
}

void SimulatedJobs::completeWork(const action::CompleteWork& asked) {
    const RunId id = newest(asked.job);
    Run* run = alive(id);
    const auto item = run ? run->items.extract(asked.item) : decltype(run->items)::node_type{};
    world_.tell(CompleteWork{{}, asked.job.app, id, item.empty() ? 0 : item.mapped()});
    if (run && !item.empty()) takeWork(id, *run);
}

void SimulatedJobs::notify(const action::Notify& asked) {
    world_.tell(NotificationSet{{}, asked.job.app, newest(asked.job), asked.id, notificationOf(asked.job), asked.end});
}

void SimulatedJobs::tellBytes(const action::TellBytes& asked) {
    world_.tell(BytesUpdated{asked.job.app, newest(asked.job), asked.estimate, asked.down, asked.up});
}

void SimulatedJobs::connected(const JobKey& job) { world_.tell(Connected{newest(job)}); }

void SimulatedJobs::answer(const action::AnswerCall& answer) {
    const RunId id = newest(answer.job);
    if (answer.toStop) return world_.tell(StopAnswered{id, answer.yes});
    world_.tell(StartAnswered{id, answer.yes});
}

void SimulatedJobs::lost(const JobKey& job) { world_.tell(RunLost{newest(job), false}); }

// Calls of the core.

void SimulatedJobs::bind(const Bind& effect) {
    const auto part = parts_.find(effect.key);
    Run& run = runs_[effect.run];
    run.key = effect.key;
    run.kind = effect.terms.kind;
    run.part = part == parts_.end() ? std::make_shared<Part>() : part->second;
    newest_[effect.key] = effect.run;
    apps_.hosts(effect.key.app, true);
    const Behaviour& behaves = run.part->behaves;
    if (behaves.external || !behaves.connectsAfter) return;
    later(effect.run, *behaves.connectsAfter, [this, id = effect.run](Run&) { world_.tell(Connected{id}); });
}

void SimulatedJobs::start(const CallStart& effect) {
    const RunId id = effect.run;
    Run* run = alive(id);
    if (!run) return;
    run->started = true;
    const Behaviour& behaves = run->part->behaves;
    if (behaves.external) return;
    if (JobHost* host = run->part->host)
        return later(id, Duration{0}, [this, id, host](Run& starting) {
            const bool goesOn = host->started(JobKey(starting.key));
            if (Run* still = alive(id)) answerStart(id, *still, goesOn);
        });
    const auto crash = [this](const Run& dying) { world_.die(dying.key.app, true); };
    if (behaves.crashAfter) later(id, *behaves.crashAfter, crash);
    switch (behaves.start) {
    case Behaviour::Start::Crash:
        return later(id, Duration{0}, crash);
    case Behaviour::Start::Hang:
        return;
    case Behaviour::Start::ReturnsFalse:
        return later(id, behaves.answersAfter, [this, id](Run& answering) { answerStart(id, answering, false); });
    case Behaviour::Start::Ok:
        break;
    }
    const bool owesOne = effect.kind == JobClass::UserInitiated && !behaves.neverNotifies;
    if (behaves.notifies || owesOne)
        later(id, behaves.notifiesAfter, [this, id](Run& posting) {
            if (!posting.stopping) postNotification(id, posting);
        });
    later(id, behaves.answersAfter, [this, id](Run& answering) { answerStart(id, answering, true); });
    beginWork(id, *run);
}

void SimulatedJobs::stop(const CallStop& effect) {
    const RunId id = effect.run;
    Run* run = alive(id);
    if (!run) return;
    run->stopping = true;
    cutShort(id, *run);
    if (JobHost* host = run->part->host)
        return later(id, Duration{0}, [this, id, host, reason = effect.reason](Run& stopping) {
            world_.tell(StopAnswered{id, host->stopped(JobKey(stopping.key), reason)});
        });
    const Behaviour& behaves = run->part->behaves;
    if (behaves.external || behaves.onStop == Behaviour::OnStop::Hang) return;
    const bool again = behaves.onStop == Behaviour::OnStop::Retry;
    later(id, behaves.answersAfter, [this, id, again](Run&) { world_.tell(StopAnswered{id, again}); });
}

// A frozen run keeps what it has done, and goes on from there.
void SimulatedJobs::freeze(const CallFreeze& effect) {
    Run* run = alive(effect.run);
    if (!run) return;
    Part& part = *run->part;
    if (!effect.on) return beginWork(effect.run, *run);
    const bool resumes = std::exchange(part.behaves.resumes, true);
    cutShort(effect.run, *run);
    part.behaves.resumes = resumes;
}

void SimulatedJobs::end(const EndRun& effect) {
    const auto found = runs_.find(effect.run);
    if (found == runs_.end()) return;
    cutShort(effect.run, found->second);
    const AppId app = found->second.key.app;
    runs_.erase(found);
    const bool hosting = std::ranges::any_of(runs_, [&](const auto& one) { return one.second.key.app == app; });
    apps_.hosts(app, hosting);
}

void SimulatedJobs::count(const CountNetwork& effect) {
    transfers_.advance(world_.now().elapsed);
    Transfers::Rest& moved = remainder_[effect.app];
    std::erase_if(uncounted_, [&](const auto& each) {
        const auto& [run, app] = each;
        if (app != effect.app) return false;
        const Transfers::Rest more = transfers_.takeMoved(run);
        moved.down += more.down;
        moved.up += more.up;
        return !runs_.contains(run);
    });
    NetworkUsed used{.app = effect.app, .metered = effect.metered, .roaming = effect.roaming, .job = effect.job};
    used.received = Transfers::takeBytes(moved.down);
    used.sent = Transfers::takeBytes(moved.up);
    world_.later(Duration{0}, [this, used = std::move(used)] { world_.tell(used); });
}

// The ends of processes.

void SimulatedJobs::lose(const AppId& app, bool crash) {
    for (auto& [id, run] : runs_) {
        if (run.key.app != app || run.dead) continue;
        cutShort(id, run);
        run.dead = true;
        world_.later(Duration{0}, [this, lost = RunLost{id, std::exchange(crash, false)}] { world_.tell(lost); });
    }
    apps_.hosts(app, false);
}

// scenario.md: `stopped`, because the process is gone. The core does not trace this, so it is noted here.
void SimulatedJobs::loseAll() {
    for (auto& [id, run] : runs_) {
        cutShort(id, run);
        apps_.hosts(run.key.app, false);
        if (!run.started || run.stopping || run.dead) continue;
        world_.note({.what = Trace::What::Stopped,
                     .app = run.key.app,
                     .job = run.key,
                     .reason = STOP_REASON_UNDEFINED,
                     .asked = false});
    }
    runs_.clear();
}

// The work of jobs.

void SimulatedJobs::postNotification(RunId id, Run& run) {
    world_.tell(NotificationSet{
        {}, run.key.app, id, notificationId(run.key), notificationOf(run.key), run.part->behaves.notificationEnd});
}

// The job's own number; another job of the same number, in another namespace, gets one of its own.
std::int32_t SimulatedJobs::notificationId(const JobKey& job) {
    std::int32_t id = job.id.value;
    while (notificationIds_.try_emplace({job.app, id}, job).first->second != job)
        id += idsApart;
    return id;
}

void SimulatedJobs::answerStart(RunId id, Run& run, bool ongoing) {
    const auto part = run.part; // the run may end while the answer is handled
    run.ongoing = ongoing;
    if (!ongoing) part->worked = Duration{0}, part->rest.reset();
    world_.tell(StartAnswered{id, ongoing});
    const Run* still = alive(id);
    if (ongoing && part->takesWork && still) takeWork(id, *still);
}

void SimulatedJobs::takeWork(RunId id, const Run& run) {
    world_.tell(DequeueWork{{}, run.key.app, id}, [this, id](const Reply& reply) {
        Run* taking = alive(id);
        if (taking && reply.item) taking->items[reply.item->extras.getString(itemName)] = reply.item->id;
    });
}

void SimulatedJobs::beginWork(RunId id, Run& run) {
    Part& part = *run.part;
    if (part.behaves.works) {
        run.workBegan = world_.now().elapsed;
        const Duration left = std::max(Duration{0}, *part.behaves.works - part.worked);
        world_.reportLater(left, [this, id, began = run.workBegan] { // not if it was frozen since
            if (Run* working = alive(id); working && working->workBegan == began) workDone(id, *working);
        });
    }
    if (!part.behaves.payload) return;
    // limits.md §14: counts as netguard would, for transfers whose bytes a scenario gives.
    uncounted_.emplace(id, run.key.app);
    world_.later(Duration{0}, [this, app = run.key.app] { world_.tell(NetworkCounted{app, true}); });
    transfers_.advance(world_.now().elapsed);
    run.restAtStart = part.rest.value_or(Transfers::restOf(*part.behaves.payload));
    transfers_.begin(id, run.restAtStart);
}

void SimulatedJobs::cutShort(RunId id, Run& run) {
    const Instant now = world_.now().elapsed;
    transfers_.advance(now);
    const auto rest = transfers_.end(id);
    if (rest) moved_[run.key] += Transfers::bytesBetween(run.restAtStart, *rest);
    const auto began = std::exchange(run.workBegan, std::nullopt);
    Part& part = *run.part;
    if (!part.behaves.resumes) return;
    if (began) part.worked += now - *began;
    if (rest) part.rest = rest;
}

void SimulatedJobs::workDone(RunId id, Run& run) {
    switch (run.part->behaves.then) {
    case Behaviour::Then::Done:
        return report(id, run, false);
    case Behaviour::Then::Retry:
        return report(id, run, true);
    case Behaviour::Then::Hang:
        return cutShort(id, run);
    case Behaviour::Then::Abandon:
        cutShort(id, run);
        world_.tell(Abandoned{run.key.app, id});
        return;
    }
}

// scenario.md, resumes: after a report the next run starts over.
void SimulatedJobs::report(RunId id, Run& run, bool reschedule) {
    const auto part = run.part;
    const AppId app = run.key.app;
    cutShort(id, run);
    part->worked = Duration{0};
    part->rest.reset();
    world_.tell(JobFinished{app, id, reschedule, {}});
}

// Transfers.

void SimulatedJobs::setRates(Kbps down, Kbps up) {
    transfers_.advance(world_.now().elapsed);
    transfers_.setRates(down, up);
}

std::map<JobKey, Bytes> SimulatedJobs::moved() {
    transfers_.advance(world_.now().elapsed);
    std::map<JobKey, Bytes> moved = moved_;
    for (const auto& [id, run] : runs_)
        if (const auto rest = transfers_.rest(id)) moved[run.key] += Transfers::bytesBetween(run.restAtStart, *rest);
    return moved;
}

void SimulatedJobs::reportTransfers() {
    transfers_.advance(world_.now().elapsed);
    for (const RunId id : transfers_.finished()) {
        Run* run = alive(id);
        if (run)
            workDone(id, *run);
        else
            transfers_.end(id);
    }
}

} // namespace stint::sim
