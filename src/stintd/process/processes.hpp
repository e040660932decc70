// An app's processes: started, watched and killed (architecture.md, running a job). Each started process has a cgroup
// of its own inside its app's, so that nothing of it is left when it is said to be gone. Decides nothing, holds no
// timer.
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <systemd/sd-event.h>

#include "base/cgroup/cgroup_limits.hpp"
#include "stintd/process/launcher.hpp"

namespace stint {

/// A killed process is gone in microseconds, unless the kernel itself is stuck in it (a dead network file system).
constexpr auto patience = std::chrono::seconds(10);

/// It starts by posix_spawn of the helper, which joins the cgroup, arms PDEATHSIG and execs, and kills by cgroup.kill
/// where there is one; gone() follows.
class Processes : public Launcher {
public:
    struct End {
        int status = 0;      ///< as waitpid gives it
        bool killed = false; ///< kill() or killApp() of ours was behind it
        std::string limit;   ///< "killed: over its memory limit of 512 MiB": the limit that it met; empty: none
    };

    /// Told from the event loop, never from inside a call.
    class Listener {
    public:
        virtual ~Listener() = default;
        /// The main process has exited AND nothing it started is alive any more.
        virtual void gone(ProcessId id, const AppId& app, const End& end) = 0;
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
        /// The largest share of the processors of what is started, in this unit of the user's service manager; where it
        /// is another than before. Told from inside a call.
        std::function<void(const std::string& unit, std::int64_t weight)> shareChanged = {};
        /// Told just before a process of the app is started, and its cgroup is there, where it has one.
        std::function<void(const AppId&)> starting = [](const AppId&) {};
        /// Told each line that a process of the app has written where a Command leaves its stdout or stderr to us.
        /// Empty: they are this process's own stderr.
        std::function<void(const AppId&, std::string_view line)> written = {};
        /// How long it waits for what a former daemon has left to die.
        std::chrono::milliseconds forLeftovers = patience;
        /// Told what is wrong and keeps nothing from starting.
        std::function<void(const std::string&)> complain = [](const std::string&) {};
    };

    /// Finds a cgroup v2 that may be used (from /proc/self/mountinfo and /proc/self/cgroup; on a hybrid machine it sits
    /// beside v1), else falls back to subreaper and pidfds. Kills what an earlier daemon of this instance left in its
    /// apps' cgroups and waits until it is gone.
    static Result<std::unique_ptr<Processes>> open(sd_event* loop, Listener& listener, Options options);
    /// From now on background work that is started has these, where they can be held; without them it has none.
    virtual void limitBackground(const CgroupLimits& limits) = 0;
    /// The controllers that hold limits here, and why not all of them do.
    virtual Held controllers() const = 0;
    virtual bool anyAlive(const AppId& app) const = 0;
    /// How many of those that were killed have not ended yet, or something in what encloses them has not.
    virtual unsigned survivors(const AppId& app) const = 0;
    /// The cgroup of all that is started for the app, made where there is none yet, opened as a directory. System where
    /// there are no cgroups.
    virtual Result<Fd> cgroupOf(const AppId& app) = 0;
    using Owner = std::pair<AppId, ProcessId>;
    /// The app and the process a pid belongs to: one that we started, or a descendant of it; nullopt: it is none of
    /// ours. Security where nobody can say: its line of ancestors is too long, cannot be read, or leads to this very
    /// process by none that it started.
    virtual Result<std::optional<Owner>> ownerOf(pid_t pid) = 0;
    /// For `stint doctor`: "cgroup v2 at …" or "no cgroup: …".
    virtual std::string description() const = 0;
    /// Nothing that a started process starts can get away; else that holds for those who do not try.
    virtual bool enclosesAll() const = 0;
};

} // namespace stint
