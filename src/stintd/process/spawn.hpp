// A command becomes a process, by way of stint-exec: its words, environment and descriptors are prepared here, and it
// is started by a stint-exec of its own where none waits ready (starter.hpp), or where that fails.
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
    std::vector<std::string> arguments; ///< arguments of stint-exec
    Fd cgroup;                          ///< the place's directory; none where there is no cgroup
    bool weighed = false;               ///< the place has a share of the processors: no idle class is needed
};

struct Helper {
    std::filesystem::path program; ///< stint-exec
    unsigned long descriptors = 0; ///< the limit of descriptors that the command gets; 0: the daemon's own
};

struct Prepared {
    std::vector<std::string> words; ///< arguments of stint-exec
    std::vector<std::string> variables;
    std::array<Fd, 3> stdio;
    Fd socket; ///< the service's end, where it is one
    Fd cgroup; ///< its entrance's
    Fd ours;   ///< the daemon's end
};

/// System where it is seen beforehand that the command cannot start.
Result<Prepared> prepare(const Command& command, Entrance entrance, const Environment& own, const Helper& helper);

/// Must be called from the thread that lives as long as the daemon (posixSpawn()).
Result<Born> spawn(const Prepared& prepared);

} // namespace stint
