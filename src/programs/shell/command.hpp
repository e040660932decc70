// A command's processes. They stay below a stint-exec of their own, whatever they do to get away, and that kills all of
// them when the command itself ends, when it is told to, and when this process dies (src/stintd/process/exec/main.cpp).
// So a command has ended when its stint-exec has, and not before.
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

/// How much of the machine a command gets: what is left over (the idle classes of CPU and I/O), or its part.
enum class Share { Leftover, Part };

class Command {
public:
    /// Where it runs: `procs` is cgroup.procs of a cgroup of its own; none: where this process is.
    struct Place {
        Fd procs;
        bool weighed = false;     ///< it has a share of the processors there, and needs no idle class of CPU
        bool waitsForAll = false; ///< what it started and outlives it is the command still
    };

    /// `input`: the file that it reads from, from its beginning; `helper`: stint-exec. System where one of them cannot
    /// be opened or started; what cannot be started by stint-exec ends with 127.
    static Result<std::unique_ptr<Command>> start(const Order& order, const std::filesystem::path& input, Share share,
                                                  const Place& place, const std::filesystem::path& helper);
    /// Kills, and waits.
    ~Command();
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    /// Non-blocking: its stdout and stderr, in the order they were written. At its end once all processes have ended.
    int output() const { return output_.get(); }
    /// Readable once it has ended.
    int end() const { return pidfd_.get(); }

    /// Its processes that stand outside of this cgroup, into which all of it was put.
    std::vector<pid_t> outside(const std::string& cgroup) const;

    /// SIGTERM to each of its processes.
    void askToEnd() const;
    /// SIGKILL to each of its processes; end() follows.
    void kill() const;
    /// As waitpid gives it, of the command itself, once none of its processes is alive.
    std::optional<int> status();

private:
    Command() = default;

    pid_t pid_ = 0; ///< of its stint-exec
    Fd pidfd_;
    Fd output_;
    std::optional<int> status_;
};

} // namespace stint::shell
