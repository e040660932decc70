// A command becomes a process, by way of stint-exec: what it is to have of words, environment and descriptors; and its
// start by a stint-exec of its own, where there is none that waits ready (starter.hpp), or that one cannot.
#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "stintd/process/environment.hpp"
#include "stintd/process/posix_spawn.hpp"
#include "stintd/process/processes.hpp"

namespace stint {

/// The way into the place where a process is kept.
struct Entrance {
    std::vector<std::string> arguments; ///< words for stint-exec
    Fd cgroup;                          ///< the directory of the place; none where there is no cgroup
    bool weighed = false;               ///< the place has a share of the processors: no idle class is needed
};

struct Helper {
    std::filesystem::path program; ///< stint-exec
    unsigned long descriptors = 0; ///< the limit that it gives the command; 0: the daemon's own
};

struct Prepared {
    std::vector<std::string> words; ///< for stint-exec
    std::vector<std::string> variables;
    std::array<Fd, 3> stdio;
    Fd socket; ///< its end, where it is a service
    Fd cgroup; ///< of its entrance
    Fd ours;   ///< the daemon's end
};

/// System where it cannot be started and that can be seen beforehand.
Result<Prepared> prepare(const Command& command, Entrance entrance, const Environment& own, const Helper& helper);

/// Must be called from the thread that lives as long as the daemon (posix_spawn.hpp).
Result<Born> spawn(const Prepared& prepared);

} // namespace stint
