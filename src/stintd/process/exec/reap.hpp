// A stint-exec that stays above the command that it started, as its reaper: orphans come to it, so whatever the command
// starts stays below it, wherever that goes. When the command ends, when the daemon says SIGTERM and when the daemon
// dies, it kills all of them, and only then ends, as the command did. SIGINT and SIGHUP are the command's.
#pragma once
#include <cstdint>

#include <sys/types.h>

namespace stint {

inline constexpr int cannotRun = 127; ///< as a shell answers for a command that it cannot start

[[noreturn]] void refuse(const char* what, const char* whom);
/// Gets this signal when `parent` dies. It may have died before that: then nobody is left to send it, and this one
/// ends.
void dieWith(pid_t parent, int signal);

/// From now on orphans come to this process, and signals wait until it looks.
void becomeReaper();

struct Reach {
    bool all = false;      ///< what outlives the command is waited for, and not killed
    bool enclosed = false; ///< the daemon has a cgroup of it: what became another user's is left to that
};
/// Of `main`, a child of this process, after becomeReaper(). It must hold nothing that the command waits to be closed.
[[noreturn]] void reap(pid_t main, Reach reach);

} // namespace stint
