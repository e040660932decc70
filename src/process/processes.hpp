// An app's processes: started, watched and killed (architecture.md, running a job). Each started process has a cgroup
// of its own inside its app's, so that nothing of it is left when it is said to be gone. Decides nothing, holds no
// timer.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/app_id.hpp"
#include "base/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

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
    bool background = true;               ///< idle classes of CPU and I/O
    bool service = true;                  ///< gets a socketpair, its end named by STINT_SOCKET_FD
    std::string directory;                ///< empty: the home directory
    std::array<int, 3> stdio{-1, -1, -1}; ///< -1: /dev/null, or for 1 and 2 the daemon's own stderr
};

struct Started {
    ProcessId id;
    pid_t pid = 0;
    Fd socket; ///< the daemon's end, where `service`
};

class Processes {
public:
    /// Told from the event loop, never from inside a call.
    class Listener {
    public:
        virtual ~Listener() = default;
        /// The main process has exited (status as waitpid gives it) AND nothing it started is alive any more.
        /// `killed`: kill() or killApp() of ours was behind it.
        virtual void gone(ProcessId id, const AppId& app, int status, bool killed) = 0;
    };

    struct Options {
        std::filesystem::path helper; ///< stint-exec
        std::string instance;         ///< tells daemons of one user apart: the runtime directory
        bool cgroups = true;          ///< false: do without, as where there are none
        /// What a started process leaves behind when it has got out of where it was kept comes to this process, which
        /// then waits for every child it has: for a program that starts processes in no other way.
        bool adopts = false;
        /// The limit of open descriptors that a started process gets; 0: this process's own.
        unsigned long descriptors = 0;
    };

    /// Finds a cgroup v2 that may be used (from /proc/self/mountinfo and /proc/self/cgroup; on a hybrid machine it sits
    /// beside v1), else falls back to subreaper and pidfds. Kills what an earlier daemon of this instance left in its
    /// apps' cgroups and waits until it is gone.
    static Result<std::unique_ptr<Processes>> open(sd_event* loop, Listener& listener, Options options);
    virtual ~Processes() = default;

    /// posix_spawn of the helper, which joins the cgroup, arms PDEATHSIG and execs. System where it cannot be started
    /// (an unknown program is reported here where it can be seen beforehand, else as exit code 127).
    virtual Result<Started> start(const Command& command) = 0;
    /// SIGKILL for everything the process and its children started; gone() follows.
    virtual void kill(ProcessId id) = 0;
    /// cgroup.kill of the whole app, at once; answers how many started processes of it were alive.
    virtual unsigned killApp(const AppId& app) = 0;
    virtual bool anyAlive(const AppId& app) const = 0;
    using Owner = std::pair<AppId, ProcessId>;
    /// The app and the process a pid belongs to: one that we started, or a descendant of it; nullopt: it is none of
    /// ours. Security where nobody can say: its line of ancestors is too long, cannot be read, or leads to this very
    /// process by none that it started.
    virtual Result<std::optional<Owner>> ownerOf(pid_t pid) const = 0;
    /// For `stint doctor`: "cgroup v2 at …" or "no cgroup: …".
    virtual std::string description() const = 0;
    /// Nothing that a started process starts can get away; else that holds for those who do not try.
    virtual bool enclosesAll() const = 0;
};

} // namespace stint
