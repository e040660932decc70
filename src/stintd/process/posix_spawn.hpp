// Programs started by posix_spawn.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// A started child, pinned by its pidfd.
struct Born {
    pid_t pid = 0;
    Fd pidfd;
};

/// Pins a child of this process; kills it where it cannot be pinned.
Result<Born> pinned(pid_t pid);

/// Starts a program by posix_spawn, since fork copies the page tables of a daemon of many megabytes, with `descriptors`
/// at 0, 1, 2 and so on; -1: none. Must be called from the thread that lives as long as the daemon: LINUX: PDEATHSIG is
/// sent when the *thread* that started a process ends.
Result<Born> posixSpawn(const std::filesystem::path& program, std::vector<std::string> words,
                        std::vector<std::string> variables, std::span<const int> descriptors);

} // namespace stint
