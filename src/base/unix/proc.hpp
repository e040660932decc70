// The little of /proc that more than one edge reads: a process's place among the others. Nothing here trusts a name
// that a process may give itself.
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
    std::uint64_t startTime = 0; ///< with the pid it names a process for ever (within a boot)

    bool operator==(const ProcessStat&) const = default;
};

/// nullopt for what the kernel would not write. A process's name may hold spaces, brackets and newlines.
std::optional<ProcessStat> parseProcessStat(std::string_view text);
/// nullopt where there is no such process.
std::optional<ProcessStat> processStat(pid_t pid);

/// From the text of /proc/PID/cgroup: the path in the hierarchy named, "" being the unified one (cgroup v2).
std::optional<std::string> cgroupPath(std::string_view text, std::string_view hierarchy = "");

/// All of a small file; nullopt where it cannot be read, EFBIG where it is none: a device may never end.
std::optional<std::string> readFile(const std::filesystem::path& file);

} // namespace stint
