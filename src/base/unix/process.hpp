// Processes. The parts of /proc that more than one edge reads: a process's place among the others, and its ancestors.
// A process that was started below another stays below it, wherever else it goes, as long as a reaper takes in the
// orphans. Nothing here trusts a name that a process may give itself.
// And a process held by a descriptor: questions and signals go to that process, or to nobody once it has ended. LINUX:
// called by the number of the system call, because glibc 2.36 declares its functions without C linkage.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// Fields of /proc/PID/stat, by their meaning.
struct ProcessStat {
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    int terminal = 0;            ///< the controlling terminal; 0: none
    pid_t foreground = -1;       ///< the foreground group of that terminal; -1: none
    std::uint64_t startTime = 0; ///< identifies a process together with the pid, within a boot

    bool operator==(const ProcessStat&) const = default;
};

/// nullopt for text that the kernel would not write. A process's name may hold spaces, brackets and newlines.
std::optional<ProcessStat> parseProcessStat(std::string_view text);
/// nullopt if there is no such process.
std::optional<ProcessStat> processStat(pid_t pid);

/// The path in the hierarchy of that name, from the text of /proc/PID/cgroup; "" is the unified one (cgroup v2).
std::optional<std::string> cgroupPath(std::string_view text, std::string_view hierarchy = "");

/// All of a small file; nullopt, with errno, if it cannot be read; EFBIG if it is not small: a device may never end.
std::optional<std::string> readFile(const std::filesystem::path& file);

/// /proc/sys/kernel/random/boot_id; empty if the kernel has none.
inline std::string bootId() {
    const std::string text = readFile("/proc/sys/kernel/random/boot_id").value_or("");
    return text.substr(0, text.find('\n'));
}

/// True if `is` is true of the process or of one of its ancestors, which are asked in turn. Security if that cannot be
/// known: the line is too long, cannot be read, or changes while it is read.
Result<bool> anyInLine(pid_t pid, const std::function<bool(pid_t)>& is);

/// True if the process runs stint-exec, by the kernel's word. All that was started for an app is below one.
bool runsStintExec(pid_t pid);

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
