// Where started processes are kept so that all of what each one starts can be found and killed: cgroups, or reapers
// where there is no cgroup. Knows nothing of how a process is started or waited for: that is children.cpp.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/cgroup/cgroup_limits.hpp"
#include "base/text/app_id.hpp"
#include "stintd/process/processes.hpp"
#include "stintd/process/spawn.hpp"

namespace stint {

class Enclosure {
public:
    /// Told from the event loop, after clear() said that something was left.
    using OnEmpty = std::function<void(ProcessId)>;

    /// The largest share of the processors that anything in this unit of the user's service manager has now, told where
    /// that is another than before; from inside a call.
    using OnShare = std::function<void(const std::string& unit, std::int64_t weight)>;

    virtual ~Enclosure() = default;

    /// Makes the place of one process, which is not in it yet, with those of the limits that can be held.
    virtual Result<Entrance> make(const AppId& app, ProcessId id, const CgroupLimits& limits) = 0;
    /// Takes back the place of a process that was not started after all.
    virtual void discard(const AppId& app, ProcessId id) = 0;
    /// Kills all that is there now and the process of `pidfd`, which may not have entered yet.
    virtual void kill(const AppId& app, ProcessId id, const Fd& pidfd) = 0;
    /// Kills all that is in any place of the app, in one stroke where that can be; the caller then kills one by one.
    virtual void killApp(const AppId& app) = 0;
    /// The process itself has ended: kills what it left. Whether nothing is left; else OnEmpty follows.
    virtual bool clear(const AppId& app, ProcessId id) = 0;
    /// The directory of the cgroup that all places of the app are in, made where there is none yet, opened. System
    /// where there are no cgroups.
    virtual Result<Fd> cgroupOf(const AppId& app) = 0;
    /// Which limit of its place the process has met; empty: none. Before clear().
    virtual std::string limitMet(const AppId& app, ProcessId id) const = 0;
    /// The highest number of a place that a former daemon has left, with what does not die in it; 0: none.
    virtual std::uint64_t lastLeft() const { return 0; }
    /// In whose place a process is.
    virtual std::optional<ProcessId> find(pid_t pid) const = 0;
    virtual std::string description() const = 0;
    /// The controllers that hold limits here, and why not all of them do.
    virtual Held controllers() const = 0;
    /// Nothing that a process starts can get out.
    virtual bool enclosesAll() const = 0;
};

} // namespace stint
