// A cgroup of a command's own, below the one in which stintd keeps this process: what the command gets of the machine
// is limited there, and this process is not (limits.md §13).
#pragma once
#include <filesystem>
#include <optional>

#include "base/cgroup/cgroup.hpp"
#include "base/cgroup/cgroup_limits.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::shell {

/// The cgroup that stintd has made for a process of the shell app, or of a guard's, from /proc/self/cgroup's path:
/// without the leaf into which this process may have moved. nullopt: it stands elsewhere, which is not its to divide.
std::optional<std::string> enclosureIn(const std::string& path);

class CommandCgroup {
public:
    /// What it is for beside limits.
    enum class Use { Limits, Freezing };

    /// With `asked`, all of which must hold, and those of `otherwise` that can. nullopt where none is needed, or where
    /// nobody has asked and none can be had; Unavailable where what was asked for cannot be held here, or frozen.
    static Result<std::optional<CommandCgroup>> make(const CgroupLimits& asked, const CgroupLimits& otherwise,
                                                     Use use = Use::Limits);
    /// Removes it, where nothing of the command is alive.
    ~CommandCgroup();
    CommandCgroup(CommandCgroup&& other) noexcept : place_(std::exchange(other.place_, {})), limits_(other.limits_) {}
    CommandCgroup& operator=(CommandCgroup&&) = delete;

    /// cgroup.procs, to be written by whoever enters.
    Result<Fd> entrance() const;
    /// It has a share of the processors.
    bool isWeighed() const { return limits_.cpuWeight.has_value(); }
    /// Whoever is in it stands still, or goes on.
    Result<void> freeze(bool on) const { return freezeCgroup(place_.directory, on); }
    /// Whether anybody has frozen it.
    bool isFrozen() const { return stint::isFrozen(place_.directory); }
    /// For poll(), POLLPRI: it is frozen otherwise than before, or has become empty.
    Fd events() const { return openEvents(place_.directory); }
    const CgroupPlace& place() const { return place_; }
    LimitMet met() const { return limitMet(place_.directory); }

private:
    CommandCgroup(CgroupPlace place, const CgroupLimits& limits) : place_(std::move(place)), limits_(limits) {}

    CgroupPlace place_;
    CgroupLimits limits_;
};

} // namespace stint::shell
