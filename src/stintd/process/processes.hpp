// An app's processes: started, watched and killed (architecture.md, running a job). Each started process has a cgroup
// of its own inside its app's, so that nothing of it is left when it is reported gone. Decides nothing, holds no timer.
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
constexpr auto deathPatience = std::chrono::seconds(10);

/// A service in a cgroup is started by a stint-exec that waits ready (Starter), anything else, or where that fails, by
/// a new one, which joins the cgroup, arms PDEATHSIG and execs. It is killed by cgroup.kill where there is one; gone()
/// follows.
class Processes : public Launcher {
public:
    struct End {
        int status = 0;      ///< waitpid's
        bool killed = false; ///< kill() or killApp() was called
        std::string limit;   ///< "killed: over its memory limit of 512 MiB": the limit it met; empty: none
    };

    /// Called from the event loop, never from inside a call.
    class Listener {
    public:
        virtual ~Listener() = default;
        /// The main process has exited AND nothing it started is alive any more.
        virtual void gone(ProcessId id, const AppId& app, const End& end) = 0;
    };

    struct Options {
        std::filesystem::path helper; ///< stint-exec
        std::string instance;         ///< the runtime directory, which differs among one user's daemons
        bool cgroups = true;          ///< false: do without them
        /// This process adopts what a started process leaves behind outside of its enclosure, and then waits for every
        /// child it has: for a program that starts processes in no other way.
        bool adopts = false;
        /// The limit of open descriptors that a started process gets; 0: this process's own.
        unsigned long descriptors = 0;
        /// The largest share of the processors that anything started has, in this unit of the user's service manager;
        /// called when it has changed, from inside a call.
        std::function<void(const std::string& unit, std::int64_t weight)> shareChanged = {};
        /// Called just before a process of the app is started; its cgroup is there by then, where it has one.
        std::function<void(const AppId&)> starting = [](const AppId&) {};
        /// Called with each line that a process of the app has written, where a Command leaves its stdout or stderr to
        /// us. Empty: they are this process's own stderr.
        std::function<void(const AppId&, std::string_view line)> written = {};
        /// The time that what an earlier daemon has left gets to die.
        std::chrono::milliseconds forLeftovers = deathPatience;
        /// Called with a problem that keeps nothing from starting.
        std::function<void(const std::string&)> complain = [](const std::string&) {};
    };

    /// Finds a cgroup v2 that may be used (from /proc/self/mountinfo and /proc/self/cgroup; on a hybrid machine it sits
    /// beside v1), else falls back to reapers. Kills what an earlier daemon of this instance has left, in cgroups or
    /// below reapers, and waits until it is gone.
    static Result<std::unique_ptr<Processes>> open(sd_event* loop, Listener& listener, Options options);
    /// Gives these limits to background work that is started from now on, where they can be enforced; without them it
    /// has none.
    virtual void limitBackground(const CgroupLimits& limits) = 0;
    /// The controllers that enforce limits here, and the reason that others do not.
    virtual Held controllers() const = 0;
    virtual bool anyAlive(const AppId& app) const = 0;
    /// The number of killed processes that have not ended yet, or whose enclosure is not empty.
    virtual unsigned survivors(const AppId& app) const = 0;
    /// Opens the cgroup of all that is started for the app as a directory, made where there is none yet. System where
    /// there are no cgroups.
    virtual Result<Fd> cgroupOf(const AppId& app) = 0;
    using Owner = std::pair<AppId, ProcessId>;
    /// The app and the process a pid belongs to: one that we started, or a descendant of it; nullopt: neither. Security
    /// where that cannot be known: its line of ancestors is too long, cannot be read, or leads to this very process by
    /// none that it started.
    virtual Result<std::optional<Owner>> ownerOf(pid_t pid) = 0;
    /// A line for `stint doctor`: "cgroup v2 at …" or "no cgroup: …".
    virtual std::string description() const = 0;
    /// True if nothing that a started process starts can get away; else only processes that do not try stay.
    virtual bool enclosesAll() const = 0;
};

} // namespace stint
