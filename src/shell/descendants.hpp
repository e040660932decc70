// The processes that a command has started, wherever they have gone to: found by their ancestry, since a stint-exec
// gathers the orphans among them.
#pragma once
#include <sys/types.h>

namespace stint::shell {

/// Sends `signal` once to each process below `ancestor`, nearest first, as they are now; not to `ancestor` itself. One
/// that is started meanwhile may miss it.
void signalDescendants(pid_t ancestor, int signal);

} // namespace stint::shell
