// A helper process of the daemon's, for work that may hang: it talks over the socket that is its stdin.
#pragma once
#include <filesystem>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// Starts the program in a session of its own, with no signal blocked or ignored.
Result<pid_t> startHelper(const std::filesystem::path& program, const Fd& socket);

} // namespace stint
