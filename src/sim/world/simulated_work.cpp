#include "sim/world/simulated_work.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "work/engine/job_of.hpp"

namespace stint::sim {
namespace {

/// The id for a name: the same in each run, and no other name's.
work::UUID workIdOf(const std::string& name) {
    const auto hash = [&name](std::uint64_t seed) { // FNV-1a
        for (const char c : name)
            seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        return seed;
    };
    const std::uint64_t high = hash(14695981039346656037ULL);
    const std::uint64_t low = hash(high);
    return *work::UUID::fromString(fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                                               high & 0xffff, low >> 48, low & 0xffffffffffff));
}

std::string workStateWord(work::State state) {
    std::string word(work::nameOf(state));
    std::ranges::transform(word, word.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    return word;
}

std::string stopReasonWord(std::int32_t reason) {
    if (reason == work::WorkInfo::STOP_REASON_NOT_STOPPED) return "NOT_STOPPED";
    if (reason == work::WorkInfo::STOP_REASON_UNKNOWN) return "UNKNOWN";
    return std::string(nameOf(static_cast<StopReason>(reason)));
}

/// The text by which a scenario writes it.
std::string textOf(const work::Data& data) {
    std::vector<std::string> all;
    for (const auto& [key, value] : data.getKeyValueMap()) {
        if (const auto* text = std::get_if<std::string>(&value))
            all.push_back(fmt::format("{}: {}", key, *text));
        else if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
            all.push_back(fmt::format("{}: [{}]", key, fmt::join(*texts, ", ")));
    }
    return fmt::format("{{{}}}", fmt::join(all, ", "));
}

work::ExistingWorkPolicy policyNamed(const std::string& word) {
    if (word == "replace") return work::ExistingWorkPolicy::REPLACE;
    if (word == "append") return work::ExistingWorkPolicy::APPEND;
    if (word == "append_or_replace") return work::ExistingWorkPolicy::APPEND_OR_REPLACE;
    return work::ExistingWorkPolicy::KEEP;
}

work::ExistingPeriodicWorkPolicy periodicPolicyNamed(const std::string& word) {
    if (word == "update") return work::ExistingPeriodicWorkPolicy::UPDATE;
    if (word == "replace") return work::ExistingPeriodicWorkPolicy::CANCEL_AND_REENQUEUE;
    return work::ExistingPeriodicWorkPolicy::KEEP;
}

} // namespace

/// The work layer of one app.
class SimulatedWork::Layer final : public work::SchedulerPort, public work::WorkersPort, public JobHost {
public:
    Layer(AppId app, Surroundings& world, Apps& apps, SimulatedJobs& jobs)
        : app_(std::move(app)), world_(world), apps_(apps), jobs_(jobs) {
        auto store = work::Store::inMemory();
        STINT_CHECK(store.ok());
        begin(std::move(*store));
    }

    std::string enqueue(const action::EnqueueWork& call) {
        began();
        const auto plans = plans_;
        std::map<work::UUID, std::int64_t> before;
        for (const auto& asked : call.requests) {
            const work::UUID id = workIdOf(asked.id);
            if (const auto* request = desk().engine().requests().find(id)) before[id] = request->sequence;
            plans_[id] = {asked.runsFor, asked.answers, asked.output, asked.progress, asked.foreground};
        }
        inProcess_ = inProcess_ || call.inProcess;
        const bool taken = handle(eventOf(call)).ok();
        if (taken && call.updates) return "success";
        // A request that was refused or ignored keeps the plan it had before.
        for (const auto& [id, sequence] : before) {
            const auto* request = desk().engine().requests().find(id);
            if (request != nullptr && request->sequence == sequence) plans_[id] = plans.at(id);
        }
        if (taken) return "success";
        return "IllegalArgumentException";
    }

    void cancel(const action::CancelWork& call) {
        began();
        if (call.prune) {
            STINT_CHECK(handle(work::Prune{}).ok());
            return;
        }
        work::Cancel event;
        if (!call.id.empty()) event.which = workIdOf(call.id);
        if (!call.tag.empty()) event.which = work::Cancel::Tag{call.tag};
        if (!call.name.empty()) event.which = work::Cancel::Name{call.name};
        if (call.all) event.which = work::Cancel::All{};
        STINT_CHECK(handle(event).ok());
    }

