// posix_spawn of stint-exec, and never fork: a daemon of many megabytes would pay for every page table.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "process/environment.hpp"
#include "process/processes.hpp"

namespace stint {

/// The way into the place where a process is kept: words for stint-exec, and the descriptor they may speak of.
struct Entrance {
    std::vector<std::string> arguments;
    Fd procs;             ///< cgroup.procs of the place; none where there is no cgroup
    bool weighed = false; ///< the place has a share of the processors: no idle class is needed
};

struct Helper {
    std::filesystem::path program; ///< stint-exec
    unsigned long descriptors = 0; ///< the limit that it gives the command; 0: the daemon's own
};

struct Spawned {
    pid_t pid = 0;
    Fd pidfd;
    Fd socket;
};

/// Starts `command` by way of the helper. Must be called from the thread that lives as long as the daemon: LINUX:
/// PDEATHSIG is sent when the *thread* that started a process ends.
Result<Spawned> spawn(const Command& command, const Entrance& entrance, const Environment& own, const Helper& helper);

} // namespace stint
