// Random graphs of at most 40 requests, results, deaths at any moment and changes of the device, on the real engine and
// the real file (jobs.md §10): what must hold after each of them, and the same end with and without deaths.
#include <map>
#include <rapidcheck.h>

#include "app.hpp"

namespace stint::work {

namespace {

struct NodePlan {
    std::uint64_t parents = 0; ///< a bit for each before it
    bool fails = false;
    int retries = 0;
    bool needsCharging = false;
};

struct Plan {
    std::vector<NodePlan> nodes;
    std::vector<std::uint8_t> deeds; ///< what happens, one after another
};

std::set<UUID> parentsOf(const Plan& plan, std::size_t node) {
    std::set<UUID> parents;
    for (std::size_t other = 0; other < node; ++other)
        // Few each, so that graphs are deep.
        if (((plan.nodes[node].parents >> other) & 1U) != 0 && parents.size() < 3)
            parents.insert(numbered(static_cast<int>(other) + 1));
    return parents;
}

/// By the results alone: what the end is, whatever happens on the way.
std::map<UUID, State> expectedEnd(const Plan& plan) {
    std::map<UUID, State> end;
    for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
        bool failed = plan.nodes[node].fails;
        for (const UUID& parent : parentsOf(plan, node))
            failed = failed || end.at(parent) == State::FAILED;
        end[numbered(static_cast<int>(node) + 1)] = failed ? State::FAILED : State::SUCCEEDED;
    }
    return end;
}

/// The process dies at one of its calls to the scheduler, after what it committed.
struct Death {};

struct MortalScheduler : FakeScheduler {
    int dieAfter = -1; ///< calls; negative: not
    Result<bool> schedule(const JobInfo& job) override {
        if (dieAfter-- == 0) throw Death();
        return FakeScheduler::schedule(job);
    }
    Result<void> cancel(std::int32_t job) override {
        if (dieAfter-- == 0) throw Death();
        return FakeScheduler::cancel(job);
    }
    void finish(std::int32_t job, bool again) override {
        if (dieAfter-- == 0) throw Death();
        FakeScheduler::finish(job, again);
    }
};

class Play {
public:
    Play(const Plan& plan, bool withDeaths) : plan_(plan), withDeaths_(withDeaths) { open(); }

    void enqueueAll() {
        Enqueue all;
        for (std::size_t node = 0; node < plan_.nodes.size(); ++node) {
            Spec spec = once(static_cast<int>(node) + 1);
            if (plan_.nodes[node].needsCharging)
                spec.constraints = Constraints::Builder().setRequiresCharging(true).build();
            all.nodes.push_back({spec, parentsOf(plan_, node), {}});
        }
        mortally([&] { RC_ASSERT(desk_->handle(all, now_).ok()); });
        // It had died before it was answered, and perhaps after it was durable.
        if (desk_->engine().requests().all().empty()) RC_ASSERT(desk_->handle(all, now_).ok());
        answered_ = true;
        reader_.emplace(directory_.path);
    }

    void play() {
        for (const std::uint8_t deed : plan_.deeds) {
            const auto which = static_cast<std::size_t>(deed >> 3);
            switch (deed & 7) {
            case 0:
            case 1:
                beginOne(which);
                break;
            case 2:
            case 3:
                endOne(which);
                break;
            case 4:
                stopOne(which);
                break;
            case 5:
                setCharging(!charging_);
                break;
            case 6:
                if (withDeaths_) die();
                break;
            default:
                if (withDeaths_) scheduler_.dieAfter = static_cast<int>(which % 4);
                break;
            }
            holds();
        }
        finish();
    }

    /// All goes well, but for one death at call number `call` to the scheduler. False: there were fewer calls.
    bool playWithDeathAt(int call) {
        scheduler_.dieAfter = call;
        goOn();
        return std::exchange(scheduler_.dieAfter, -1) < 0;
    }

    std::map<UUID, State> end() const {
        std::map<UUID, State> end;
        for (const auto& [id, request] : desk_->engine().requests().all())
            end[id] = request.state;
        return end;
    }

private:
    template <class Deed> void mortally(Deed deed) {
        try {
            deed();
        } catch (const Death&) {
            die();
        }
    }

    void open() {
        auto store = Store::open(directory_.path, directory_.path, notices_);
        RC_ASSERT(store.ok());
        auto opened = Desk::open(std::move(*store), {.service = "WorkService"}, scheduler_, workers_);
        RC_ASSERT(opened.ok());
        desk_.emplace(std::move(*opened));
        RC_ASSERT(desk_->reconcile(now_).ok());
    }

