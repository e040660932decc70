// The work layers of simulated apps (scenario.md, work): the very engine, store and desk of libstint-work, before the
// simulated scheduler, with workers that answer as the scenario says. Each app's file is in memory, and outlives its
// processes. An app is visible to its work layer only where the scenario says so; else each request is run by its job.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "contract/core/scheduler.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/surroundings.hpp"
#include "sim/world/finding.hpp"
#include "sim/world/simulated_jobs.hpp"
#include "work/engine/desk.hpp"

namespace stint::sim {

class SimulatedWork {
public:
    SimulatedWork(Surroundings& world, Apps& apps, SimulatedJobs& jobs);
    ~SimulatedWork();

    /// Enqueues or updates; returns "success" or "IllegalArgumentException".
    std::string enqueue(const action::EnqueueWork& call);
    /// Cancels, or prunes.
    void cancel(const action::CancelWork& call);
    Finding judge(const action::ExpectWork& expect, Duration at);

    /// To be called after each step of the core: work layers are told what the jobs wait for that they watch.
    void decided(const Scheduler& core);

    /// The app's processes are gone. The next one begins with the app itself, its next call, or job.
    void lose(const AppId& app);
    /// A process of the app has begun.
    void began(const AppId& app);
    void loseAll();

private:
    class Layer;
    Layer& of(const AppId& app);

    Surroundings& world_;
    Apps& apps_;
    SimulatedJobs& jobs_;
    std::map<AppId, std::unique_ptr<Layer>> layers_;
};

} // namespace stint::sim
