// A loop, a listener that remembers, and shell commands that say on their socket what they are doing.
#pragma once
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/unix/fd.hpp"
#include "stintd/process/processes.hpp"

namespace stint {

struct Gone {
    AppId app;
    int status = 0;
    bool killed = false;
    std::string limit;
};

class World : public Processes::Listener {
public:
    /// `instance`: its own by default, so that no test meets another's leftovers.
    explicit World(bool cgroups, std::string instance = "", bool adopts = false,
                   std::chrono::milliseconds forLeftovers = deathPatience);
    ~World() override;

    void gone(ProcessId id, const AppId& app, const Processes::End& end) override;
    /// Runs the loop until that is so; a test that waits for 30 s has failed.
    void runUntil(const std::function<bool()>& so);
    Gone waitForEnd(ProcessId id);

    sd_event* loop = nullptr;
    std::map<ProcessId, Gone> ended;
    std::map<AppId, std::vector<std::string>> written; ///< by lines
    std::vector<std::string> complaints;
    std::function<void(ProcessId)> onGone = [](ProcessId) {};
    std::unique_ptr<Processes> processes;
};

/// build/bin/stint-exec.
std::filesystem::path helper();
Command shell(std::string script, std::string app = "com.example.app");
/// The next line that the other end writes; empty at its end. Fails the test after 30 s.
std::string line(const Fd& socket);
pid_t pidIn(const Fd& socket);
/// A zombie is not alive.
bool alive(pid_t pid);
/// How many live processes have NAME=value in their environment.
int withEnvironment(const std::string& word);

/// Each rule holds with cgroups and without: the test that asks runs twice.
inline bool bothWays() {
    bool cgroups = true;
    SUBCASE("with cgroups") { cgroups = true; }
    SUBCASE("with reapers") { cgroups = false; }
    return cgroups;
}

} // namespace stint
