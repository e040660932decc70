// Loads the store: at the start, and after a failed commit (architecture.md, the core).
#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "base/result/try.hpp"
#include "stintd/daemon/clock.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {
namespace {

constexpr Duration firstPause = 1s;
constexpr Duration longestPause = 60s;
constexpr Duration reconnecting = 10s; ///< libstint tries again at least that often (link/client/backoff.hpp)

} // namespace

// Makes a core of the stored state and of the runs that go on. The Step has the records that follow, still to be
// written.
Result<Step> Daemon::load(UnderWay runs) {
    keepSnapshot();
    Snapshot snapshot = STINT_TRY(store_->load());
    for (auto& note : store_->notes()) {
        logWarning(note);
        storeNotes_.push_back(std::move(note));
    }
    auto core = std::make_unique<Scheduler>(policy_.constants);
    const auto overrides = snapshot.overrides;
    const auto marks = snapshot.networkMarks;
    if (!core_) rememberSeen(snapshot);
    for (const StoredJob& stored : snapshot.jobs) // announce() reports them to the core
        addGuardApp(stored.job.key.app, Told::No);
    for (const Completed& completed : snapshot.completed)
        addGuardApp(completed.key.app, Told::No);
    deviceSource_.restore(overrides, marks);
    if (runs == UnderWay::GoOn) snapshot.goingOn = hosts_->goingOn();
    const auto heldBack = aborts_.heldBack(snapshot.jobs);
    Aborts::watch(&core->asked());
    const record::Beginning beginning{boot_, now_, deviceSource_.read(), heldBack, snapshot.goingOn};
    Step step = core->restore(std::move(snapshot), boot_, beginning.device, now_, heldBack);
    beginRecording(*core, beginning, step);
    core_ = std::move(core);
    watched_.reset(); // versions start again
    return step;
}

// Begins with a core, at a start and after a failed commit: the core takes in all that is stored and all that edges
// know. If the disk is too full to record even this, the core still answers questions, but its decisions are not
// carried out.
Result<void> Daemon::begin(UnderWay runs) {
    Step step = STINT_TRY(load(runs));
    written_ = false;
    unanswered_.clear();
    tellAside(step.setAside);
    hosts_->dropAllBut(core_->runs());
    desktop_->withdrawAll();
    deviceSource_.delaySleep(true); // the core says later if it is not to be delayed
    deviceSource_.keepAwake(false);
    topics_ = Topics::all();
    const auto later = std::exchange(arrived_, {});
    announce();
    const bool writes = degraded_ || !step.records.empty(); // once degraded, an empty write tests the store
    auto done = writes ? write(step.records) : Result<void>{};
    if (!done) done = write(step.records); // the first try may have freed the reserve
    if (done) {
        step_.effects = std::move(step.effects);
        for (auto& [run, told] : std::exchange(ends_, {}))
            arrived_.push_back(std::move(told));
    } else {
        for (const Event& event : std::exchange(arrived_, {}))
            core_->learn(event, now_);
    }
    std::ranges::copy(later, std::back_inserter(arrived_));
    return done;
}

void Daemon::tellAside(const std::vector<SetAside>& jobs) {
    for (const SetAside& aside : jobs) {
        logError(fmt::format("set aside job={}: {}", textOf(aside.job), aside.why));
        changed_.insert(aside.job);
    }
}

void Daemon::rememberSeen(const Snapshot& snapshot) {
    for (const StoredApp& stored : snapshot.apps)
        if (stored.boot == boot_ && stored.memory.seen && !stored.memory.pinned)
            visibility_.remember(stored.memory.app);
    if (visibility_.remembers()) forgetsAt_ = now_.elapsed + reconnecting;
}

void Daemon::forgetSeen() {
    if (!forgetsAt_ || now_.elapsed < *forgetsAt_) return;
    forgetsAt_.reset();
    visibility_.forget();
}

// The log may hold data that an earlier daemon has deleted, so it is erased at the start.
Result<void> Daemon::beginFirst() {
    eraseAt_ = now_.elapsed;
    auto begun = begin(UnderWay::End);
    written_ = true; // nothing has failed yet
    if (begun || !core_) return begun;
    degrade(begun.error());
    return {};
}

// The core's state is not durable, so it is dropped; there is no roll-back code. If nothing could be written since it
// was loaded, loading it again at once would go on for ever.
void Daemon::commitFailed(const Error& error) {
    logWarning(error.message);
    step_ = {};
    changed_.clear();
    for (const auto& [app, replies] : std::exchange(held_, {})) // they wait for something else, and are durable
        for (const Reply& each : replies)
            server_->reply(each);
    server_->failAll(error);
    const bool again = !written_;
    tryAgain(UnderWay::GoOn);
    if (!again || degraded_) return;
    step_ = {};
    degrade(error);
}

// Running jobs go on and nothing new is accepted, until a later attempt succeeds.
void Daemon::degrade(const Error& error) {
    pause_ = pause_ == Duration{0} ? firstPause : std::min(pause_ * 2, longestPause);
    tryAgainAt_ = now_.elapsed + pause_;
    degraded_ = error;
    troubled_ = true;
    logWarning(error.message + "; trying again in " + formatDuration(pause_));
}

void Daemon::tryAgain(UnderWay runs) {
    if (auto begun = begin(runs); !begun) return degrade(begun.error());
    degraded_.reset();
    tryAgainAt_.reset();
}

// Keeps a run's own report of its end until it is written down; the first report counts.
void Daemon::keepEnd(const Event& event) {
    const auto keep = [this](RunId run, Event told) {
        if (hosts_->find(run)) ends_.try_emplace(run, std::move(told));
    };
    if (const auto* finished = std::get_if<JobFinished>(&event)) keep(finished->run, event);
    if (const auto* stopped = std::get_if<StopAnswered>(&event)) keep(stopped->run, event);
    if (const auto* lost = std::get_if<RunLost>(&event)) keep(lost->run, event);
    if (const auto* started = std::get_if<StartAnswered>(&event); started && !started->ongoing)
        if (const GoingOn* run = hosts_->find(started->run)) keep(run->run, JobFinished{run->job.app, run->run});
}

// Callers get the store's error. Events from the edges are learned for answers, and the ends of runs kept for the next
// core.
void Daemon::waitForStore() {
    if (tryAgainAt_ && now_.elapsed >= *tryAgainAt_) tryAgain(UnderWay::GoOn);
    if (!degraded_) return;
    server_->failAll(*degraded_);
    verbs_.clear();
    for (const Event& event : std::exchange(arrived_, {})) {
        keepEnd(event);
        if (std::holds_alternative<DeviceChanged>(event) || std::holds_alternative<AppSeen>(event) ||
            std::holds_alternative<AppInstalled>(event))
            core_->learn(event, now_);
    }
}

} // namespace stint
