// The interface that starts an app's processes and ends them, for callers that want no more: processes.hpp implements
// it on Linux, a test in its memory.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/text/app_id.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

struct ProcessId {
    std::uint64_t value = 0;
    auto operator<=>(const ProcessId&) const = default;
};

struct Command {
    AppId app;
    std::vector<std::string> arguments; ///< the first is the program, looked up in PATH where it has no slash
    std::map<std::string, std::string> environment; ///< added to a service's clean environment, or to the daemon's own
    bool cleanEnvironment = true;
    bool background = true; ///< gets what others leave of the machine: its share of it
    /// Background work that still answers in time: it starts background work itself, and gives it its share.
    bool keepsPriority = false;
    bool service = true;                  ///< gets one end of a socketpair, named by STINT_SOCKET_FD
    std::string directory;                ///< empty: the home directory
    std::array<int, 3> stdio{-1, -1, -1}; ///< -1: /dev/null, or for 1 and 2 Processes::Options::written
};

struct Started {
    ProcessId id;
    pid_t pid = 0; ///< 0: a service's, and not known yet
    Fd socket;     ///< the daemon's end, where `service`
};

class Launcher {
public:
    virtual ~Launcher() = default;

    /// Starts a process. System where that is seen to fail at once, such as an unknown program; a later failure is its
    /// exit code 127.
    virtual Result<Started> start(const Command& command) = 0;
    /// Sends SIGKILL to everything the process and its children started; its end is reported later.
    virtual void kill(ProcessId id) = 0;
    /// Kills all processes of the app at once; returns how many started processes of it were alive.
    virtual unsigned killApp(const AppId& app) = 0;
};

} // namespace stint
