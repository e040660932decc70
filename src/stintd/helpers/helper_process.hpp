// A helper of the daemon's, that does what may hang: a process of its own that talks over the socket that is its stdin.
#pragma once
#include <filesystem>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// In a session of its own, with every signal as it comes.
Result<pid_t> startHelper(const std::filesystem::path& program, const Fd& socket);

} // namespace stint
