// A cgroup of a command's own, below the one in which stintd keeps this process: what the command gets of the machine
// is limited there, and this process is not (limits.md §13).
#pragma once
#include <filesystem>
#include <optional>

#include "base/cgroup_limits.hpp"
#include "base/fd.hpp"
#include "stint/result.hpp"

namespace stint::shell {

/// The cgroup that stintd has made for a process of the shell app, from /proc/self/cgroup's path: without the leaf into
/// which this process may have moved. nullopt: it stands elsewhere, which is not its to divide.
std::optional<std::string> enclosureIn(const std::string& path);

class CommandCgroup {
public:
    /// With `asked`, all of which must hold, and those of `otherwise` that can. nullopt where none is needed, or where
    /// nobody has asked and none can be had; Unavailable where what was asked for cannot be held here.
    static Result<std::optional<CommandCgroup>> make(const CgroupLimits& asked, const CgroupLimits& otherwise);
    /// Removes it, where nothing of the command is alive.
    ~CommandCgroup();
    CommandCgroup(CommandCgroup&& other) noexcept
        : directory_(std::exchange(other.directory_, {})), limits_(other.limits_) {}
    CommandCgroup& operator=(CommandCgroup&&) = delete;

    /// cgroup.procs, to be written by whoever enters.
    Result<Fd> entrance() const;
    /// It has a share of the processors.
    bool isWeighed() const { return limits_.cpuWeight.has_value(); }
    LimitMet met() const { return limitMet(directory_); }

private:
    CommandCgroup(std::filesystem::path directory, const CgroupLimits& limits)
        : directory_(std::move(directory)), limits_(limits) {}

    std::filesystem::path directory_;
    CgroupLimits limits_;
};

} // namespace stint::shell
