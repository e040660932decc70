// stint-exec: the program that a started process runs before its own (architecture.md, running a job). It goes where
// its app's processes are kept together, makes sure that it does not outlive the daemon, takes the niceness and the
// class of I/O it is given, leaves behind every signal setting and descriptor of the daemon, and becomes the command.
//
// The option --reap makes it stay between the daemon and the command, as the reaper of everything the command starts
// (reap.hpp). It takes neither of these itself: it must be in time to kill. It stays out of a cgroup that is given: the
// limits there are the command's, and a freeze stops the command, not this process. So "this process has ended" means
// the same in both forms. With --all it does not kill what outlives the command, but waits for that.
//
// The option --serve makes it wait for an order, and become the reaper of what was ordered (serve.hpp).
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stintd/process/exec/reap.hpp"
#include "stintd/process/exec/serve.hpp"

namespace {

using namespace stint;

struct Arguments {
    pid_t parent = 0;
    int cgroup = -1; ///< cgroup.procs, open for writing
    bool reap = false;
    bool all = false;    ///< with --reap: the command has ended when all that it started has
    bool idleIo = false; ///< the idle class of I/O
    int niceness = 0;    ///< beside our own
    int keep = 2;        ///< the highest descriptor the command gets
    int umask = -1;
    rlim_t files = 0; ///< the limit of open descriptors that the command gets; 0: ours
    const char* directory = nullptr;
    char** command = nullptr;
};

// Only our own programs call this one, so a wrong argument is our mistake and only has to be noticed.
Arguments parse(int count, char** words) {
    Arguments a;
    if (count == 2 && (std::strcmp(words[1], "--help") == 0 || std::strcmp(words[1], "-h") == 0)) {
        std::puts("stint-exec: prepares a process for a job's command and becomes it; stintd and stint-shell start it");
        std::exit(0);
    }
    for (int i = 1; i < count; ++i) {
        const char* word = words[i];
        auto is = [word](const char* name) { return std::strcmp(word, name) == 0; };
        if (is("--idle-io"))
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
            a.reap = true, ++i; // the instance, by which a later daemon finds this process
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

// LINUX: handlers do not survive exec, but ignored signals and the mask do. This uses the system call, since glibc
// reserves two signals that some starters ignore, too.
void forgetSignals() {
    constexpr unsigned long kernelSetSize = 8;
    const unsigned long byDefault[8] = {}; // the kernel's sigaction, all zero: SIG_DFL, no flags, an empty mask
    for (int signal = 1; signal <= 64; ++signal)
        syscall(SYS_rt_sigaction, signal, byDefault, nullptr, kernelSetSize);
    const unsigned long none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kernelSetSize);
}

// A refusal is no reason not to run: the job is then only less polite.
void stepBack(const Arguments& a) {
    if (a.idleIo) {
        constexpr int whoProcess = 1, classIdle = 3, classShift = 13; // linux/ioprio.h
        syscall(SYS_ioprio_set, whoProcess, 0, classIdle << classShift);
    }
    if (a.niceness == 0) return;
    const int niceness = getpriority(PRIO_PROCESS, 0) + a.niceness;
    setpriority(PRIO_PROCESS, 0, niceness);
    // LINUX: where sessions are grouped, a niceness counts in its session alone, and the session's own beside others.
    // Users without privileges may together set one in a tenth of a second.
    if (const int session = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC); session >= 0)
        dprintf(session, "%d", niceness);
}

// The daemon has raised its own limit, and a program that uses select(2) fails on high descriptors.
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

[[noreturn]] void startBelow(const Arguments& a) {
    becomeReaper();
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
    close_range(3, UINT_MAX, 0); // the command's socket: the daemon must see it closed when the command closes it
    reap(main, {.all = a.all, .enclosed = a.cgroup >= 0});
}

void run(int count, char** words) {
    const Arguments a = parse(count, words);
    setsid(); // leaves the daemon's terminal: a service must not look like what a user has in front
    if (a.reap) startBelow(a);
    dieWith(a.parent, SIGKILL);
    join(a);
    become(a);
}

// The process is in its cgroup already, and dies with its reaper.
void runOrdered(int count, char** words) {
    const Arguments a = parse(count, words);
    setsid();
    become(a);
}

} // namespace

int main(int count, char** words) {
    constexpr int served = 5; // --serve PID --reap INSTANCE
    if (count == served && std::strcmp(words[1], "--serve") == 0) {
        setsid();
        serve(std::atoi(words[2]), runOrdered);
    }
    run(count, words);
}
