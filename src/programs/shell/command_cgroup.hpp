// A cgroup for the command alone, below the one in which stintd keeps this process: the command's resources are
// limited there, and this process's are not (limits.md §13).
#pragma once
#include <filesystem>
#include <optional>

#include "base/cgroup/cgroup.hpp"
#include "base/cgroup/cgroup_limits.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::shell {

/// The cgroup that stintd has made for a process of the shell app, or of a guard's, from /proc/self/cgroup's path:
/// without the leaf into which this process may have moved. nullopt: it stands elsewhere, in a cgroup that it may not
/// divide.
std::optional<std::string> enclosureIn(const std::string& path);

/// A cgroup for the command alone, below the one in which stintd keeps this process: the command's resources are
/// limited there, and this process's are not (limits.md §13).
class CommandCgroup {
public:
    /// The cgroup's purpose beside limits.
    enum class Use { Limits, Freezing };

    /// Makes a cgroup with the limits `asked`, all of which must hold, and those of `otherwise` that can. nullopt where
    /// none is needed, or where nothing was asked for and none can be had; Unavailable where `asked` cannot be held
    /// here, or the cgroup cannot be frozen.
    static Result<std::optional<CommandCgroup>> make(const CgroupLimits& asked, const CgroupLimits& otherwise,
                                                     Use use = Use::Limits);
    /// Removes it, unless a process of the command is alive.
    ~CommandCgroup();
    CommandCgroup(CommandCgroup&& other) noexcept : place_(std::exchange(other.place_, {})), limits_(other.limits_) {}
    CommandCgroup& operator=(CommandCgroup&&) = delete;

    /// cgroup.procs, to which a process that enters is written.
    Result<Fd> entrance() const;
    /// True if it has a share of the processors.
    bool isWeighed() const { return limits_.cpuWeight.has_value(); }
    /// Freezes its processes, or lets them go on.
    Result<void> freeze(bool on) const { return freezeCgroup(place_.directory, on); }
    /// True if anybody has frozen it.
    bool isFrozen() const { return stint::isFrozen(place_.directory); }
    /// For poll(), POLLPRI: it was frozen or thawed, or has become empty.
    Fd events() const { return openEvents(place_.directory); }
    const CgroupPlace& place() const { return place_; }
    LimitMet met() const { return limitMet(place_.directory); }

private:
    CommandCgroup(CgroupPlace place, const CgroupLimits& limits) : place_(std::move(place)), limits_(limits) {}

    CgroupPlace place_;
    CgroupLimits limits_;
};

} // namespace stint::shell
