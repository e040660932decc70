// stint-exec: what a started process is before it is itself (architecture.md, running a job). It goes where its app's
// processes are kept together, makes sure that it does not outlive the daemon, takes the classes of CPU and I/O it is
// given, leaves behind every signal setting and descriptor of the daemon, and becomes the command.
//
// With --reap, as where there is no cgroup, it stays instead, between the daemon and the command, as the reaper of
// everything the command starts: when the command ends, when the daemon says SIGTERM and when the daemon dies, it kills
// all of them, and only then ends with the command's own status. It does not step back itself: it must be in time to
// kill, and stays out of a cgroup that is given: its limits are the command's, and what freezes there is the command,
// not this one. So "this process has ended" means the same in both forms. With --all it does not kill what outlives the
// command, but waits for that.
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int cannotRun = 127; // as a shell answers for a command that it cannot start

struct Arguments {
    pid_t parent = 0;
    int cgroup = -1; ///< cgroup.procs, open for writing
    bool reap = false;
    bool all = false;    ///< with reap: the command has ended when all that it started has
    bool idle = false;   ///< the idle classes of CPU and I/O
    bool idleIo = false; ///< that of I/O alone
    int niceness = 0;
    int keep = 2; ///< the highest descriptor the command gets
    int umask = -1;
    rlim_t files = 0; ///< the limit of open descriptors that the command gets; 0: ours
    const char* directory = nullptr;
    char** command = nullptr;
};

[[noreturn]] void refuse(const char* what, const char* whom) {
    std::fprintf(stderr, "stint: cannot %s %s: %s\n", what, whom, std::strerror(errno));
    _exit(cannotRun);
}

// Our own programs alone call this one, so a wrong argument is a mistake of ours and only has to be noticed.
Arguments parse(int count, char** words) {
    Arguments a;
    if (count == 2 && (std::strcmp(words[1], "--help") == 0 || std::strcmp(words[1], "-h") == 0)) {
        std::puts("stint-exec: prepares a process for a job's command and becomes it; stintd and stint-shell start it");
        std::exit(0);
    }
    for (int i = 1; i < count; ++i) {
        const char* word = words[i];
        auto is = [word](const char* name) { return std::strcmp(word, name) == 0; };
        if (is("--idle"))
            a.idle = a.idleIo = true;
        else if (is("--idle-io"))
            a.idleIo = true;
        else if (is("--all"))
            a.all = true;
        else if (is("--") && i + 1 < count)
            return a.command = words + i + 1, a;
        else if (i + 1 >= count)
            break;
        else if (is("--parent"))
            a.parent = std::atoi(words[++i]);
        else if (is("--cgroup"))
            a.cgroup = std::atoi(words[++i]);
        else if (is("--reap"))
            a.reap = true, ++i; // the instance: by it a later daemon finds this process
        else if (is("--nice"))
            a.niceness = std::atoi(words[++i]);
        else if (is("--keep"))
            a.keep = std::atoi(words[++i]);
        else if (is("--umask"))
            a.umask = static_cast<int>(std::strtol(words[++i], nullptr, 8));
        else if (is("--files"))
            a.files = std::strtoul(words[++i], nullptr, 10);
        else if (is("--directory"))
            a.directory = words[++i];
        else
            break;
    }
    std::fprintf(stderr, "stint-exec is started by stintd and stint-shell, and by nobody else\n");
    _exit(cannotRun);
}

// The parent may have died before the signal was armed: then nobody is left to send it.
void dieWith(pid_t parent, int signal) {
    if (prctl(PR_SET_PDEATHSIG, signal) != 0) refuse("watch", "the daemon");
    if (getppid() != parent) _exit(cannotRun);
}

// LINUX: handlers do not survive exec, but ignored signals and the mask do. By the system call, for glibc keeps two
// signals to itself, and some starters ignore those too.
void forgetSignals() {
    constexpr unsigned long kernelSetSize = 8;
    const unsigned long byDefault[8] = {}; // the kernel's sigaction, all zero: SIG_DFL, no flags, an empty mask
    for (int signal = 1; signal <= 64; ++signal)
        syscall(SYS_rt_sigaction, signal, byDefault, nullptr, kernelSetSize);
    const unsigned long none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kernelSetSize);
}

