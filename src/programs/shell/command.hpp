// A command's processes. They stay below a stint-exec of their own, whatever they do to get away; it kills all of them
// when the command itself ends, on request, and when this process dies (src/stintd/process/exec/main.cpp). So a
// command has ended when its stint-exec has, and not before. They are found by their ancestry, since a stint-exec
// gathers the orphans among them; a cgroup of the command's own limits their resources.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/cgroup/cgroup.hpp"
#include "base/cgroup/cgroup_limits.hpp"
#include "base/unix/fd.hpp"
#include "programs/spool/spool.hpp"
#include "stint/result.hpp"

namespace stint::shell {

/// Sends `signal` once to each process that is below `ancestor` now, nearest first; not to `ancestor` itself. A process
/// that is started meanwhile may miss it.
void signalDescendants(pid_t ancestor, int signal);

/// Those of them that stand neither in this cgroup, named as in /proc/PID/cgroup, nor below it.
std::vector<pid_t> descendantsOutside(pid_t ancestor, const std::string& cgroup);

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
    /// none is needed, or where no limit was asked for and none can be had; Unavailable where `asked` cannot be held
    /// here.
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

/// The command's share of the machine: the leftovers (the idle class of I/O, and `Place::niceness`), or a full part.
enum class Share { Leftover, Part };

class Command {
public:
    /// The place where it runs: `procs` is cgroup.procs of a cgroup of its own; none: this process's own cgroup.
    struct Place {
        Fd procs;
        int niceness = 0;         ///< of leftovers: stands for the share of the processors that `procs` does not hold
        bool waitsForAll = false; ///< processes that it started and that outlive it still count as the command
    };

    /// `input`: the file from which it reads, from its beginning; `helper`: stint-exec. System where one of them cannot
    /// be opened or started; a command that stint-exec cannot start ends with 127.
    static Result<std::unique_ptr<Command>> start(const Order& order, const std::filesystem::path& input, Share share,
                                                  const Place& place, const std::filesystem::path& helper);
    /// Kills it, and waits for its end.
    ~Command();
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    /// Non-blocking: its stdout and stderr, in the order in which they were written. It is at its end once all
    /// processes have ended.
    int output() const { return output_.get(); }
    /// Readable once it has ended.
    int end() const { return pidfd_.get(); }

    /// Its processes that stand outside of this cgroup, into which all of them were put.
    std::vector<pid_t> outside(const std::string& cgroup) const;

    /// Sends SIGTERM to each of its processes.
    void askToEnd() const;
    /// Sends SIGKILL to each of its processes; end() follows.
    void kill() const;
    /// The command's own wait status (waitpid), once none of its processes is alive.
    std::optional<int> status();

private:
    Command() = default;

    pid_t pid_ = 0; ///< the process id of its stint-exec
    Fd pidfd_;
    Fd output_;
    std::optional<int> status_;
};

} // namespace stint::shell