    void die() {
        scheduler_.dieAfter = -1;
        desk_.reset();
        workers_.running.clear();
        workers_.stopping.clear();
        scheduler_.running.clear();
        // Nobody but a job of the scheduler brings the app back.
        const bool comesBack = !scheduler_.jobs.empty();
        open();
        const auto& all = desk_->engine().requests().all();
        const bool isDone =
            std::all_of(all.begin(), all.end(), [](const auto& one) { return one.second.isFinished(); });
        RC_ASSERT((comesBack || isDone || !answered_));
    }

    void setCharging(bool charging) {
        charging_ = charging;
        if (charging) return;
        for (const std::int32_t job : std::set(scheduler_.running))
            if (scheduler_.jobs.contains(job) && scheduler_.jobs.at(job).isRequireCharging())
                stop(job, STOP_REASON_CONSTRAINT_CHARGING);
    }

    void stop(std::int32_t job, StopReason reason) {
        scheduler_.running.erase(job);
        mortally([&] {
            const auto told = desk_->handle(JobStopped{job, reason}, now_);
            RC_ASSERT(told.ok());
            if (!told->goesOn) scheduler_.jobs.erase(job);
        });
    }

    void beginOne(std::size_t which) {
        std::vector<std::int32_t> ready;
        for (const auto& [number, job] : scheduler_.jobs) {
            if (!scheduler_.running.contains(number) && (charging_ || !job.isRequireCharging()))
                ready.push_back(number);
        }
        if (ready.empty()) return;
        const std::int32_t job = ready[which % ready.size()];
        const auto of = requestOf(scheduler_.jobs.at(job).getExtras());
        const Duration wait = scheduler_.jobs.at(job).getMinimumLatency().value_or(Duration(0));
        now_.elapsed += wait;
        now_.wall += wait;
        const std::size_t begunBefore = workers_.begun.size();
        scheduler_.running.insert(job);
        mortally([&] {
            const auto told = desk_->handle(JobStarted{job, of}, now_);
            RC_ASSERT(told.ok());
            if (told->goesOn) return;
            scheduler_.running.erase(job);
            scheduler_.jobs.erase(job);
        });
        for (std::size_t i = begunBefore; i < workers_.begun.size(); ++i)
            judgeBegun(workers_.begun[i]);
    }

    /// No run of what has finished, and none after a parent failed.
    void judgeBegun(const UUID& id) {
        RC_ASSERT(!finished_.contains(id));
        const Request* request = desk_->engine().requests().find(id);
        for (const UUID& parent : request->parents)
            RC_ASSERT(desk_->engine().requests().find(parent)->state == State::SUCCEEDED);
    }

    void endOne(std::size_t which) {
        if (workers_.running.empty()) return;
        const auto chosen =
            std::next(workers_.running.begin(), static_cast<std::ptrdiff_t>(which % workers_.running.size()));
        const auto [id, how] = *chosen;
        workers_.running.erase(chosen);
        workers_.stopping.erase(id);
        const NodePlan& node = plan_.nodes[numberOf(id) - 1];
        const bool retries = retried_[id]++ < node.retries;
        const auto kind = retries      ? WorkerEnded::Kind::Retry
                          : node.fails ? WorkerEnded::Kind::Failure
                                       : WorkerEnded::Kind::Success;
        ++worked_[id];
        mortally([&] { RC_ASSERT(desk_->handle(WorkerEnded{id, how.run, kind, {}, {}}, now_).ok()); });
    }

    static std::size_t numberOf(const UUID& id) { return std::stoul(id.toString().substr(24), nullptr, 16); }

    void stopOne(std::size_t which) {
        if (scheduler_.running.empty()) return;
        stop(*std::next(scheduler_.running.begin(), static_cast<std::ptrdiff_t>(which % scheduler_.running.size())),
             STOP_REASON_PREEMPT);
    }

    void holds() {
        RC_ASSERT(!workers_.overlapped);
        RC_ASSERT(scheduler_.jobs.size() <= 20U);
        RC_ASSERT((reader_->known() == desk_->engine().requests()));
        for (const auto& [id, request] : desk_->engine().requests().all()) {
            bool allSucceeded = true;
            bool oneFailed = false;
            for (const UUID& parent : request.parents) {
                const State state = desk_->engine().requests().find(parent)->state;
                allSucceeded = allSucceeded && state == State::SUCCEEDED;
                oneFailed = oneFailed || state == State::FAILED;
            }
            if (oneFailed) RC_ASSERT(request.state == State::FAILED);
            if (!oneFailed) RC_ASSERT((request.state == State::BLOCKED) == !allSucceeded);
            if (request.state == State::SUCCEEDED) RC_ASSERT(worked_[id] > 0); // at least once
            if (finished_.contains(id)) RC_ASSERT(request.isFinished());       // for good
            if (request.isFinished()) finished_.insert(id);
        }
    }

    /// From here on all goes well.
    void finish() {
        scheduler_.dieAfter = -1;
        charging_ = true;
        goOn();
    }