// Refused classes are no reason not to run: the job is then only less polite.
void stepBack(const Arguments& a) {
    if (a.idle) {
        const sched_param zero{};
        sched_setscheduler(0, SCHED_IDLE, &zero);
    }
    if (a.idleIo) {
        constexpr int whoProcess = 1, classIdle = 3, classShift = 13; // linux/ioprio.h
        syscall(SYS_ioprio_set, whoProcess, 0, classIdle << classShift);
    }
    if (a.niceness != 0) setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + a.niceness); // nicer than we are
}

// The daemon has raised its own, which a program that uses select(2) would stumble over.
void limitFiles(const Arguments& a) {
    rlimit limit{};
    if (a.files == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = a.files;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void join(const Arguments& a) {
    if (a.cgroup >= 0 && write(a.cgroup, "0", 1) != 1) refuse("join the cgroup of", a.command[0]);
}

[[noreturn]] void become(const Arguments& a) {
    stepBack(a);
    forgetSignals();
    if (a.umask >= 0) umask(static_cast<mode_t>(a.umask));
    if (a.directory && chdir(a.directory) != 0) refuse("enter", a.directory);
    close_range(static_cast<unsigned>(a.keep) + 1, UINT_MAX, 0);
    limitFiles(a);
    execvp(a.command[0], a.command);
    refuse("start", a.command[0]);
}

// --reap: everything that the command starts stays below this process, because orphans come to it.

void killChildren() {
    const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    char list[65536]; // what does not fit is met in the next round
    const ssize_t size = read(fd, list, sizeof list - 1);
    close(fd);
    list[size > 0 ? size : 0] = '\0';
    char* next = list;
    while (const long pid = std::strtol(next, &next, 10)) {
        // A whole group dies in one stroke, even while it forks; a process cannot leave ours for a group we miss,
        // for it would still be a child of a process that dies now, and so ours in the next round.
        const pid_t group = getpgid(static_cast<pid_t>(pid));
        if (group > 0 && group != getpgrp()) kill(-group, SIGKILL);
        kill(static_cast<pid_t>(pid), SIGKILL);
    }
}

// A killed process hands its children over to us before it can be waited for, so none is missed. Answers the status
// of `main`, or `status` where it was waited for already.
int killAll(pid_t main, int status) {
    while (true) {
        killChildren();
        int ended = 0;
        const pid_t pid = waitpid(-1, &ended, 0);
        if (pid == main) status = ended;
        if (pid < 0 && errno == ECHILD) return status;
    }
}

// `all`: what forks away, and ends first, is the command still; it ends as that first one did.
int waitFor(pid_t main, const sigset_t& signals, bool all) {
    int ended = 0;
    while (true) {
        if (sigwaitinfo(&signals, nullptr) == SIGTERM) return killAll(main, ended);
        int status = 0;
        while (const pid_t pid = waitpid(-1, &status, WNOHANG)) {
            if (pid < 0 && all) return ended;
            if (pid < 0) break;
            if (pid == main && !all) return killAll(main, status);
            if (pid == main) ended = status;
        }
    }
}

[[noreturn]] void endLike(int status) {
    if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    forgetSignals();
    raise(WTERMSIG(status));
    _exit(128 + WTERMSIG(status));
}

[[noreturn]] void reap(const Arguments& a) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGCHLD, SIG_DFL); // ignored, it would reap for us and lose the status
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) refuse("reap", "orphans");
    dieWith(a.parent, SIGTERM);

    const pid_t self = getpid();
    const pid_t main = fork();
    if (main < 0) refuse("start", a.command[0]);
    if (main == 0) {
        setsid();
        dieWith(self, SIGKILL);
        join(a);
        become(a);
    }
    close_range(3, UINT_MAX, 0); // the command's socket: its end must be seen when the command closes it
    endLike(waitFor(main, signals, a.all));
}

} // namespace

int main(int count, char** words) {
    const Arguments a = parse(count, words);
    setsid(); // no terminal of the daemon's: a service must not look like what a user has in front
    if (a.reap) reap(a);
    dieWith(a.parent, SIGKILL);
    join(a);
    become(a);
}
