// posix_spawn, and never fork: a daemon of many megabytes would pay for every page table.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

struct Born {
    pid_t pid = 0;
    Fd pidfd;
};

/// A child of this process, pinned; it is killed where it cannot be.
Result<Born> pinned(pid_t pid);

/// Starts a program with `descriptors` at 0, 1, 2 and so on; -1: nothing there. Must be called from the thread that
/// lives as long as the daemon: LINUX: PDEATHSIG is sent when the *thread* that started a process ends.
Result<Born> posixSpawn(const std::filesystem::path& program, std::vector<std::string> words,
                        std::vector<std::string> variables, std::span<const int> descriptors);

} // namespace stint
