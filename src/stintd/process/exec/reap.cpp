#include "stintd/process/exec/reap.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stint {
namespace {

sigset_t awaited() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGCHLD, SIGINT, SIGHUP})
        sigaddset(&signals, signal);
    return signals;
}

/// True for a person's signals, sent to this process in place of the command (`stint start` passes on what it gets).
bool isForMain(int signal) { return signal == SIGINT || signal == SIGHUP; }

/// Kills all children; false: there was none that may be killed (another user's may not).
bool killChildren() {
    const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    char list[65536]; // the next round kills what does not fit
    const ssize_t size = read(fd, list, sizeof list - 1);
    close(fd);
    list[size > 0 ? size : 0] = '\0';
    char* next = list;
    bool any = false;
    while (const long pid = std::strtol(next, &next, 10)) {
        // A whole group dies in one stroke, even while it forks. A process cannot escape into a group that is missed
        // here: it would still be a child of a process that dies now, and so ours in the next round.
        const pid_t group = getpgid(static_cast<pid_t>(pid));
        if (group > 0 && group != getpgrp()) kill(-group, SIGKILL);
        any |= kill(static_cast<pid_t>(pid), SIGKILL) == 0;
    }
    return any;
}

// A killed process hands its children over to us before it can be waited for, so none is missed. Returns the status of
// `main`, or `status` where it was waited for already.
int killAll(pid_t main, int status, bool enclosed) {
    while (true) {
        const int how = killChildren() || !enclosed ? 0 : WNOHANG;
        int ended = 0;
        const pid_t pid = waitpid(-1, &ended, how);
        if (pid == main) status = ended;
        if (pid == 0 || (pid < 0 && errno == ECHILD)) return status;
    }
}

// `all`: a process that forks away, and ends first, does not end the command; the result is that first one's status.
int waitFor(pid_t main, Reach reach) {
    const sigset_t signals = awaited();
    int ended = SIGKILL; // until `main` has a status of its own
    bool over = false;   // its pid may be another process's by then
    while (true) {
        const int signal = sigwaitinfo(&signals, nullptr);
        if (signal == SIGTERM) return killAll(main, ended, reach.enclosed);
        if (isForMain(signal) && !over) kill(main, signal);
        int status = 0;
        while (const pid_t pid = waitpid(-1, &status, WNOHANG)) {
            if (pid < 0 && reach.all) return ended;
            if (pid < 0) break;
            if (pid == main && !reach.all) return killAll(main, status, reach.enclosed);
            if (pid == main) ended = status, over = true;
        }
    }
}

// SIGTERM stays blocked: the daemon may have sent it meanwhile, for a command that was ended by another signal.
[[noreturn]] void endLike(int status) {
    if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
    const int last = WTERMSIG(status);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    sigset_t its;
    sigemptyset(&its);
    sigaddset(&its, last);
    std::signal(last, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &its, nullptr);
    kill(getpid(), last);
    _exit(128 + last);
}

} // namespace

void refuse(const char* what, const char* whom) {
    std::fprintf(stderr, "stint: cannot %s %s: %s\n", what, whom, std::strerror(errno));
    _exit(cannotRun);
}

void dieWith(pid_t parent, int signal) {
    if (prctl(PR_SET_PDEATHSIG, signal) != 0) refuse("watch", "the daemon");
    if (getppid() != parent) _exit(cannotRun);
}

void becomeReaper() {
    const sigset_t signals = awaited();
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGCHLD, SIG_DFL); // were it ignored, the kernel would drop the statuses
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) refuse("reap", "orphans");
}

void reap(pid_t main, Reach reach) { endLike(waitFor(main, reach)); }

} // namespace stint
