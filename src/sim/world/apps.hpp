// The apps of a simulated device: which are installed, the states of their own processes, and what the core knows of
// them. A process started for a job belongs to the job (simulated_jobs.hpp) and ends with its last run, as in the
// daemon.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/scenario.hpp"
#include "sim/scenario/surroundings.hpp"

namespace stint::sim {

class Apps {
public:
    explicit Apps(Surroundings& world) : world_(world) {}

    /// Installs an app that is there at 0s; its past is in the store.
    void install(const AppId& id, const AppSetup& setup);
    /// Installs a new app, which was never used.
    void add(const AppId& id, const AppSetup& setup);
    void uninstall(const AppId& id);
    /// Installs a new version of the same package.
    void update(const AppId& id);
    void change(const action::ChangeApp& change);
    /// Returns "success" or "ForegroundServiceStartNotAllowed".
    std::string foregroundService(const AppId& id, bool start);

    /// The app's processes are gone, and its foreground services with them.
    void dead(const AppId& id);
    /// `hosting`: a process of the app runs that was started for its jobs.
    void hosts(const AppId& id, bool hosting);
    void allDead();
    /// Reports all apps to a new core; after another boot also the pinned states, which the core has forgotten.
    void announceAll(bool anotherBoot);

    /// Apps to kill when memory is short, in order: cached ones, then those in the background with running jobs.
    std::vector<AppId> expendable() const;

private:
    struct Present {
        AppSetup setup;
        ProcessState shown = ProcessState::NotRunning; ///< its own process, as the scenario says
        bool hosting = false;
        bool serving = false; ///< it has a foreground service
        int version = 1;
        std::optional<bool> sentVisible; ///< the core's knowledge, with the next three
        std::optional<bool> sentRunning;
        std::optional<bool> sentMaybeVisible;
        std::optional<ProcessState> sentPin;
    };

    void present(const AppId& id, Present& app);
    void announce(const AppId& id);
    Present* find(const AppId& id);

    Surroundings& world_;
    std::map<AppId, Present> apps_;
};

/// The public name of a call's result: "success", "failure", "IllegalStateException", … (scenario.md, expect).
std::string resultOf(const Reply& reply);

} // namespace stint::sim
