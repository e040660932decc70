// What starts an app's processes and ends them, as whoever only wants that sees it: processes.hpp does it on Linux, a
// test in its memory.
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
    std::vector<std::string> arguments; ///< the first names the program, looked up in PATH where it has no slash
    std::map<std::string, std::string> environment; ///< added to the clean one of a service, or to the daemon's own
    bool cleanEnvironment = true;
    bool background = true; ///< what is left over of the machine: its share, or idle classes
    /// It answers in time also where it is background work: what it starts is that, and it hands out their part.
    bool keepsPriority = false;
    bool service = true;                  ///< gets a socketpair, its end named by STINT_SOCKET_FD
    std::string directory;                ///< empty: the home directory
    std::array<int, 3> stdio{-1, -1, -1}; ///< -1: /dev/null, or for 1 and 2 Processes::Options::written
};

struct Started {
    ProcessId id;
    pid_t pid = 0; ///< of a service it may not be known yet
    Fd socket;     ///< the daemon's end, where `service`
};

class Launcher {
public:
    virtual ~Launcher() = default;

    /// System where it cannot be started (an unknown program is reported here where it can be seen beforehand, else as
    /// exit code 127).
    virtual Result<Started> start(const Command& command) = 0;
    /// SIGKILL for everything the process and its children started; that it is gone is told later.
    virtual void kill(ProcessId id) = 0;
    /// The same for the whole app, at once; answers how many started processes of it were alive.
    virtual unsigned killApp(const AppId& app) = 0;
};

} // namespace stint
