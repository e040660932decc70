// Loads the store: at the start, and after a failed commit (architecture.md, the core).
#include <algorithm>

#include <fmt/core.h>

#include "base/try.hpp"
#include "daemon/clock.hpp"
#include "daemon/daemon.hpp"
#include "daemon/log.hpp"

namespace stint {
namespace {

constexpr Duration firstPause = 1s;
constexpr Duration longestPause = 60s;
constexpr Duration reconnecting = 10s; ///< libstint tries that often at the least (client/backoff.hpp)

} // namespace

// If the disk is too full to record even this, the core still answers questions; what it decided is not done.
Result<void> Daemon::load() {
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
    for (const StoredJob& stored : snapshot.jobs) // announce() tells of them
        addGuardApp(stored.job.key.app, Told::No);
    for (const Completed& completed : snapshot.completed)
        addGuardApp(completed.key.app, Told::No);
    deviceSource_.restore(overrides, marks);
    const auto heldBack = aborts_.heldBack(snapshot.jobs);
    Aborts::watch(&core->asked());
    const record::Beginning beginning{boot_, now_, deviceSource_.read(), heldBack};
    Step step = core->restore(std::move(snapshot), boot_, beginning.device, now_, heldBack);
    beginRecording(*core, beginning, step);
    auto committed = store_->commit(step.records, core->stamp(now_));
    core_ = std::move(core);
    watched_.reset(); // versions start again
    step_ = {};
    if (!committed) return committed;
    step_.effects = std::move(step.effects);
    tellAside(step.setAside);
    return {};
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

// At the start, because the log may hold what an earlier daemon has deleted. A commit that used up the reserve may
// succeed the second time.
Result<void> Daemon::loadFirst() {
    eraseAt_ = now_.elapsed;
    auto loaded = load();
    if (!loaded && core_) loaded = load();
    if (loaded || !core_) return loaded;
    degrade(loaded.error());
    return {};
}

// The core's state is not durable, so it is dropped; there is no roll-back code. Its runs are lost, as by a restart.
void Daemon::commitFailed(const Error& error) {
    logWarning(error.message);
    step_ = {};
    changed_.clear();
    server_->failAll(error);
    pause_ = Duration{0};
    tryAgain();
}

// Running jobs go on, nothing new is accepted; try again later.
void Daemon::degrade(const Error& error) {
    pause_ = pause_ == Duration{0} ? firstPause : std::min(pause_ * 2, longestPause);
    tryAgainAt_ = now_.elapsed + pause_;
    degraded_ = error;
    logWarning(error.message + "; trying again in " + formatDuration(pause_));
}

void Daemon::tryAgain() {
    if (auto loaded = load(); !loaded) return degrade(loaded.error());
    if (pause_ > Duration{0}) logInfo("the store can be written again");
    degraded_.reset();
    tryAgainAt_.reset();
    arrived_.clear();
    unanswered_.clear();
    hosts_->dropAll();
    desktop_->withdrawAll();
    topics_ = Topics::all();
    announce();
}

} // namespace stint
