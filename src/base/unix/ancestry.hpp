// A process and those above it, as /proc tells of them: what was started below a process stays below it, wherever else
// it goes, as long as a reaper takes in its orphans.
#pragma once
#include <functional>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint {

/// Asks of the process, then of each above it, until an answer is true; false: of none. Security where nobody can say:
/// its line is too long, it cannot be read, or it changes while it is read.
Result<bool> anyInLine(pid_t pid, const std::function<bool(pid_t)>& is);

/// True where the process runs stint-exec, below which is all that was started for an app. By the kernel's word.
bool runsStintExec(pid_t pid);

} // namespace stint
