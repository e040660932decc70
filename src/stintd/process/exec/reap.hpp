// A stint-exec that stays above the command that it started, as its reaper: orphans come to it, so whatever the command
// starts stays below it, wherever that goes. When the command ends, the daemon sends SIGTERM or the daemon dies, it
// kills all of them, and only then ends, as the command did. SIGINT and SIGHUP are passed to the command.
#pragma once
#include <cstdint>

#include <sys/types.h>

namespace stint {

inline constexpr int cannotRun = 127; ///< a shell's answer for a command that it cannot start

[[noreturn]] void refuse(const char* what, const char* whom);
/// Has this signal sent to this process when `parent` dies. One that has died before can cause none: then this process
/// ends.
void dieWith(pid_t parent, int signal);

/// Makes this process the parent of orphans below it; signals wait until it looks.
void becomeReaper();

struct Reach {
    bool all = false;      ///< waits for what outlives the command instead of killing it
    bool enclosed = false; ///< the daemon has a cgroup of it, and kills by that what became another user's
};
/// Reaps for `main`, a child of this process, after becomeReaper(). This process must hold no descriptor that the
/// command waits to be closed.
[[noreturn]] void reap(pid_t main, Reach reach);

} // namespace stint
