// The apps of a simulated device: which are installed, where their own processes are, and what the core is told of it.
// A process that was started for a job is the job's (runs.hpp); it ends with the last run, as the daemon's does.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario.hpp"
#include "sim/surroundings.hpp"

namespace stint::sim {

class Apps {
public:
    explicit Apps(Surroundings& world) : world_(world) {}

    /// One that is there at 0s; its past is in the store.
    void install(const AppId& id, const AppSetup& setup);
    /// One that is new: never used.
    void add(const AppId& id, const AppSetup& setup);
    void uninstall(const AppId& id);
    /// A new version of the same package.
    void update(const AppId& id);
    void change(const deed::ChangeApp& change);
    /// "success", "ForegroundServiceStartNotAllowed".
    std::string foregroundService(const AppId& id, bool start);

    /// Its processes are gone, and its foreground services with them.
    void dead(const AppId& id);
    /// Whether a process of it runs that was started for its jobs.
    void hosts(const AppId& id, bool hosting);
    void allDead();
    /// Tells a core that has just begun; in another boot it remembers nothing of what it was told.
    void announceAll(bool anotherBoot);

    /// Apps that memory is taken from, in turn: cached ones, then those in the background with running jobs.
    std::vector<AppId> expendable() const;

private:
    struct Present {
        AppSetup setup;
        ProcessState shown = ProcessState::NotRunning; ///< its own process, as the scenario says
        bool hosting = false;
        bool serving = false; ///< a foreground service
        int version = 1;
        std::optional<bool> toldVisible; ///< what the core knows of it
        std::optional<bool> toldRunning;
        std::optional<ProcessState> toldPin;
    };

    void present(const AppId& id, Present& app);
    void announce(const AppId& id);
    Present* find(const AppId& id);

    Surroundings& world_;
    std::map<AppId, Present> apps_;
};

/// The public name of what a call came to: "success", "failure", "IllegalStateException", … (scenario.md, expect).
std::string resultOf(const Reply& reply);

} // namespace stint::sim