    Finding judge(const action::ExpectWork& expect, Duration at) {
        look();
        const work::UUID id = workIdOf(expect.id);
        const work::Request* request = desk_->engine().requests().find(id);
        std::string expected;
        std::string instead;
        const auto add = [&](bool holds, const std::string& wanted, const std::string& is) {
            expected += (expected.empty() ? "" : ", ") + wanted;
            if (!holds) instead += (instead.empty() ? "" : ", ") + is;
        };
        const std::string is = request ? workStateWord(request->state) : "absent";
        if (expect.is) add(is == *expect.is, *expect.is, is);
        const auto count = [&](std::string_view what, const std::optional<std::int64_t>& wanted, std::int64_t has) {
            if (wanted) add(*wanted == has, fmt::format("{} {}", what, *wanted), fmt::format("{} {}", what, has));
        };
        count("attempts", expect.attempts, request ? request->attempts : 0);
        count("begun", expect.begun, begun_[id]);
        count("generation", expect.generation, request ? request->generation : 0);
        if (expect.stopReason) {
            const std::string why = request ? stopReasonWord(request->stopReason) : "absent";
            add(why == *expect.stopReason, "stopped by " + *expect.stopReason, "stopped by " + why);
        }
        const auto data = [&](std::string_view what, const std::optional<work::Data>& wanted, const work::Data& has) {
            if (wanted)
                add(*wanted == has, fmt::format("{} {}", what, textOf(*wanted)),
                    fmt::format("{} {}", what, textOf(has)));
        };
        data("input", expect.input, inputs_[id]);
        data("output", expect.output, request ? request->output : work::Data());
        data("progress", expect.progress, request ? request->progress : work::Data());
        if (expect.next) {
            const auto next = at + (request ? request->notBefore - world_.now().wall : Duration{-1});
            const bool waits = request && request->state == work::State::ENQUEUED;
            add(waits && next == *expect.next, "next " + formatDuration(*expect.next),
                waits ? "next " + formatDuration(next) : is);
        }
        Finding finding{.expected = fmt::format("work {}/{}: {}", app_.name, expect.id, expected), .at = at};
        if (!instead.empty()) finding.happened = instead;
        return finding;
    }

    /// The core has decided: tells of the jobs that are watched what they wait for, where that is something else.
    void tellWaits(const Scheduler& core) {
        for (auto it = watched_.begin(); it != watched_.end();) {
            const auto view = core.job(keyOf(it->first), world_.now());
            const bool isThere = view && view->state != JobView::State::Finished;
            const auto reasons = isThere ? view->reasons : std::vector<PendingReason>();
            if (reasons != it->second)
                world_.later(Duration{0}, [this, waits = work::JobWaits{it->first, reasons}, process = process_] {
                    if (process == process_) static_cast<void>(handle(waits));
                });
            it->second = reasons;
            it = isThere ? std::next(it) : watched_.erase(it);
        }
    }

    /// Hands over again what the scheduler lacks (WorkManager's ForceStopRunnable).
    void began() {
        if (needsReconcile_ && desk().reconcile(world_.now()).ok()) needsReconcile_ = false;
    }

    void lose() {
        ++process_;
        stopped_.clear(); // the next process counts its runs anew
        foreground_.clear();
        watched_.clear();
        inProcess_ = false;
        needsReconcile_ = true;
        if (!desk_) return;
        work::Store store = std::move(*desk_).takeStore();
        desk_.reset();
        STINT_CHECK(store.takeSession().ok());
        file_.emplace(std::move(store));
    }

