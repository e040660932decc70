// A command's processes. They stay below a stint-exec of their own, whatever they do to get away; it kills all of them
// when the command itself ends, on request, and when this process dies (src/stintd/process/exec/main.cpp). So a command
// has ended when its stint-exec has, and not before.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "programs/spool/spool.hpp"
#include "stint/result.hpp"

namespace stint::shell {

/// The command's share of the machine: the leftovers (the idle classes of CPU and I/O), or a full part.
enum class Share { Leftover, Part };

class Command {
public:
    /// The place where it runs: `procs` is cgroup.procs of a cgroup of its own; none: this process's own cgroup.
    struct Place {
        Fd procs;
        bool weighed = false;     ///< it has a share of the processors there, and needs no idle class of CPU
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
