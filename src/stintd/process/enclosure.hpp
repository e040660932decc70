// The places of started processes: cgroups, or reapers where there is no cgroup.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/cgroup/cgroup_limits.hpp"
#include "base/text/app_id.hpp"
#include "stintd/process/processes.hpp"
#include "stintd/process/spawn.hpp"

namespace stint {

/// The place where started processes are kept, so that everything each one starts can be found and killed. How a
/// process is started and waited for is in children.cpp.
class Enclosure {
public:
    /// Called from the event loop, after clear() has said that something was left.
    using OnEmpty = std::function<void(ProcessId)>;

    /// Called inside a call of this class when the largest share of the processors that anything in this unit of the
    /// user's service manager has is a new one.
    using OnShare = std::function<void(const std::string& unit, std::int64_t weight)>;

    virtual ~Enclosure() = default;

    /// Makes the place of one process, which is not in it yet, with those of the limits that can be enforced here.
    virtual Result<Entrance> make(const AppId& app, ProcessId id, const CgroupLimits& limits) = 0;
    /// Removes the place of a process that was not started after all.
    virtual void discard(const AppId& app, ProcessId id) = 0;
    /// Kills all that is there now and the process of `pidfd`, which may not have entered yet.
    virtual void kill(const AppId& app, ProcessId id, const Fd& pidfd) = 0;
    /// Kills all that is in any place of the app, in one stroke where that is possible; the caller then kills one by
    /// one.
    virtual void killApp(const AppId& app) = 0;
    /// Kills what a process that has ended left behind. True: nothing is left; else OnEmpty follows.
    virtual bool clear(const AppId& app, ProcessId id) = 0;
    /// Opens the directory of the cgroup that all places of the app are in, made where there is none yet. System where
    /// there are no cgroups.
    virtual Result<Fd> cgroupOf(const AppId& app) = 0;
    /// The limit of its place that the process has met, in words; empty: none. To be asked before clear().
    virtual std::string limitMet(const AppId& app, ProcessId id) const = 0;
    /// The highest number of a place that an earlier daemon has left because something in it does not die; 0: none.
    virtual std::uint64_t lastLeft() const { return 0; }
    /// The process in whose place `pid` is.
    virtual std::optional<ProcessId> find(pid_t pid) const = 0;
    virtual std::string description() const = 0;
    /// The controllers that enforce limits here, and the reason that others do not.
    virtual Held controllers() const = 0;
    /// True if nothing that a process starts can get out.
    virtual bool enclosesAll() const = 0;
};

} // namespace stint
