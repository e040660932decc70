// The processes that a command has started, wherever they are now: found by their ancestry, since a stint-exec
// gathers the orphans among them.
#pragma once
#include <string>
#include <vector>

#include <sys/types.h>

namespace stint::shell {

/// Sends `signal` once to each process that is below `ancestor` now, nearest first; not to `ancestor` itself. A process
/// that is started meanwhile may miss it.
void signalDescendants(pid_t ancestor, int signal);

/// Those of them that stand neither in this cgroup, named as in /proc/PID/cgroup, nor below it.
std::vector<pid_t> descendantsOutside(pid_t ancestor, const std::string& cgroup);

} // namespace stint::shell
