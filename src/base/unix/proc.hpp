// The parts of /proc that more than one edge reads: a process's place among the others. Nothing here trusts a name that
// a process may give itself.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

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

} // namespace stint
