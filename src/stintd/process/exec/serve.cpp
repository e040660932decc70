#include "stintd/process/exec/serve.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stintd/process/exec/reap.hpp"

namespace stint {
namespace {

struct Order {
    order::Head head;
    char text[order::longest];
    std::size_t size = 0;
    int descriptors[order::most];
    std::size_t count = 0;
};

/// False: the daemon is gone.
bool receive(Order& taken) {
    iovec into{taken.text, sizeof taken.text};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof taken.descriptors)];
    msghdr message{};
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t size = 0;
    do
        size = recvmsg(order::socket, &message, MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size <= 0) return false;
    taken.size = static_cast<std::size_t>(size);
    if (taken.size < sizeof taken.head) return false;
    std::memcpy(&taken.head, taken.text, sizeof taken.head);
    taken.count = 0;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        taken.count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        std::memcpy(taken.descriptors, CMSG_DATA(part), taken.count * sizeof(int));
    }
    return true;
}

/// Pointers to the next `count` strings from `at` on, and a null pointer; moves `at` behind them. Null where they are
/// missing.
char** pointersTo(Order& taken, std::size_t& at, std::size_t count) {
    if (count > taken.size) return nullptr;
    auto** pointers = static_cast<char**>(std::calloc(count + 1, sizeof(char*)));
    for (std::size_t i = 0; pointers && i < count; ++i) {
        const void* const end = at < taken.size ? std::memchr(taken.text + at, 0, taken.size - at) : nullptr;
        if (!end) return nullptr;
        pointers[i] = taken.text + at;
        at = static_cast<std::size_t>(static_cast<const char*>(end) - taken.text) + 1;
    }
    return pointers;
}

// Forks by the system call: glibc has no function for them.

pid_t forkInto(int cgroup) {
    clone_args how{};
    how.flags = CLONE_INTO_CGROUP;
    how.exit_signal = SIGCHLD;
    how.cgroup = static_cast<std::uint64_t>(cgroup);
    return static_cast<pid_t>(syscall(SYS_clone3, &how, sizeof how));
}

/// Makes a process whose parent is ours.
pid_t forkSibling() {
    clone_args how{};
    how.flags = CLONE_PARENT;
    return static_cast<pid_t>(syscall(SYS_clone3, &how, sizeof how));
}

bool say(const order::Answer& answer) {
    return send(order::socket, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
}

/// Runs in the new process. It answers itself that it is there, for its reaper may not have a processor now; where the
/// reaper has died, it ends without an answer. The order's descriptors are above its places, and close when the command
/// begins.
[[noreturn]] void follow(Order& taken, pid_t reaper, Become become) {
    const order::Head& head = taken.head;
    dieWith(reaper, SIGKILL);
    if (!say({head.id, reaper, 0})) _exit(cannotRun);
    std::size_t at = sizeof head;
    char** const words = pointersTo(taken, at, head.words);
    char** const variables = pointersTo(taken, at, head.variables);
    if (!words || !variables || head.words == 0) _exit(cannotRun);
    for (int place = 0; place < 3; ++place)
        if (dup2(taken.descriptors[order::Input + place], place) < 0) _exit(cannotRun);
    if (taken.count > order::Socket && dup2(taken.descriptors[order::Socket], order::socketInChild) < 0)
        _exit(cannotRun);
    environ = variables;
    become(static_cast<int>(head.words), words);
    _exit(cannotRun);
}

} // namespace

void serve(pid_t daemon, Become become) {
    static Order taken;
    while (true) {
        // Each round runs in another process, unless none could be made. While it waits it has nothing to kill.
        close_range(order::socket + 1, UINT_MAX, 0);
        becomeReaper();
        dieWith(daemon, SIGKILL);
        if (!receive(taken)) _exit(0);
        const pid_t self = getpid();
        dieWith(daemon, SIGTERM);
        errno = EINVAL; // for an order without all of its descriptors
        const pid_t made = taken.count >= order::least ? forkInto(taken.descriptors[order::Cgroup]) : -1;
        if (made == 0) follow(taken, self, become);
        if (made < 0) {
            if (!say({taken.head.id, 0, errno})) _exit(0);
            continue;
        }
        const pid_t next = forkSibling();
        if (next == 0) continue;
        say({taken.head.id, self, 0}); // a frozen process cannot say so itself
        say({order::nobody, next, 0});
        close_range(order::socket, UINT_MAX, 0); // the command's socket, too: the daemon is to see it close
        reap(made, {.enclosed = true});
    }
}

} // namespace stint
