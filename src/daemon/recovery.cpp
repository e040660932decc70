// What was written down, read again: at the start, and after a commit that failed (design.md, the core).
#include <algorithm>

#include "daemon/clock.hpp"
#include "daemon/daemon.hpp"
#include "daemon/log.hpp"

namespace stint {
namespace {

constexpr Duration firstPause = 1s;
constexpr Duration longestPause = 60s;
constexpr Duration reconnecting = 10s; ///< libstint tries that often at the least (client/backoff.hpp)

} // namespace

Result<void> Daemon::load() {
    Snapshot snapshot = STINT_TRY(store_->load());
    for (auto& note : store_->notes()) {
        logWarning(note);
        storeNotes_.push_back(std::move(note));
    }
    auto core = std::make_unique<Scheduler>(policy_.constants);
    const auto overrides = snapshot.overrides;
    if (!core_) rememberSeen(snapshot);
    Step step = core->restore(std::move(snapshot), boot_, now_);
    STINT_TRY(store_->commit(step.records, core->stamp(now_)));
    deviceSource_.restore(overrides);
    core_ = std::move(core);
    watched_.reset(); // it counts anew
    step_ = {};
    for (const Effect& effect : step.effects)
        step_.effects.push_back(effect);
    return {};
}

void Daemon::rememberSeen(const Snapshot& snapshot) {
    for (const StoredApp& stored : snapshot.apps)
        if (stored.boot == boot_ && stored.memory.seen && !stored.memory.pinned) sightings_.remember(stored.memory.app);
    if (sightings_.remembers()) forgetsAt_ = now_.elapsed + reconnecting;
}

void Daemon::forgetSeen() {
    if (!forgetsAt_ || now_.elapsed < *forgetsAt_) return;
    forgetsAt_.reset();
    sightings_.forget();
}

// The core holds what is not durable, so it goes; no roll-back code. Runs of it are lost, as by a restart.
void Daemon::commitFailed(const Error& error) {
    logWarning(error.message);
    step_ = {};
    changed_.clear();
    server_->failAll(error);
    degraded_ = error;
    pause_ = Duration{0};
    tryAgain();
}

void Daemon::tryAgain() {
    if (auto loaded = load(); !loaded) {
        // Degraded: what runs goes on, nothing new is accepted; try again later.
        pause_ = pause_ == Duration{0} ? firstPause : std::min(pause_ * 2, longestPause);
        tryAgainAt_ = now_.elapsed + pause_;
        degraded_ = loaded.error();
        logWarning(degraded_->message + "; trying again in " + formatDuration(pause_));
        return;
    }
    if (pause_ > Duration{0}) logInfo("the store can be written again");
    degraded_.reset();
    tryAgainAt_.reset();
    arrived_.clear();
    unanswered_.clear();
    hosts_->dropAll();
    desktop_->withdrawAll();
    announce();
}

} // namespace stint