    // SchedulerPort
    Result<bool> schedule(const JobInfo& job) override {
        const std::string result = jobs_.schedule(keyOf(job.getId().value), job, *this);
        if (result == "success") {
            scheduled_.insert_or_assign(job.getId().value, work::requestOf(job.getExtras()).value_or(work::UUID()));
            return true;
        }
        if (result == "failure") return false;
        return Error{Errc::UNAVAILABLE, result};
    }
    Result<void> cancel(std::int32_t job) override {
        const JobKey key = keyOf(job);
        world_.tell(Cancel{.app = key.app, .space = key.space, .id = key.id});
        scheduled_.erase(job);
        return {};
    }
    Result<std::vector<work::Reconcile::Pending>> pending() override {
        std::erase_if(scheduled_, [this](const auto& one) { return !world_.hasJob(keyOf(one.first)); });
        std::vector<work::Reconcile::Pending> pending;
        for (const auto& [job, request] : scheduled_)
            pending.push_back({job, request});
        return pending;
    }
    void finish(std::int32_t job, bool again) override {
        if (!again) scheduled_.erase(job);
        jobs_.finish({keyOf(job), again});
    }
    void watch(std::int32_t job) override { watched_[job].clear(); }

    // WorkersPort
    void start(const work::StartWorker& how, const work::Request&) override {
        const Plan& plan = plans_[how.request];
        const auto nth = static_cast<std::size_t>(begun_[how.request]++);
        const std::string answer =
            plan.answers.empty() ? "success" : plan.answers[std::min(nth, plan.answers.size() - 1)];
        inputs_[how.request] = how.inputs.front();
        if (!plan.progress.isEmpty() || plan.foreground)
            world_.later(Duration{0}, [this, how, plan, process = process_] {
                if (process == process_) worksOn(how, plan);
            });
        world_.reportLater(plan.runsFor, [this, how, answer, process = process_] {
            if (process == process_ && !stopped_.contains({how.request, how.run})) ended(how.request, how.run, answer);
        });
    }
    void stop(const work::StopWorker& how) override {
        stopped_.emplace(how.request, how.run);
        world_.later(Duration{0}, [this, how, process = process_] {
            if (process == process_) ended(how.request, how.run, "retry");
        });
    }

    // JobHost
    bool started(const JobKey& job) override {
        const work::Request* request = desk().engine().requests().ofJob(job.id.value);
        const auto answer =
            handle(work::JobStarted{job.id.value, request ? std::optional(request->spec.id) : std::nullopt});
        return answer.ok() && answer->goesOn;
    }
    bool stopped(const JobKey& job, StopReason reason) override {
        const auto answer = handle(work::JobStopped{job.id.value, reason});
        return answer.ok() && answer->goesOn;
    }

private:
    struct Plan {
        Duration runsFor{0};
        std::vector<std::string> answers;
        work::Data output;
        work::Data progress;
        bool foreground = false;
    };

    void begin(work::Store store) {
        auto opened = work::Desk::open(std::move(store), {.service = "Jobs"}, *this, *this);
        STINT_CHECK(opened.ok());
        desk_.emplace(std::move(*opened));
    }

    /// The desk of the process that runs now; where none does, one begins.
    work::Desk& desk() {
        if (!desk_) {
            work::Store store = std::move(*file_);
            file_.reset();
            begin(std::move(store));
        }
        return *desk_;
    }
    Result<work::Desk::Outcome> handle(const work::Event& event) {
        desk().setVisible(inProcess_ && world_.isVisible(app_));
        return desk().handle(event, world_.now());
    }
    void look() { static_cast<void>(handle(work::Look{})); }

    /// The worker's calls as its run begins: setProgress(), setForeground().
    void worksOn(const work::StartWorker& how, const Plan& plan) {
        if (!plan.progress.isEmpty()) static_cast<void>(handle(work::Progress{how.request, how.run, plan.progress}));
        if (!plan.foreground) return;
        const work::Request* request = desk().engine().requests().find(how.request);
        if (request != nullptr && request->isUserInitiated() && how.job)
            return jobs_.notify({keyOf(*how.job), *how.job, JOB_END_NOTIFICATION_POLICY_REMOVE});
        if (apps_.foregroundService(app_, true) != "success") return;
        foreground_.emplace(how.request, how.run);
        static_cast<void>(handle(work::Foregrounded{how.request, how.run}));
    }

