// A lock among the `stint` commands of a user that talk to one daemon: held until it is closed, or its process ends.
#pragma once
#include <string_view>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Waits for the lock. `name`: a file beside the daemon's socket.
Result<Fd> commandLock(std::string_view name);

} // namespace stint::cli
