// A process held by a descriptor: questions and signals go to that process, or to nobody once it has ended.
#pragma once
#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>

#include "base/unix/fd.hpp"

namespace stint {

/// Holds a process by a descriptor; none, with errno, if there is no such process. LINUX: called by the number of the
/// system call, because glibc 2.36 declares its functions without C linkage.
inline Fd openPidfd(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

inline void sendSignal(const Fd& pidfd, int signal) {
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
}

/// True if the process has ended; waits for its end `milliseconds` at most.
inline bool hasEnded(const Fd& pidfd, int milliseconds = 0) {
    pollfd end{pidfd.get(), POLLIN, 0};
    return ::poll(&end, 1, milliseconds) == 1;
}

/// The same, waiting until `until`, whatever interrupts the wait.
inline bool hasEnded(const Fd& pidfd, std::chrono::steady_clock::time_point until) {
    using std::chrono::milliseconds, std::chrono::steady_clock;
    while (true) {
        const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()).count();
        if (left <= 0) return hasEnded(pidfd);
        if (hasEnded(pidfd, static_cast<int>(left))) return true;
    }
}

} // namespace stint