    void ended(const work::UUID& request, work::RunNumber run, const std::string& answer) {
        if (foreground_.erase({request, run}) > 0 && foreground_.empty()) apps_.foregroundService(app_, false);
        const auto kind = answer == "success"   ? work::WorkerEnded::Kind::Success
                          : answer == "failure" ? work::WorkerEnded::Kind::Failure
                                                : work::WorkerEnded::Kind::Retry;
        STINT_CHECK(handle(work::WorkerEnded{request, run, kind, plans_[request].output, {}}).ok());
    }

    work::Event eventOf(const action::EnqueueWork& call) {
        if (call.updates) {
            work::Spec spec = call.requests.front().spec;
            spec.id = workIdOf(call.requests.front().id);
            return work::Update{std::move(spec)};
        }
        const bool alone = call.requests.size() == 1 && call.requests.front().follows.empty();
        if (alone && call.requests.front().spec.period && !call.unique.empty()) {
            work::Spec spec = call.requests.front().spec;
            spec.id = workIdOf(call.requests.front().id);
            return work::EnqueuePeriodic{spec, call.unique, periodicPolicyNamed(call.policy)};
        }
        work::Enqueue event;
        if (!call.unique.empty()) event.names.push_back({call.unique, policyNamed(call.policy)});
        for (const auto& asked : call.requests) {
            work::Enqueue::Node node{asked.spec, {}, {}};
            node.spec.id = workIdOf(asked.id);
            for (const auto& before : asked.follows)
                node.parents.insert(workIdOf(before));
            if (!call.unique.empty()) node.unique = 0;
            event.nodes.push_back(std::move(node));
        }
        return event;
    }

    JobKey keyOf(std::int32_t job) const { return {app_, SharedText(std::string(work::jobNamespace)), JobId(job)}; }

    const AppId app_;
    Surroundings& world_;
    Apps& apps_;
    SimulatedJobs& jobs_;
    std::optional<work::Desk> desk_;
    std::optional<work::Store> file_; ///< while no process of the app runs
    int process_ = 0;                 ///< counts the app's processes
    bool needsReconcile_ = false;     ///< another process has begun, or will
    std::map<work::UUID, Plan> plans_;
    std::map<work::UUID, std::int64_t> begun_;
    std::map<work::UUID, work::Data> inputs_; ///< of the last run of each
    std::set<std::pair<work::UUID, work::RunNumber>> foreground_;
    bool inProcess_ = false; ///< the process that runs now may see that its app is visible
    std::map<std::int32_t, work::UUID> scheduled_;
    std::map<std::int32_t, std::vector<PendingReason>> watched_; ///< the jobs, with what was told of them
    std::set<std::pair<work::UUID, work::RunNumber>> stopped_;
};

SimulatedWork::SimulatedWork(Surroundings& world, Apps& apps, SimulatedJobs& jobs)
    : world_(world), apps_(apps), jobs_(jobs) {}
SimulatedWork::~SimulatedWork() = default;

SimulatedWork::Layer& SimulatedWork::of(const AppId& app) {
    auto& layer = layers_[app];
    if (!layer) layer = std::make_unique<Layer>(app, world_, apps_, jobs_);
    return *layer;
}

std::string SimulatedWork::enqueue(const action::EnqueueWork& call) { return of(call.app).enqueue(call); }
void SimulatedWork::cancel(const action::CancelWork& call) { of(call.app).cancel(call); }
Finding SimulatedWork::judge(const action::ExpectWork& expect, Duration at) { return of(expect.app).judge(expect, at); }

void SimulatedWork::decided(const Scheduler& core) {
    for (const auto& [app, layer] : layers_)
        layer->tellWaits(core);
}

void SimulatedWork::lose(const AppId& app) {
    if (const auto found = layers_.find(app); found != layers_.end()) found->second->lose();
}

void SimulatedWork::began(const AppId& app) {
    if (const auto found = layers_.find(app); found != layers_.end()) found->second->began();
}

void SimulatedWork::loseAll() {
    for (const auto& [app, layer] : layers_)
        layer->lose();
}

} // namespace stint::sim
