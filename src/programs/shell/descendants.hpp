// The processes that a command has started, wherever they have gone to: found by their ancestry, since a stint-exec
// gathers the orphans among them.
#pragma once
#include <string>
#include <vector>

#include <sys/types.h>

namespace stint::shell {

/// Sends `signal` once to each process below `ancestor`, nearest first, as they are now; not to `ancestor` itself. One
/// that is started meanwhile may miss it.
void signalDescendants(pid_t ancestor, int signal);

/// Those of them that stand neither in this cgroup, as /proc/PID/cgroup names it, nor below it.
std::vector<pid_t> descendantsOutside(pid_t ancestor, const std::string& cgroup);

} // namespace stint::shell
