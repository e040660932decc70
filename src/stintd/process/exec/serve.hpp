// stint-exec --serve: waits for an order and starts a process for it, in its cgroup from its first instruction on.
// Being small, it forks in a moment; and a process that is made in its cgroup need not be moved there, for which the
// kernel has every processor pass through its scheduler first: 6 ms where none did lately.
//
// It then leaves the waiting to another, which it makes as its sibling, and stays above the process as its reaper, for
// who may write the cgroups may leave one. So there is one of these for each process that runs, and one that waits.
#pragma once
#include <sys/types.h>

namespace stint {

/// What a new process does with the words of its order, below its reaper; it never returns.
using Become = void (*)(int count, char** words);

/// Until the daemon is gone.
[[noreturn]] void serve(pid_t daemon, Become become);

} // namespace stint