    void goOn() {
        for (int round = 0; round < 5'000 && finished_.size() < plan_.nodes.size(); ++round) {
            beginOne(0);
            endOne(0);
            holds();
        }
        RC_ASSERT(finished_.size() == plan_.nodes.size());
        RC_ASSERT(scheduler_.jobs.empty());
    }

    const Plan& plan_;
    const bool withDeaths_;
    TemporaryDirectory directory_;
    MortalScheduler scheduler_;
    FakeWorkers workers_;
    std::vector<std::string> notices_;
    Now now_{Instant(1h), WallTime(std::chrono::hours(24 * 365 * 50))};
    bool charging_ = true;
    bool answered_ = false; ///< enqueue() has returned
    std::optional<Desk> desk_;
    std::optional<Reader> reader_;
    std::set<UUID> finished_;
    std::map<UUID, int> retried_;
    std::map<UUID, int> worked_;
};

/// RapidCheck's text of the smallest counterexample: a file for `stint sim`, where the scheduler itself decides what
/// begins when.
void showValue(const Plan& plan, std::ostream& out) {
    out << "title: The graph ends as its results say\napps: {com.example.app: {bucket: active}}\n"
        << "device: {charging: true}\ntimeline:\n  - at: 0s\n    work:\n      app: com.example.app\n      enqueue:\n";
    for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
        const NodePlan& one = plan.nodes[node];
        out << "        - {id: n" << node + 1 << ", for: 30s, follows: [";
        const char* comma = "";
        for (const UUID& parent : parentsOf(plan, node)) {
            out << comma << "n" << std::stoul(parent.toString().substr(24), nullptr, 16);
            comma = ", ";
        }
        out << "], answers: [" << (one.retries > 0 ? "retry, " : "") << (one.retries > 1 ? "retry, " : "")
            << (one.fails ? "failure" : "success") << "]" << (one.needsCharging ? ", requires: [charging]}\n" : "}\n");
    }
    bool charging = true;
    for (std::size_t minute = 0; minute < plan.deeds.size(); ++minute) {
        const int deed = plan.deeds[minute] & 7;
        if (deed == 5)
            out << "  - {at: " << minute + 1
                << "min, device: {charging: " << ((charging = !charging) ? "true" : "false") << "}}\n";
        if (deed > 5) out << "  - {at: " << minute + 1 << "min, crash: com.example.app}\n";
    }
    out << "  - {at: " << plan.deeds.size() + 1 << "min, device: {charging: true}}\n";
    for (const auto& [id, state] : expectedEnd(plan))
        out << "  - {at: " << plan.deeds.size() / 60 + 20 << "h, expect: {work: com.example.app/n"
            << std::stoul(id.toString().substr(24), nullptr, 16)
            << ", is: " << (state == State::FAILED ? "failed" : "succeeded") << "}}\n";
}

Plan drawn() {
    const auto node = rc::gen::build<NodePlan>(
        rc::gen::set(&NodePlan::parents),
        rc::gen::set(&NodePlan::fails, rc::gen::weightedElement<bool>({{9, false}, {1, true}})),
        rc::gen::set(&NodePlan::retries, rc::gen::inRange(0, 3)), rc::gen::set(&NodePlan::needsCharging));
    const auto few = rc::gen::map(rc::gen::resize(40, rc::gen::container<std::vector<NodePlan>>(node)),
                                  [](std::vector<NodePlan> nodes) {
                                      if (nodes.size() > 40) nodes.resize(40);
                                      return nodes;
                                  });
    return *rc::gen::build<Plan>(rc::gen::set(&Plan::nodes, few), rc::gen::set(&Plan::deeds));
}

} // namespace

TEST_CASE("at whichever call to the scheduler the process dies, a job is left that brings it back") { // jobs.md §10
    // Two steps, of which the first is retried; then two sides of a diamond.
    const Plan plan{{{0, false, 1, false}, {1, false, 0, false}, {1, false, 1, false}, {6, false, 0, false}}, {}};
    int call = 0;
    for (bool died = true; died; ++call) {
        Play play(plan, true);
        play.enqueueAll();
        died = play.playWithDeathAt(call);
        CHECK(play.end() == expectedEnd(plan));
    }
    CHECK(call > 10);
}

TEST_CASE("graphs end as their results say, whatever dies and changes on the way") { // jobs.md §10
    CHECK(rc::check("the same end with and without deaths", [] {
        const Plan plan = drawn();
        const auto expected = expectedEnd(plan);
        for (const bool withDeaths : {false, true}) {
            Play play(plan, withDeaths);
            play.enqueueAll();
            play.play();
            RC_ASSERT(play.end() == expected);
        }
    }));
}

} // namespace stint::work
