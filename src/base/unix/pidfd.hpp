// A process held by a descriptor: what is asked and sent goes to that process, or to nobody once it has ended.
// LINUX: by number of the system call, for glibc 2.36 declares its functions without C linkage.
#pragma once
#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>

#include "base/unix/fd.hpp"

namespace stint {

/// No descriptor, and errno, where there is no such process.
inline Fd openPidfd(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

inline void sendSignal(const Fd& pidfd, int signal) {
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
}

/// Waits for that at most `milliseconds`.
inline bool hasEnded(const Fd& pidfd, int milliseconds = 0) {
    pollfd end{pidfd.get(), POLLIN, 0};
    return ::poll(&end, 1, milliseconds) == 1;
}

/// Waits for that until then, whatever interrupts it.
inline bool hasEnded(const Fd& pidfd, std::chrono::steady_clock::time_point until) {
    using std::chrono::milliseconds, std::chrono::steady_clock;
    while (true) {
        const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()).count();
        if (left <= 0) return hasEnded(pidfd);
        if (hasEnded(pidfd, static_cast<int>(left))) return true;
    }
}

} // namespace stint
