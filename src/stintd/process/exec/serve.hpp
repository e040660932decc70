// stint-exec --serve: waits for an order and starts a process for it, in its cgroup from its first instruction on.
// Being small, it forks fast; and a process that is made in its cgroup need not be moved there, which takes up to 6 ms:
// the kernel waits until every processor has passed through its scheduler.
//
// It then leaves the waiting to another, which it makes as its sibling, and stays above the process as its reaper,
// since a process that may write the cgroups can leave one. So there is one of these for each process that runs, and
// one that waits.
#pragma once
#include <sys/types.h>

namespace stint {

/// Runs in a new process, below its reaper, with the words of its order; it never returns.
using Become = void (*)(int count, char** words);

/// Serves until the daemon is gone.
[[noreturn]] void serve(pid_t daemon, Become become);

} // namespace stint
