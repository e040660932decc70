// A process and its ancestors, from /proc. A process that was started below another stays below it, wherever else it
// goes, as long as a reaper takes in the orphans.
#pragma once
#include <functional>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint {

/// True if `is` is true of the process or of one of its ancestors, which are asked in turn. Security if that cannot be
/// known: the line is too long, cannot be read, or changes while it is read.
Result<bool> anyInLine(pid_t pid, const std::function<bool(pid_t)>& is);

/// True if the process runs stint-exec, by the kernel's word. All that was started for an app is below one.
bool runsStintExec(pid_t pid);

} // namespace stint
